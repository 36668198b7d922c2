//! Walking typed expressions.

use crate::typed::{Expr, ExprKind};

/// Visits the direct sub-expressions of an expression, left to right.
pub(crate) fn children<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    match &expr.kind {
        ExprKind::Number(_)
        | ExprKind::Bool(_)
        | ExprKind::Now
        | ExprKind::Metric(..)
        | ExprKind::Derive(..)
        | ExprKind::AlertState(..) => {}
        ExprKind::Negate(inner)
        | ExprKind::Not(inner)
        | ExprKind::Present(inner)
        | ExprKind::Missing(inner)
        | ExprKind::FlagIsSet(inner)
        | ExprKind::For(inner, _)
        | ExprKind::Ago(inner, _)
        | ExprKind::With(inner, ..) => visit(inner),
        ExprKind::Arithmetic(_, left, right)
        | ExprKind::Compare(_, left, right)
        | ExprKind::And(left, right)
        | ExprKind::Or(left, right)
        | ExprKind::Default(left, right) => {
            visit(left);
            visit(right);
        }
        ExprKind::If(condition, then, otherwise) => {
            visit(condition);
            visit(then);
            if let Some(otherwise) = otherwise {
                visit(otherwise);
            }
        }
        ExprKind::Function(_, arguments) => arguments.iter().for_each(visit),
        ExprKind::Aggregate(aggregate) => visit(&aggregate.of),
    }
}
