//! Conditions as sets of the values that one expression may have while they are true.

use std::collections::BTreeSet;

use super::intervals::Numbers;
use crate::typed::{CompareOp, Expr, ExprKind};

/// Two sets that enclose the values at which a condition is true: at all of `sure` it is, outside of `perhaps` it is not.
#[derive(Debug, Clone)]
pub(super) struct Enclosed {
    pub(super) sure: Numbers,
    pub(super) perhaps: Numbers,
}

/// A condition without its `for`, and how long that is, in ms.
pub(super) fn without_for(condition: &Expr) -> (&Expr, i64) {
    match &condition.kind {
        ExprKind::For(inner, ms) => (inner, *ms),
        _ => (condition, 0),
    }
}

/// The texts of the expressions that a condition compares with constants.
pub(super) fn subjects(condition: &Expr) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut todo = vec![condition];
    while let Some(expr) = todo.pop() {
        match &expr.kind {
            ExprKind::Compare(..) => {
                found.extend(with_constant(expr).map(|(subject, ..)| subject.text.as_str()));
            }
            ExprKind::And(left, right) | ExprKind::Or(left, right) => {
                todo.extend([left.as_ref(), right.as_ref()])
            }
            ExprKind::Not(inner) | ExprKind::For(inner, _) => todo.push(inner),
            _ => {}
        }
    }
    found
}

/// A comparison with a constant, the constant on the right.
pub(super) fn with_constant(expr: &Expr) -> Option<(&Expr, CompareOp, f64)> {
    let ExprKind::Compare(op, left, right) = &expr.kind else { return None };
    match (&left.kind, &right.kind) {
        (ExprKind::Number(_), ExprKind::Number(_)) => None,
        (_, ExprKind::Number(value)) => Some((left, *op, *value)),
        (ExprKind::Number(value), _) => Some((right, turned(*op), *value)),
        _ => None,
    }
}

fn turned(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessOrEqual => CompareOp::GreaterOrEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterOrEqual => CompareOp::LessOrEqual,
        same => same,
    }
}

/// The values of `subject` at which a condition is true.
pub(super) fn enclose(condition: &Expr, subject: &str) -> Enclosed {
    let open = || Enclosed { sure: Numbers::none(), perhaps: Numbers::all() };
    match &condition.kind {
        ExprKind::Bool(true) => Enclosed { sure: Numbers::all(), perhaps: Numbers::all() },
        ExprKind::Bool(false) => Enclosed { sure: Numbers::none(), perhaps: Numbers::none() },
        ExprKind::Compare(..) => match with_constant(condition) {
            Some((of, op, value)) if of.text == subject => {
                let set = Numbers::compared(op, value);
                Enclosed { sure: set.clone(), perhaps: set }
            }
            _ => open(),
        },
        ExprKind::And(left, right) => {
            let (left, right) = (enclose(left, subject), enclose(right, subject));
            Enclosed {
                sure: left.sure.intersect(&right.sure),
                perhaps: left.perhaps.intersect(&right.perhaps),
            }
        }
        ExprKind::Or(left, right) => {
            let (left, right) = (enclose(left, subject), enclose(right, subject));
            Enclosed { sure: left.sure.union(&right.sure), perhaps: left.perhaps.union(&right.perhaps) }
        }
        ExprKind::Not(inner) => {
            let inner = enclose(inner, subject);
            Enclosed { sure: inner.perhaps.complement(), perhaps: inner.sure.complement() }
        }
        // While it is true it has been true for a while, but being true now does not make it so.
        ExprKind::For(inner, _) => {
            Enclosed { sure: Numbers::none(), perhaps: enclose(inner, subject).perhaps }
        }
        _ => open(),
    }
}
