//! Lines, blank lines, blocks and comments: how items and clauses are put below one another.

use std::ops::Range;

use super::block::{Block, Body, Clause, head_columns};
use super::doc::Doc;
use super::{BLOCK_INDENT, Formatter, WIDTH};
use crate::span::Span;
use crate::trivia::Comment;

/// Something that begins a line of its own.
pub(super) struct Unit {
    /// All of it in the source.
    pub bytes: Range<usize>,
    /// The part whose comments belong to the unit itself and not to what is inside its block.
    pub own: Range<usize>,
    /// As it will be written, further lines already indented.
    pub text: String,
}

pub(super) fn bytes(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

impl Formatter<'_> {
    /// Something with a block, written from column `indent` on: on one line if it was and fits, else a clause a line.
    pub(super) fn block(&self, block: Block, indent: usize) -> Unit {
        let own = block.item.start..block.brace;
        if let Some(line) = self.one_line(&block, indent) {
            return Unit { bytes: block.item, own, text: line };
        }
        let Block { header, item, brace, clauses, .. } = block;
        let inside = brace + 1..item.end.saturating_sub(1);
        let header = Doc::Cat(vec![header, Doc::text(" {")]);
        let mut text = header.print(indent, WIDTH);
        let inner = indent + BLOCK_INDENT;
        let columns = head_columns(&clauses);
        let units = clauses.into_iter().zip(columns);
        let units = units.map(|(clause, columns)| self.clause(clause, columns, inner)).collect();
        self.below_one_another(&mut text, units, inside, inner);
        text.push('\n');
        text.push_str(&" ".repeat(indent));
        text.push('}');
        Unit { bytes: item, own, text }
    }

    /// The block on one line, if it was and fits.
    pub(super) fn one_line(&self, block: &Block, indent: usize) -> Option<String> {
        let inside = block.brace + 1..block.item.end.saturating_sub(1);
        let written = self.source.get(block.brace..block.item.end).unwrap_or_default();
        if written.contains('\n') || self.comments_in(inside).next().is_some() || block.header.must_break() {
            return None;
        }
        let line = block.flat(block.header_columns);
        (indent + line.chars().count() <= WIDTH).then_some(line)
    }

    fn clause(&self, clause: Clause, columns: usize, indent: usize) -> Unit {
        let Clause { bytes, head, body, .. } = clause;
        match body {
            Body::Doc(body) => {
                let head = Doc::text(format!("{head:columns$}"));
                let text = Doc::Cat(vec![head, body]).print(indent, WIDTH);
                Unit { own: bytes.clone(), bytes, text }
            }
            Body::Block(mut block) => {
                // the blank before the brace is the last of the column
                let columns = columns.saturating_sub(1);
                block.header = Doc::Cat(vec![Doc::text(format!("{head:columns$}")), block.header]);
                self.block(*block, indent)
            }
        }
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
