//! Which of a clause's conditions decided: those without which the clause would have been otherwise.

use nvp_check::typed::{Expr, ExprKind};

use super::super::nearest::values;
use crate::value_tree::{Value, ValueTree};

/// The conditions that `and`, `or`, `not` and `for` put together.
pub fn atoms(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::And(a, b) | ExprKind::Or(a, b) => {
            let mut found = atoms(a);
            found.extend(atoms(b));
            found
        }
        ExprKind::Not(of) | ExprKind::For(of, _) => atoms(of),
        _ => vec![expr],
    }
}

/// The texts of the conditions without which the clause would have been otherwise.
pub fn decisive<'e>(expr: &'e Expr, tree: &ValueTree) -> Vec<&'e str> {
    let values = values(tree);
    let value_of = |atom: &Expr| match values.get(atom.text.as_str()) {
        Some(Value::Condition(is)) => *is,
        _ => None,
    };
    let whole = evaluate(expr, &value_of);
    let is_decisive = |atom: &&&Expr| {
        let flipped = |other: &Expr| {
            let is = value_of(other);
            if other.text == atom.text { is.map(|is| !is) } else { is }
        };
        value_of(atom).is_some() && evaluate(expr, &flipped) != whole
    };
    atoms(expr).iter().filter(is_decisive).map(|atom| atom.text.as_str()).collect()
}

/// Kleene's logic over a clause's conditions; a `for` counts as served.
fn evaluate(expr: &Expr, value_of: &dyn Fn(&Expr) -> Option<bool>) -> Option<bool> {
    match &expr.kind {
        ExprKind::And(a, b) => match (evaluate(a, value_of), evaluate(b, value_of)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        ExprKind::Or(a, b) => match (evaluate(a, value_of), evaluate(b, value_of)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        ExprKind::Not(of) => evaluate(of, value_of).map(|is| !is),
        ExprKind::For(of, _) => evaluate(of, value_of),
        _ => value_of(expr),
    }
}
