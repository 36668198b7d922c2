//! What is told of an expectation that did not hold.

use std::collections::BTreeMap;

use nvp_check::typed::{AlertId, Expr, ExprKind, Matcher, MatcherTest};
use nvp_dsl::Span;
use nvp_engine::Engine;
use nvp_lower::children;
use nvp_plan::Plan;
use nvp_plan::ids::AlertId as PlanAlertId;

use crate::alert_rows::{AlertRow, alert_rows, explained};
use crate::decision::Decision;
use crate::value_tree::ValueTree;

/// The most rows of an alert that are shown.
const ROWS_MAX: usize = 8;

/// An expectation that did not hold.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The expectation as written, `at 6m cpu_high is red`.
    pub expected: String,
    /// Where it is written.
    pub span: Span,
    /// Why it does not hold, for people: `it is false`, `the input ends before, at 5m`.
    pub problem: String,
    /// What was, at the tick that decided.
    pub decided: Option<Moment>,
    /// When it came closest, for an expectation with time to spare; at another tick than `decided`.
    pub closest: Option<Moment>,
    /// The decision that was not allowed, for `only`.
    pub decision: Option<Box<Decision>>,
}

impl Failure {
    /// That of an event that did not happen as expected.
    pub(super) fn of_event(expected: String, span: Span, problem: String) -> Self {
        Self { expected, span, problem, decided: None, closest: None, decision: None }
    }

    /// That of a test without an expectation, which could never fail.
    pub(super) fn of_nothing(span: Span) -> Self {
        Self {
            expected: "something".to_owned(),
            span,
            problem: "the test has no `expect`".to_owned(),
            decided: None,
            closest: None,
            decision: None,
        }
    }
}

/// What was at one tick.
#[derive(Debug, Clone)]
pub struct Moment {
    /// The tick, in ms from the test's start.
    pub at_ms: i64,
    /// The condition with the values of its parts.
    pub condition: Option<ValueTree>,
    /// The rows of the alerts it asks about, with their levels.
    pub rows: Vec<AlertRow>,
    /// Alerts that it asks about and that have no such row.
    pub without_rows: Vec<String>,
}

/// An alert that a condition asks about.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The alert.
    pub alert: AlertId,
    /// Its place in the plan.
    pub planned: Option<PlanAlertId>,
    /// Its name with the labels asked about.
    pub text: String,
    /// The labels pinned.
    pub pinned: BTreeMap<String, String>,
}

/// The alerts that a condition asks about, in the order written.
pub fn asked(
    condition: &Expr,
    planned: &BTreeMap<AlertId, PlanAlertId>,
    name: &dyn Fn(AlertId) -> String,
) -> Vec<Asked> {
    let mut found = Vec::new();
    let mut rest = vec![condition];
    while let Some(expr) = rest.pop() {
        if let ExprKind::AlertState(alert, _, matchers) = &expr.kind {
            let pinned = pins(matchers);
            let text = format!("{}{}", name(*alert), crate::decision::labels_of(&pinned));
            found.push(Asked { alert: *alert, planned: planned.get(alert).copied(), text, pinned });
        }
        rest.extend(children(expr).into_iter().rev());
    }
    found
}

fn pins(matchers: &[Matcher]) -> BTreeMap<String, String> {
    let pin = |matcher: &Matcher| match &matcher.test {
        MatcherTest::Equal(value) => Some((matcher.label.clone(), value.clone())),
        _ => None,
    };
    matchers.iter().filter_map(pin).collect()
}

/// Looks at everything a condition asks about, at the last closed tick.
pub fn look(engine: &Engine, plan: &Plan, probe: usize, asked: &[Asked], at_ms: i64) -> Moment {
    let tree = plan.probes.get(probe).map(|probe| probe.tree);
    let condition = tree.and_then(|tree| explained(engine, plan, tree, &BTreeMap::new()));
    let mut rows = Vec::new();
    let mut without_rows = Vec::new();
    for asked in asked {
        let found = asked
            .planned
            .map(|alert| alert_rows(engine, plan, alert, &asked.pinned, ROWS_MAX))
            .unwrap_or_default();
        if found.is_empty() {
            without_rows.push(asked.text.clone());
        }
        rows.extend(found);
    }
    Moment { at_ms, condition, rows, without_rows }
}
