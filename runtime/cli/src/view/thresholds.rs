//! How near a value is to its alert's threshold, where the alert compares its subject with a constant.

use std::sync::Arc;

use nvp_check::typed::{Alert, CompareOp, Expr, ExprKind, Policy, Type};
use nvp_plan::unit::Unit;

/// A constant that a level compares its alert's subject with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Threshold {
    is_upper: bool,
    limit: f64,
    /// As people read it: `> 90 %`.
    pub(super) shown: Arc<str>,
}

/// The thresholds of an alert's levels, mildest first; `None` for a level that does not compare so.
pub(super) fn of_alert(policy: &Policy, name: &str) -> Vec<Option<Threshold>> {
    let Some(alert) = policy.alerts.iter().find(|alert| alert.name == name) else { return Vec::new() };
    let level = |when: &Option<Expr>| when.as_ref().and_then(|when| find(when, alert));
    alert.levels.iter().map(|level_of| level(&level_of.when)).collect()
}

impl Threshold {
    /// How far a value is from it, as a share of it: 0 at the threshold, below 0 beyond it.
    pub(super) fn distance(&self, value: f64) -> f64 {
        let rest = if self.is_upper { self.limit - value } else { value - self.limit };
        if self.limit == 0.0 { rest } else { rest / self.limit.abs() }
    }
}

/// The comparison in a condition: itself, under a `for`, or one side of an `and`.
fn find(condition: &Expr, alert: &Alert) -> Option<Threshold> {
    match &condition.kind {
        ExprKind::For(inner, _) => find(inner, alert),
        ExprKind::And(left, right) => find(left, alert).or_else(|| find(right, alert)),
        ExprKind::Compare(op, left, right) => {
            let subject = alert.subject.as_ref().map(|subject| subject.text.as_str());
            let (ExprKind::Number(limit), true) = (&right.kind, Some(left.text.as_str()) == subject) else {
                return None;
            };
            let (is_upper, sign) = match op {
                CompareOp::Greater => (true, ">"),
                CompareOp::GreaterOrEqual => (true, "≥"),
                CompareOp::Less => (false, "<"),
                CompareOp::LessOrEqual => (false, "≤"),
                CompareOp::Equal | CompareOp::NotEqual => return None,
            };
            let unit = if let Type::Value(unit) = &left.ty { unit } else { &Unit::Number };
            let shown = format!("{sign} {}", nvp_plan::show::value(*limit, unit));
            Some(Threshold { is_upper, limit: *limit, shown: shown.into() })
        }
        _ => None,
    }
}
