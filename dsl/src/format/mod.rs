//! The canonical layout of a text: comments kept, nothing changed in what it says.
//!
//! One way to write each thing: two blanks of indentation, the bodies of a block's clauses in one column, blocks on one line if
//! they were and fit, long expressions broken before their operators. Blank lines are the writer's, one of several.

mod block;
mod calendar;
mod clauses;
mod doc;
mod escalation;
mod expression;
mod items;
mod layout;
mod playbook;
mod provider;
mod test;
mod texts;

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::ast::Ident;
use crate::diagnostic::Diagnostic;
use crate::parse::{Parsed, parse};
use crate::span::{FileId, Span};
use crate::trivia::Comment;

/// Lines are broken beyond this column where they can be.
const WIDTH: usize = 100;
const BLOCK_INDENT: usize = 2;
/// Where the second line of an item's head begins: further right than its clauses.
const CONTINUATION_INDENT: usize = 4;

/// The text in its canonical layout. It means the same, its comments are kept, and formatting it once more changes nothing.
///
/// # Errors
/// The diagnostics of a text that cannot be read wholly; it is not touched then.
pub fn format(file: FileId, text: &str) -> Result<String, Vec<Diagnostic>> {
    let Parsed { file: tree, comments, diagnostics } = parse(file, text);
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let formatter = Formatter { source: text, comments: &comments, placed: RefCell::default() };
    let units = tree.items.iter().map(|item| formatter.item(item)).collect();
    let mut formatted = String::new();
    formatter.below_one_another(&mut formatted, units, 0..text.len(), 0);
    if !formatted.is_empty() {
        formatted.push('\n');
    }
    Ok(formatted)
}

struct Formatter<'t> {
    source: &'t str,
    comments: &'t [Comment],
    /// The comments that an expression has taken in, by their first byte.
    placed: RefCell<BTreeSet<u32>>,
}

impl Formatter<'_> {
    fn written(&self, span: Span) -> &str {
        self.source.get(layout::bytes(span)).unwrap_or_default()
    }
}

/// `a, b`.
fn joined(names: &[Ident]) -> String {
    names.iter().map(|name| name.node.as_str()).collect::<Vec<_>>().join(", ")
}
