//! What every part of the tree's construction shares: places, diagnostics, documentation.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use pest::iterators::Pair;

use super::DIAGNOSTICS_MAX;
use super::findings::Findings;
use super::grammar::Rule;
use crate::ast::{Ident, Lost};
use crate::diagnostic::Diagnostic;
use crate::span::{FileId, Span, Spanned};
use crate::trivia::Comment;

/// Turns what the grammar recognised into the tree.
pub(super) struct Builder<'i> {
    pub(super) file: FileId,
    /// What was written.
    pub(super) source: &'i str,
    /// What the grammar read. INVARIANT (same places): offsets are those of `source`.
    pub(super) clean: &'i str,
    /// Whether a comparison may leave out its subject here.
    pub(super) in_level: Cell<bool>,
    /// How many `if`s, `not`s and minus signs are being built: those that cost stack.
    pub(super) recursion: Cell<u32>,
    comments: &'i [Comment],
    /// Where the scanner's errors begin, in order.
    lexical: Vec<u32>,
    findings: RefCell<Findings>,
    lost: RefCell<Vec<Lost>>,
}

impl<'i> Builder<'i> {
    pub(super) fn new(
        file: FileId,
        source: &'i str,
        clean: &'i str,
        comments: &'i [Comment],
        lexical: &[Diagnostic],
    ) -> Self {
        let mut lexical: Vec<u32> = lexical.iter().map(|diagnostic| diagnostic.primary.span.start).collect();
        lexical.sort_unstable();
        let (findings, lost) = (RefCell::default(), RefCell::default());
        Self {
            file,
            source,
            clean,
            in_level: Cell::new(false),
            recursion: Cell::new(0),
            comments,
            lexical,
            findings,
            lost,
        }
    }

    pub(super) fn into_findings(self) -> (Findings, Vec<Lost>) {
        (self.findings.into_inner(), self.lost.into_inner())
    }

    /// Notes what is missing from the tree.
    pub(super) fn lose(&self, range: Range<usize>, name: Option<&str>) {
        let mut lost = self.lost.borrow_mut();
        let span = self.at(range);
        let full = lost.len() >= DIAGNOSTICS_MAX;
        match lost.last_mut().filter(|_| full) {
            Some(last) => last.span.end = last.span.end.max(span.end),
            None => lost.push(Lost { span, name: name.map(str::to_owned) }),
        }
    }

    pub(super) fn report(&self, diagnostic: Diagnostic) {
        self.findings.borrow_mut().add(diagnostic);
    }

    /// Whether a diagnostic would not be kept, so that it need not be found out; it is counted then.
    pub(super) fn is_full(&self) -> bool {
        let mut findings = self.findings.borrow_mut();
        let full = findings.is_full();
        if full {
            findings.count_one();
        }
        full
    }

    /// Whether the scanner has already found fault with something in a range.
    pub(super) fn has_lexical_error(&self, range: &Range<usize>) -> bool {
        let first = self.lexical.partition_point(|start| (*start as usize) < range.start);
        self.lexical.get(first).is_some_and(|start| (*start as usize) < range.end)
    }

    /// The bytes of a pair, without the blanks that the grammar leaves at its end.
    pub(super) fn range(&self, pair: &Pair<'_, Rule>) -> Range<usize> {
        let span = pair.as_span();
        let written = span.as_str().trim_end().len();
        let length = self.source.len();
        span.start().min(length)..(span.start() + written).min(length)
    }

    pub(super) fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        super::span_of(self.file, self.range(pair))
    }

    pub(super) fn at(&self, range: Range<usize>) -> Span {
        super::span_of(self.file, range)
    }

    /// A word, a name or another token, as written.
    pub(super) fn token(&self, pair: &Pair<'_, Rule>) -> Ident {
        Spanned { node: pair.as_str().trim_end().to_owned(), span: self.span(pair) }
    }

    /// The documentation that stands on the lines right above a place.
    pub(super) fn documentation(&self, start: usize) -> Option<String> {
        let before = self.comments.partition_point(|comment| (comment.span.start as usize) < start);
        let mut below = start;
        let mut lines = Vec::new();
        for comment in self.comments.get(..before)?.iter().rev() {
            let between = self.source.get(comment.span.end as usize..below)?;
            let adjacent = between.trim().is_empty() && between.matches('\n').count() == 1;
            if !(comment.doc && comment.own_line && adjacent) {
                break;
            }
            let written = self.source.get(comment.span.start as usize..comment.span.end as usize)?;
            let line = written.trim_start_matches('#');
            lines.push(line.strip_prefix(' ').unwrap_or(line));
            below = comment.span.start as usize;
        }
        lines.reverse();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}
