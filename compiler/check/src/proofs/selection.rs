//! A ratio whose dividend selects from its divisor is missing where nothing was selected.

use crate::checker::Checker;
use crate::expr::Placed;
use crate::problems::proofs::SelectionWithoutDefault;
use crate::typed::{Expr, ExprKind, Matcher};

impl Checker<'_> {
    /// Refuses `failed / all` without a `default` where `failed` is a selection of `all`.
    pub(crate) fn prove_selection(&mut self, dividend: Placed<'_>, divisor: Placed<'_>) {
        let (part, whole) = (self.behind(&dividend.operand.expr), self.behind(&divisor.operand.expr));
        if selects(part, whole) == Some(true) && !self.sink.labels_unknown() {
            self.sink.report(SelectionWithoutDefault {
                dividend: &dividend.operand.expr.text,
                dividend_span: dividend.span,
                divisor_span: divisor.span,
            });
        }
    }
}

/// Whether two expressions are the same but for their selectors, of which the first has more. `None` where they are not alike,
/// `Some(false)` where they are the same altogether.
fn selects(part: &Expr, whole: &Expr) -> Option<bool> {
    match (&part.kind, &whole.kind) {
        (ExprKind::Metric(one, part), ExprKind::Metric(other, whole)) if one == other => {
            narrower(part, whole)
        }
        (ExprKind::Derive(one, part), ExprKind::Derive(other, whole)) if one == other => {
            narrower(part, whole)
        }
        (ExprKind::Aggregate(part), ExprKind::Aggregate(whole)) => {
            let alike = part.function == whole.function
                && part.over_ms == whole.over_ms
                && part.across == whole.across;
            if alike { selects(&part.of, &whole.of) } else { None }
        }
        (ExprKind::FlagIsSet(part), ExprKind::FlagIsSet(whole))
        | (ExprKind::Present(part), ExprKind::Present(whole)) => selects(part, whole),
        (ExprKind::Ago(part, before), ExprKind::Ago(whole, whole_before)) if before == whole_before => {
            selects(part, whole)
        }
        _ => None,
    }
}

fn narrower(part: &[Matcher], whole: &[Matcher]) -> Option<bool> {
    let holds_all = whole.iter().all(|matcher| part.contains(matcher));
    holds_all.then_some(part.len() > whole.len())
}
