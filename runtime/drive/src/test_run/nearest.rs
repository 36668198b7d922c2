//! How far a condition was from being true: what lets a failure say when it came closest.
//!
//! The distance of a comparison is how much its left side would have to move, as a share of the larger side. Of `and` the farther
//! part counts, of `or` the nearer. It is a hint for people, never part of a decision.

use std::collections::BTreeMap;

use nvp_check::typed::{CompareOp, Expr, ExprKind, Policy, SeverityId, StateTest};

use super::failure::{Asked, Moment};
use crate::value_tree::{Value, ValueTree};

/// Farther than any comparison: nothing to compare with.
const UNKNOWN: f64 = 4.0;
/// A condition that is plainly false.
const FALSE: f64 = 2.0;
/// A condition whose `for` is not served yet.
const NOT_SERVED: f64 = 1e-9;

type Values<'a> = BTreeMap<&'a str, &'a Value>;

/// How far an expectation's condition was from being true; `None` when there is no measure for it.
pub fn distance(policy: &Policy, condition: &Expr, asked: &[Asked], moment: &Moment) -> Option<f64> {
    let states = state_tests(condition);
    if states.is_empty() {
        return moment.condition.as_ref().map(|tree| far(condition, &values(tree)));
    }
    asked
        .iter()
        .zip(states)
        .filter_map(|(asked, test)| level_distance(policy, asked, test, moment))
        .min_by(f64::total_cmp)
}

/// The nearest of an alert's rows to the level asked about.
fn level_distance(policy: &Policy, asked: &Asked, test: StateTest, moment: &Moment) -> Option<f64> {
    let alert = policy.alerts.get(asked.alert.0)?;
    let severity = match test {
        StateTest::Is(severity) | StateTest::AtLeast(severity) => severity,
        StateTest::Pending => alert.levels.first()?.severity,
        StateTest::Ok | StateTest::Cleared | StateTest::Forgotten => return None,
    };
    let when = alert.levels.iter().find(|level| level.severity == severity)?.when.as_ref()?;
    let name = severity_name(policy, severity)?;
    moment
        .rows
        .iter()
        .filter(|row| row.alert == alert.name)
        .filter_map(|row| row.levels.iter().find(|level| level.name == name)?.when.as_ref())
        .map(|tree| far(when, &values(tree)))
        .min_by(f64::total_cmp)
}

fn severity_name(policy: &Policy, severity: SeverityId) -> Option<&str> {
    policy.severities.get(severity.0).map(|severity| severity.name.as_str())
}

/// The state tests of a condition, in the order in which [`super::failure::asked`] finds them.
fn state_tests(condition: &Expr) -> Vec<StateTest> {
    let mut found = Vec::new();
    let mut rest = vec![condition];
    while let Some(expr) = rest.pop() {
        if let ExprKind::AlertState(_, test, _) = &expr.kind {
            found.push(*test);
        }
        rest.extend(nvp_lower::children(expr).into_iter().rev());
    }
    found
}

/// The values of a tree's nodes by their texts.
pub fn values(tree: &ValueTree) -> Values<'_> {
    let mut values = BTreeMap::new();
    let mut rest = vec![tree];
    while let Some(node) = rest.pop() {
        values.insert(node.text.as_str(), &node.value);
        rest.extend(&node.parts);
    }
    values
}

fn far(expr: &Expr, values: &Values<'_>) -> f64 {
    let is = match values.get(expr.text.as_str()) {
        Some(Value::Condition(is)) => *is,
        _ => None,
    };
    if is == Some(true) {
        return 0.0;
    }
    match &expr.kind {
        ExprKind::And(a, b) => far(a, values).max(far(b, values)),
        ExprKind::Or(a, b) => far(a, values).min(far(b, values)),
        ExprKind::For(of, _) => far(of, values).max(NOT_SERVED),
        ExprKind::Compare(op, a, b) => compared(*op, a, b, values),
        _ if is == Some(false) => FALSE,
        _ => UNKNOWN,
    }
}

fn compared(op: CompareOp, a: &Expr, b: &Expr, values: &Values<'_>) -> f64 {
    let (Some(a), Some(b)) = (number(a, values), number(b, values)) else { return UNKNOWN };
    match op {
        CompareOp::NotEqual => FALSE,
        _ if a == b => NOT_SERVED,
        _ => ((a - b).abs() / a.abs().max(b.abs()).max(f64::MIN_POSITIVE)).min(FALSE),
    }
}

fn number(expr: &Expr, values: &Values<'_>) -> Option<f64> {
    if let ExprKind::Number(number) = expr.kind {
        return Some(number);
    }
    match values.get(expr.text.as_str()) {
        Some(Value::Number { number, .. }) => Some(*number),
        _ => None,
    }
}
