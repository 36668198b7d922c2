//! Thresholds in playbooks, against the range of what the evaluation gives.

use nvp_plan::response::formula::{Compare, Constant, Formula, Observed};
use nvp_plan::response::playbook::Playbook;

use super::Prover;
use crate::deeds::visit;
use crate::typed::{CompareOp, Expr, ExprKind, Type};

impl Prover<'_> {
    /// Looks at every comparison of what the evaluation gives with a constant, and at those inside of it.
    pub(super) fn formulas(&mut self, playbook: &Playbook<Expr>) {
        for formula in visit::formulas(playbook) {
            let mut comparisons = Vec::new();
            visit::all(formula, &mut |part| match part {
                Formula::Observed(observed) => comparisons.push(observed.of.clone()),
                Formula::Compare(op, a, b) => comparisons.extend(comparison(*op, a, b)),
                _ => {}
            });
            comparisons.iter().for_each(|expr| self.thresholds(expr));
        }
    }
}

/// A comparison as alerts have it, where one side is a constant and the other a look at metrics.
fn comparison(op: Compare, a: &Formula<Expr>, b: &Formula<Expr>) -> Option<Expr> {
    let of = |observed: &Observed<Expr>| observed.of.clone();
    let number = |value: f64, like: &Expr| Expr { kind: ExprKind::Number(value), ..like.clone() };
    let (left, right) = match (a, b) {
        (Formula::Observed(observed), Formula::Constant(Constant::Number(value))) => {
            (of(observed), number(*value, &observed.of))
        }
        (Formula::Constant(Constant::Number(value)), Formula::Observed(observed)) => {
            (number(*value, &observed.of), of(observed))
        }
        _ => return None,
    };
    let (span, labels, text) = (left.span, left.labels.clone(), left.text.clone());
    let kind = ExprKind::Compare(compare(op), Box::new(left), Box::new(right));
    Some(Expr { kind, ty: Type::Condition, labels, span, text })
}

fn compare(op: Compare) -> CompareOp {
    match op {
        Compare::Less => CompareOp::Less,
        Compare::LessOrEqual => CompareOp::LessOrEqual,
        Compare::Greater => CompareOp::Greater,
        Compare::GreaterOrEqual => CompareOp::GreaterOrEqual,
        Compare::Equal => CompareOp::Equal,
        Compare::NotEqual => CompareOp::NotEqual,
    }
}
