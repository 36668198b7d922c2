//! What cannot be taken back is approved, bounded, and not followed by what may fail; and what is to be lifted can be taken back.

use nvp_dsl::Diagnostic;
use nvp_dsl::ast::PlaybookClause;
use nvp_plan::response::playbook::{Autonomy, Step};

use super::{Book, does_span};
use crate::checker::Checker;
use crate::problems::playbooks::{IrreversibleNotLast, IrreversibleUnapproved, LiftsNothing};
use crate::typed::Expr;

impl Checker<'_> {
    pub(super) fn approvals(&self, book: &Book<'_, '_>, found: &mut Vec<Diagnostic>) {
        let cannot =
            |step: &Step<Expr>| self.write_done(step).is_some_and(|write| write.irreversible.is_some());
        let is_asked =
            book.node.clauses.iter().any(|clause| matches!(clause.node, PlaybookClause::Approval(..)));
        let first = book.steps().find(|(step, _)| cannot(step));
        if let Some((_, written)) = first
            && book.typed.autonomy == Autonomy::Auto
        {
            let is_approved = book.typed.standing_approval.is_some();
            let is_limited = !book.typed.limits.is_empty();
            if is_approved && !is_limited || !is_approved && !is_asked {
                let (playbook, step) = (&book.node.name.node, &written.name.node);
                let span = does_span(written);
                found.push(IrreversibleUnapproved { playbook, step, span, is_approved }.into());
            }
        }
        let is_undone = |step: &Step<Expr>| {
            step.keep.is_none() && self.write_done(step).is_some_and(|write| write.undo.is_some())
        };
        let lift = book.node.clauses.iter().find(|clause| matches!(clause.node, PlaybookClause::Lift { .. }));
        if let Some(lift) = lift
            && !book.typed.steps.iter().any(is_undone)
        {
            found.push(LiftsNothing { playbook: &book.node.name.node, span: lift.span }.into());
        }
        let steps: Vec<_> = book.steps().collect();
        for pair in steps.windows(2) {
            let [(step, written), (_, next)] = pair else { continue };
            if cannot(step) && step.keep.is_none() {
                let (step, after) = (&written.name.node, &next.name.node);
                let (span, next) = (does_span(written), does_span(next));
                found.push(IrreversibleNotLast { step, span, after, next }.into());
            }
        }
    }
}
