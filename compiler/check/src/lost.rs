//! What could not be read of a set's files: errors that only follow from it are not told, for their mends would be wrong.

use nvp_dsl::Span;
use rustc_hash::FxHashSet;

use crate::set::Set;

/// The parts that the parser has reported.
#[derive(Debug, Default)]
pub(crate) struct Lost {
    /// Their places, joined where they touch, in order.
    spans: Vec<Span>,
    /// The names that lost items would have declared or used.
    names: FxHashSet<String>,
}

impl Lost {
    /// Gathers the lost parts of all files.
    pub(crate) fn of(set: &Set<'_>) -> Self {
        let mut all: Vec<Span> =
            set.files.iter().flat_map(|file| file.tree.lost.iter().map(|lost| lost.span)).collect();
        all.sort_unstable_by_key(|span| (span.file, span.start, span.end));
        let mut spans: Vec<Span> = Vec::with_capacity(all.len());
        for span in all {
            match spans.last_mut().filter(|last| last.file == span.file && span.start <= last.end) {
                Some(last) => last.end = last.end.max(span.end),
                None => spans.push(span),
            }
        }
        let lost = set.files.iter().flat_map(|file| &file.tree.lost);
        Self { spans, names: lost.filter_map(|lost| lost.name.clone()).collect() }
    }

    /// Whether every file was read whole.
    pub(crate) fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Whether a name may be that of an item that was lost.
    pub(crate) fn names(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether a place lies in what was lost or cut short.
    pub(crate) fn cut_short(&self, span: Span) -> bool {
        self.at(span).is_some_and(|lost| lost.start <= span.start && span.end <= lost.end)
    }

    /// Whether a part of an item was lost, so that the item does not say all that it should.
    pub(crate) fn is_part_of(&self, item: Span) -> bool {
        self.at(item).is_some()
    }

    /// The first lost part that a place meets.
    fn at(&self, span: Span) -> Option<Span> {
        let first = self.spans.partition_point(|lost| (lost.file, lost.end) < (span.file, span.start));
        self.spans.get(first).copied().filter(|lost| lost.file == span.file && lost.start <= span.end)
    }
}
