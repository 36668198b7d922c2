//! What is waited for can come true in its time, and what must not be repeated is not.

use nvp_dsl::ast::{PlaybookClause, StepClause};
use nvp_dsl::{Diagnostic, Span};
use nvp_plan::response::formula::{Clause, Formula};
use nvp_plan::response::provider::Repeat;

use super::{Book, does_span};
use crate::checker::Checker;
use crate::deeds::visit;
use crate::expr::text;
use crate::problems::playbooks::{ForBeyondWithin, NeverChanges, RetryOnce};
use crate::typed::Expr;

/// A condition that is waited for.
struct Waited<'p> {
    clause: &'p Clause<Expr>,
    span: Span,
    /// `verify`, `check`, `lift`, …
    word: &'static str,
    /// How long, in ms; `None` for ever.
    within_ms: Option<i64>,
}

impl Checker<'_> {
    pub(super) fn waiting(&self, book: &Book<'_, '_>, found: &mut Vec<Diagnostic>) {
        for waited in waited(book) {
            let Waited { clause, span, word, within_ms } = waited;
            let mut longest_ms = 0;
            let mut is_live = false;
            visit::all(&clause.formula, &mut |part| match part {
                Formula::For(_, ms, _) => longest_ms = longest_ms.max(*ms),
                Formula::Observed(_) | Formula::Read(_) | Formula::Now | Formula::Open(_) => is_live = true,
                _ => {}
            });
            if let Some(within_ms) = within_ms
                && longest_ms > within_ms
            {
                let (lasts, within) = (text::duration(longest_ms), within_ms);
                found.push(ForBeyondWithin { span, word, lasts, within_ms: within }.into());
            }
            if !is_live {
                found.push(NeverChanges { text: &clause.text, span, word }.into());
            }
        }
        for (step, written) in book.steps() {
            let is_once = self.write_done(step).is_some_and(|write| write.repeat == Repeat::Once);
            let retry = written.clauses.iter().find(|clause| matches!(clause.node, StepClause::Retry(_)));
            if let (true, true, Some(retry)) = (is_once, step.retries > 0, retry) {
                found.push(RetryOnce { span: retry.span, does: does_span(written) }.into());
            }
        }
    }
}

fn waited<'p>(book: &Book<'p, '_>) -> Vec<Waited<'p>> {
    let mut waited = Vec::new();
    for (step, written) in book.steps() {
        let span = written.clauses.iter().find_map(|clause| match &clause.node {
            StepClause::Check(condition, _) => Some(condition.span),
            _ => None,
        });
        if let (Some((clause, within_ms)), Some(span)) = (&step.check, span) {
            waited.push(Waited { clause, span, word: "check", within_ms: Some(*within_ms) });
        }
    }
    for clause in &book.node.clauses {
        match &clause.node {
            PlaybookClause::Verify { condition, needs, .. } => {
                let Some(verify) = &book.typed.verify else { continue };
                let within_ms = Some(verify.within_ms);
                let (clause, span) = (&verify.condition, condition.span);
                waited.push(Waited { clause, span, word: "verify", within_ms });
                if let (Some(clause), Some(needs)) = (&verify.needs, needs) {
                    waited.push(Waited { clause, span: needs.span, word: "needs", within_ms });
                }
            }
            PlaybookClause::Lift { when, .. } => {
                let Some(lift) = &book.typed.lift else { continue };
                let within_ms = Some(lift.at_latest_ms);
                waited.push(Waited { clause: &lift.when, span: when.span, word: "lift", within_ms });
            }
            PlaybookClause::Storm { when, .. } => {
                let Some(storm) = &book.typed.storm else { continue };
                let span = when.span;
                waited.push(Waited { clause: &storm.when, span, word: "storm", within_ms: None });
            }
            _ => {}
        }
    }
    waited
}
