//! From text to tree: scan, grammar, tree, and the errors of all three at once.

mod alert;
mod block;
mod brackets;
mod builder;
mod calendar;
mod escalation;
mod expected;
mod expression;
mod findings;
mod grammar;
mod habits;
mod items;
mod lexical;
mod literals;
mod metric;
mod mistakes;
mod operators;
mod people;
mod playbook;
mod provider;
mod recover;
mod response_slips;
mod scan;
mod slips;
mod step;
mod test_block;
mod test_event;
mod token;
mod tree;
mod words;

use std::ops::Range;

use pest::Parser as _;

use crate::ast;
use crate::diagnostic::Diagnostic;
use crate::span::{FileId, Span};
use crate::trivia::Comment;

/// The largest file that is read, in bytes.
pub const BYTES_MAX: usize = 4 << 20;
/// How many brackets may be open at once.
pub const BRACKETS_MAX: usize = 64;
/// How many operators may stand in one another; a longer chain of them counts as that deep.
pub const OPERATORS_MAX: u32 = 256;
/// How many diagnostics of one file are shown.
pub const DIAGNOSTICS_MAX: usize = 1_000;

/// What became of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The tree of what could be read. Without diagnostics it is the whole text.
    pub file: ast::File,
    /// The comments in the order written.
    pub comments: Vec<Comment>,
    /// The errors in the order of their places; at most [`DIAGNOSTICS_MAX`], and one that counts the rest.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a text. It never fails: what cannot be read is left out of the tree and has its diagnostic.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Parsed {
    if text.len() > BYTES_MAX {
        let diagnostics = vec![lexical::too_large(text.len(), span_of(file, 0..0))];
        let lost = vec![ast::Lost { span: span_of(file, 0..text.len()), name: None }];
        return Parsed { file: ast::File { items: Vec::new(), lost }, comments: Vec::new(), diagnostics };
    }
    let scan::Scan { clean, comments, findings: scanned } = scan::scan(file, text);
    let mut read = findings::Findings::default();
    let mut lost = Vec::new();
    let items = match grammar::Grammar::parse(grammar::Rule::file, &clean) {
        Ok(pairs) => {
            let builder = builder::Builder::new(file, text, &clean, &comments, scanned.kept());
            let items = builder.items(pairs);
            (read, lost) = builder.into_findings();
            items
        }
        Err(error) => {
            read.add(recover::unreadable(file, &error));
            Vec::new()
        }
    };
    let (mut diagnostics, left_out) = scanned.merged(read);
    lost.extend(diagnostics.iter().map(|found| ast::Lost { span: found.primary.span, name: None }));
    if left_out > 0 {
        lost.push(ast::Lost { span: span_of(file, 0..text.len()), name: None });
        diagnostics.push(lexical::too_many_errors(left_out, span_of(file, text.len()..text.len())));
    }
    lost.sort_by_key(|lost| lost.span);
    Parsed { file: ast::File { items, lost }, comments, diagnostics }
}

/// Reads the bytes of a file as text: UTF-8, with or without a byte order mark (which is left out).
///
/// # Errors
/// The first byte that begins no character, with its offset and line. The bytes themselves may be of any length: the size is
/// [`parse`]'s concern.
#[expect(clippy::result_large_err, reason = "at most one a file")]
pub fn decode(file: FileId, bytes: &[u8]) -> Result<String, Diagnostic> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let offset = error.valid_up_to();
            let line = bytes.iter().take(offset).filter(|byte| **byte == b'\n').count() + 1;
            let byte = bytes.get(offset).copied().unwrap_or_default();
            Err(lexical::not_utf8(byte, offset, line, span_of(file, offset..offset + 1)))
        }
    }
}

fn span_of(file: FileId, range: Range<usize>) -> Span {
    let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { file, start: byte(range.start), end: byte(range.end) }
}
