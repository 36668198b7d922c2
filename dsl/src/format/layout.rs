//! Lines, blank lines, blocks and comments: how items and clauses are put below one another.

use std::ops::Range;

use super::doc::Doc;
use super::{BLOCK_INDENT, Formatter, WIDTH};
use crate::span::Span;
use crate::trivia::Comment;

/// A clause of a block.
pub(super) struct Clause {
    pub bytes: Range<usize>,
    pub head: String,
    pub body: Doc,
}

/// Something that begins a line of its own.
pub(super) struct Unit {
    /// All of it in the source.
    pub bytes: Range<usize>,
    /// The part whose comments belong to the unit itself and not to what is inside its block.
    pub own: Range<usize>,
    /// As it will be written, further lines already indented.
    pub text: String,
}

/// The head of an item that has a block.
pub(super) struct Block {
    /// What stands before the brace.
    pub header: Doc,
    /// The item in the source.
    pub item: Range<usize>,
    /// The place of its opening brace.
    pub brace: usize,
    pub clauses: Vec<Clause>,
}

pub(super) fn bytes(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

impl Formatter<'_> {
    /// An item with a block: on one line if it was and fits, else a clause a line.
    pub(super) fn block(&self, block: Block) -> Unit {
        let Block { header, item, brace, clauses } = block;
        let inside = brace + 1..item.end.saturating_sub(1);
        let own = item.start..brace;
        let was_one_line = !self.source.get(brace..item.end).unwrap_or_default().contains('\n');
        if was_one_line && self.comments_in(inside.clone()).next().is_none() && !header.must_break() {
            let line = one_line(&header, &clauses);
            if line.chars().count() <= WIDTH {
                return Unit { bytes: item, own, text: line };
            }
        }
        let header = Doc::Cat(vec![header, Doc::text(" {")]);
        let mut text = header.print(0, WIDTH);
        let head_columns =
            clauses.iter().map(|clause| clause.head.chars().count()).max().unwrap_or_default() + 2;
        let units = clauses.into_iter().map(|Clause { bytes, head, body }| {
            let line = Doc::Cat(vec![Doc::text(format!("{head:head_columns$}")), body]);
            Unit { own: bytes.clone(), bytes, text: line.print(BLOCK_INDENT, WIDTH) }
        });
        self.below_one_another(&mut text, units.collect(), inside, BLOCK_INDENT);
        text.push_str("\n}");
        Unit { bytes: item, own, text }
    }

    /// Writes units and the comments between them, each on its line; blank lines between them are kept, one of several.
    pub(super) fn below_one_another(
        &self,
        text: &mut String,
        units: Vec<Unit>,
        region: Range<usize>,
        indent: usize,
    ) {
        let in_block = indent > 0;
        let end_before = region.start;
        let mut writer =
            Writer { formatter: self, text, indent, end_before, begun: in_block, below_brace: in_block };
        let mut from = region.start;
        let mut leading: Vec<Comment> = Vec::new();
        for unit in units {
            leading.extend(self.comments_in(from..unit.bytes.start));
            from = unit.bytes.end;
            writer.unit(&unit, std::mem::take(&mut leading));
        }
        leading.extend(self.comments_in(from..region.end));
        let own_lines = writer.trailing(leading);
        writer.comments(&own_lines);
    }

    /// The comments that begin in a range, in order.
    pub(super) fn comments_in(&self, range: Range<usize>) -> impl Iterator<Item = Comment> {
        let from = self.comments.partition_point(|comment| (comment.span.start as usize) < range.start);
        let to = self.comments.partition_point(|comment| (comment.span.start as usize) < range.end);
        self.comments.get(from..to).unwrap_or_default().iter().copied()
    }
}

fn one_line(header: &Doc, clauses: &[Clause]) -> String {
    let clauses: Vec<String> =
        clauses.iter().map(|clause| format!("{} {}", clause.head, clause.body.flat())).collect();
    match clauses.as_slice() {
        [] => format!("{} {{}}", header.flat()),
        clauses => format!("{} {{ {} }}", header.flat(), clauses.join("  ")),
    }
}

struct Writer<'w, 'f> {
    formatter: &'w Formatter<'f>,
    text: &'w mut String,
    indent: usize,
    /// The end in the source of what was written last.
    end_before: usize,
    /// Whether anything stands above.
    begun: bool,
    /// Whether the next line is the first below a brace, where no blank line is kept.
    below_brace: bool,
}

impl Writer<'_, '_> {
    /// A unit with the comments above it. Comments inside it that found no place there are written above those.
    fn unit(&mut self, unit: &Unit, leading: Vec<Comment>) {
        let above = self.trailing(leading);
        let inside: Vec<Comment> = {
            let placed = self.formatter.placed.borrow();
            let comments = self.formatter.comments_in(unit.own.clone());
            comments.filter(|comment| !placed.contains(&comment.span.start)).collect()
        };
        // in a file they go above all of those, lest they part an item from its documentation
        let (above, inside) =
            if self.indent > 0 { ([above, inside].concat(), Vec::new()) } else { (above, inside) };
        let outside = |comment: &&Comment| !unit.bytes.contains(&(comment.span.start as usize));
        let first =
            above.iter().find(outside).map_or(unit.bytes.start, |comment| comment.span.start as usize);
        let mut blank = self.blank_before(first);
        for comment in &inside {
            self.line(self.formatter.written(comment.span), std::mem::take(&mut blank));
        }
        // documentation that was moved out must not become that of the item below
        blank |= inside.last().is_some_and(|comment| comment.doc);
        self.end_before = self.end_before.max(first);
        for comment in &above {
            blank |= outside(&comment) && self.blank_before(comment.span.start as usize);
            self.line(self.formatter.written(comment.span), std::mem::take(&mut blank));
            self.end_before = self.end_before.max(comment.span.end as usize);
        }
        blank |= !above.is_empty() && self.blank_before(unit.bytes.start);
        self.line(&unit.text, blank);
        self.end_before = unit.bytes.end;
    }

    /// Writes comments on lines of their own.
    fn comments(&mut self, comments: &[Comment]) {
        for comment in comments {
            let blank = self.blank_before(comment.span.start as usize);
            self.line(self.formatter.written(comment.span), blank);
            self.end_before = comment.span.end as usize;
        }
    }

    /// Writes the comment that stands behind what was written last, and gives back the others.
    fn trailing(&mut self, mut comments: Vec<Comment>) -> Vec<Comment> {
        if let Some(first) = comments.first().copied()
            && !first.own_line
            && self.begun
        {
            self.text.push_str("  ");
            self.text.push_str(self.formatter.written(first.span));
            self.end_before = first.span.end as usize;
            comments.remove(0);
        }
        comments
    }

    fn line(&mut self, line: &str, blank: bool) {
        if self.begun {
            self.text.push('\n');
        }
        if self.begun && blank && !self.below_brace {
            self.text.push('\n');
        }
        self.text.extend(std::iter::repeat_n(' ', self.indent));
        self.text.push_str(line);
        self.begun = true;
        self.below_brace = false;
    }

    fn blank_before(&self, start: usize) -> bool {
        let between = self.formatter.source.get(self.end_before..start).unwrap_or_default();
        between.matches('\n').count() > 1
    }
}
