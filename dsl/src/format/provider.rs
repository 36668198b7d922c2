//! `provider`: a write's promises stand below it, as many on a line as fit.

use super::block::Clause;
use super::clauses::with_heads;
use super::doc::Doc;
use super::items::{signature, unit_expr};
use super::{BLOCK_INDENT, Formatter, WIDTH};
use crate::ast::{ProviderClause, WriteClause};
use crate::span::Spanned;

/// Where a write's second line begins: behind `config` and its gap at the most.
const WRITE_COLUMN: usize = BLOCK_INDENT + 8;
/// Blanks between two promises on a line.
const GAP: usize = 2;

impl Formatter<'_> {
    pub(super) fn provider_clauses(&self, clauses: &[Spanned<ProviderClause>]) -> Vec<Clause> {
        with_heads(clauses, |clause| match clause {
            ProviderClause::Config(parameter) => {
                let unit = unit_expr(&parameter.unit);
                ("config", Doc::text(format!("{}: {unit}", parameter.name.node)))
            }
            ProviderClause::Read { name, parameters, is_list, gives } => {
                let list = if *is_list { "list of " } else { "" };
                let signature = signature(&name.node, parameters);
                ("read", Doc::text(format!("{signature} -> {list}{}", unit_expr(gives))))
            }
            ProviderClause::Write { name, parameters, clauses } => {
                let promises = clauses.iter().map(|clause| self.write_clause(&clause.node));
                ("write", packed(Doc::Text(signature(&name.node, parameters)), promises))
            }
        })
    }

    fn write_clause(&self, clause: &WriteClause) -> Doc {
        let after = |word: &str, doc: Doc| Doc::Cat(vec![Doc::text(word), doc]);
        match clause {
            WriteClause::Undo(call) => after("undo ", self.call(call).align()),
            WriteClause::Expires(parameter) => Doc::text(format!("expires {}", parameter.node)),
            WriteClause::Irreversible(why) => after("irreversible ", Doc::Text(self.text(why))),
            WriteClause::Idempotent => Doc::text("idempotent"),
            WriteClause::Once => Doc::text("once"),
            WriteClause::KeyedBy(parameter) => Doc::text(format!("keyed by {}", parameter.node)),
            WriteClause::Probe(condition) => after("probe ", self.expression(condition).nest(2).align()),
            WriteClause::Locks(parameter) => Doc::text(format!("locks {}", parameter.node)),
        }
    }
}

/// The signature on a line of its own, then the parts, a line as full as it may be.
fn packed(signature: Doc, parts: impl Iterator<Item = Doc>) -> Doc {
    let mut docs = vec![signature];
    // the column where the line ends so far; the first part always begins a line
    let mut column = WIDTH;
    for part in parts {
        let columns = part.flat().chars().count();
        if column + GAP + columns > WIDTH {
            docs.push(Doc::Line(GAP));
            column = WRITE_COLUMN + columns;
        } else {
            docs.push(Doc::text(" ".repeat(GAP)));
            column += GAP + columns;
        }
        if part.must_break() {
            column = WIDTH;
        }
        docs.push(part);
    }
    Doc::Cat(docs).align()
}
