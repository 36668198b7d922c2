//! What is proved of playbooks beyond types: that nothing is done that nobody agreed to, that two of them do not wait for each other or
//! for ever, and that people are not called while a playbook may still help.

mod approvals;
mod cycles;
mod locks;
mod opposing;
mod rung;
mod waiting;

use nvp_dsl::ast::{self, PlaybookClause, StepClause};
use nvp_dsl::{Diagnostic, Span};
use nvp_plan::response::playbook::{Playbook, Step};
use nvp_plan::response::provider::Write;

use crate::checker::Checker;
use crate::typed::Expr;

/// A playbook as it was written and as it is meant.
#[derive(Clone, Copy)]
struct Book<'p, 'a> {
    id: usize,
    node: &'a ast::Playbook,
    typed: &'p Playbook<Expr>,
}

impl<'a> Checker<'a> {
    /// Proves what can be proved of the playbooks that were checked.
    pub(crate) fn prove_deeds(&mut self) {
        let mut found: Vec<Diagnostic> = Vec::new();
        let books = self.books();
        for book in &books {
            self.approvals(book, &mut found);
            self.opposing(book, &mut found);
            self.waiting(book, &mut found);
        }
        self.lock_order(&books, &mut found);
        self.cycles(&books, &mut found);
        self.rungs_outlast(&books, &mut found);
        self.sink.report_all(found);
    }

    fn books(&self) -> Vec<Book<'_, 'a>> {
        let books = self.playbooks.iter().enumerate().filter_map(|(id, known)| {
            let (at, typed) = known.as_ref()?;
            Some(Book { id, node: self.items.playbooks.get(*at)?.node, typed })
        });
        books.collect()
    }

    fn write_done(&self, step: &Step<Expr>) -> Option<&Write<Expr>> {
        let provider = self.policy.response.providers.get(step.call.provider.index())?;
        provider.writes.get(step.call.write as usize)
    }
}

impl<'p, 'a> Book<'p, 'a> {
    /// The steps, each with where it is written.
    fn steps(&self) -> impl Iterator<Item = (&'p Step<Expr>, &'a ast::Step)> + use<'p, 'a> {
        let written = self.node.clauses.iter().filter_map(|clause| match &clause.node {
            PlaybookClause::Step(step) => Some(step),
            _ => None,
        });
        self.typed.steps.iter().zip(written)
    }
}

/// Where a step says what it does.
fn does_span(step: &ast::Step) -> Span {
    let does = step.clauses.iter().find(|clause| matches!(clause.node, StepClause::Do(_)));
    does.map_or(step.name.span, |clause| clause.span)
}
