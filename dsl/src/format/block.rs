//! Blocks and their clauses, before they are put on lines.

use std::ops::Range;

use super::doc::Doc;

/// Something that has a block: an item, or a clause such as a step.
pub(super) struct Block {
    /// What stands before the brace.
    pub header: Doc,
    /// How wide the header is made where the block stands on one line.
    pub header_columns: usize,
    /// All of it in the source.
    pub item: Range<usize>,
    /// The place of its opening brace.
    pub brace: usize,
    pub clauses: Vec<Clause>,
}

impl Block {
    /// On one line, the header so wide at least.
    pub(super) fn flat(&self, header_columns: usize) -> String {
        let header = format!("{:header_columns$}", self.header.flat());
        let space = if header.is_empty() { "" } else { " " };
        let clauses: Vec<String> = self.clauses.iter().map(Clause::flat).collect();
        match clauses.as_slice() {
            [] => format!("{header}{space}{{}}"),
            clauses => format!("{header}{space}{{ {} }}", clauses.join("  ")),
        }
    }
}

/// What follows the head of a clause.
pub(super) enum Body {
    Doc(Doc),
    Block(Box<Block>),
}

/// A clause of a block.
pub(super) struct Clause {
    /// All of it in the source.
    pub bytes: Range<usize>,
    /// The word or words before the body; empty for a clause that is in no column.
    pub head: String,
    pub body: Body,
    /// Clauses below one another with the same number have their bodies in one column.
    run: u8,
}

impl Clause {
    pub(super) fn headed(bytes: Range<usize>, head: &str, body: Doc) -> Self {
        Self { bytes, head: head.to_owned(), body: Body::Doc(body), run: 0 }
    }

    pub(super) fn headed_block(bytes: Range<usize>, head: &str, block: Block) -> Self {
        Self { bytes, head: head.to_owned(), body: Body::Block(Box::new(block)), run: 0 }
    }

    /// A clause in no column.
    pub(super) fn alone(bytes: Range<usize>, body: Doc) -> Self {
        Self::headed(bytes, "", body)
    }

    /// A block in no column.
    pub(super) fn nested(bytes: Range<usize>, block: Block) -> Self {
        Self::headed_block(bytes, "", block)
    }

    pub(super) fn in_run(self, run: u8) -> Self {
        Self { run, ..self }
    }

    /// The block in no column that it is.
    pub(super) fn block_alone(&self) -> Option<&Block> {
        match &self.body {
            Body::Block(block) if self.head.is_empty() => Some(block),
            _ => None,
        }
    }

    /// Makes the header of its block so wide where the block stands on one line.
    pub(super) fn widen_header(&mut self, columns: usize) {
        if let Body::Block(block) = &mut self.body {
            block.header_columns = columns;
        }
    }

    fn flat(&self) -> String {
        let space = if self.head.is_empty() { "" } else { " " };
        let body = match &self.body {
            Body::Doc(doc) => doc.flat(),
            Body::Block(block) => block.flat(0),
        };
        format!("{}{space}{body}", self.head)
    }
}

/// For each clause the column in which its body begins, counted from its head.
pub(super) fn head_columns(clauses: &[Clause]) -> Vec<usize> {
    // a head of several words has a blank already that tells it from its body
    let columns = |head: &str| match head {
        "" => 0,
        head => head.chars().count() + if head.contains(' ') { 1 } else { 2 },
    };
    let run = |a: &Clause, b: &Clause| a.run == b.run && !a.head.is_empty() && !b.head.is_empty();
    clauses
        .chunk_by(run)
        .flat_map(|run| {
            let widest = run.iter().map(|clause| columns(&clause.head)).max().unwrap_or_default();
            std::iter::repeat_n(widest, run.len())
        })
        .collect()
}
