//! Looks at a test's alerts after each tick, and tells coverage what decided.
//!
//! A level that is set or cleared while a higher one stands shows nobody anything, so it decides nothing; when the higher one clears,
//! it is seen.

use std::collections::BTreeMap;

use nvp_check::typed::{Absent, Alert, AlertId, Policy};
use nvp_engine::{Engine, State as Shown};
use nvp_plan::Plan;
use nvp_plan::ids::AlertId as PlanAlertId;

use super::coverage::{Coverage, Sighting};
use crate::alert_rows::{AlertRow, LevelRow, alert_rows};
use crate::decision::{Clause, Decision, State};
use crate::value_tree::{Value, ValueTree};

type Labels = BTreeMap<String, String>;

/// Sees one test.
pub struct Witness<'a> {
    policy: &'a Policy,
    coverage: &'a mut Coverage,
    alerts: Vec<Watched>,
}

/// An alert that the test runs.
struct Watched {
    typed: AlertId,
    planned: PlanAlertId,
    /// The levels set after the tick before, a bit each, by row.
    levels_set: BTreeMap<Labels, u16>,
    /// Whether this test has shown that missing data hold its level.
    has_held: bool,
}

impl<'a> Witness<'a> {
    /// Of the alerts that were lowered for a test.
    pub fn new(
        policy: &'a Policy,
        planned: &BTreeMap<AlertId, PlanAlertId>,
        coverage: &'a mut Coverage,
    ) -> Self {
        let watched = |(typed, planned): (&AlertId, &PlanAlertId)| Watched {
            typed: *typed,
            planned: *planned,
            levels_set: BTreeMap::new(),
            has_held: false,
        };
        Self { policy, coverage, alerts: planned.iter().map(watched).collect() }
    }

    /// Sees a tick that was just closed, and the decisions taken at it.
    pub fn see(&mut self, engine: &Engine, plan: &Plan, decisions: &[Decision]) {
        for watched in &mut self.alerts {
            let Some(alert) = self.policy.alerts.get(watched.typed.0) else { continue };
            for decision in decisions.iter().filter(|decision| decision.name == alert.name) {
                let row = alert_rows(engine, plan, watched.planned, &decision.labels, 1).pop();
                let before = watched.levels_set.get(&decision.labels).copied().unwrap_or_default();
                for sighting in
                    row.iter().flat_map(|row| sightings(self.policy, alert, decision, before, row))
                {
                    self.coverage.count(self.policy, watched.typed, sighting);
                }
            }
            let before = std::mem::take(&mut watched.levels_set);
            for row in engine.rows_of_alert(watched.planned) {
                let labels: Labels =
                    row.labels.clone().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
                if let Shown::Level(level) = row.state
                    && alert.absent == Absent::Holds
                    && !watched.has_held
                    && is_set(before.get(&labels).copied().unwrap_or_default(), level as usize)
                    && is_unknown(engine, plan, watched.planned, &labels, level as usize)
                {
                    watched.has_held = true;
                    self.coverage.count(self.policy, watched.typed, Sighting::Absent);
                }
                watched.levels_set.insert(labels, row.levels_set);
            }
        }
    }
}

fn is_set(levels: u16, place: usize) -> bool {
    levels >> place & 1 == 1
}

/// Whether the `when` of a row's level is unknown now.
fn is_unknown(engine: &Engine, plan: &Plan, alert: PlanAlertId, labels: &Labels, level: usize) -> bool {
    let row = alert_rows(engine, plan, alert, labels, 1).pop();
    let when = row.as_ref().and_then(|row| row.levels.get(level)?.when.as_ref());
    when.is_some_and(|when| when.value == Value::Condition(None))
}

/// What decided when a row came from one state to another; `before` are the levels that were set.
fn sightings<'t>(
    policy: &Policy,
    alert: &Alert,
    decision: &Decision,
    before: u16,
    row: &'t AlertRow,
) -> Vec<Sighting<'t>> {
    if !matches!(decision.why.clause, Clause::When | Clause::Clear | Clause::Absent) {
        return Vec::new();
    }
    // From 1, mildest first; 0 is below all levels.
    let height = |state: &State| match state {
        State::Level(name) => alert
            .levels
            .iter()
            .position(|level| {
                policy.severities.get(level.severity.0).is_some_and(|severity| severity.name == *name)
            })
            .map_or(0, |place| place + 1),
        State::Ok | State::Pending | State::Forgotten => 0,
    };
    let (from, to) = (height(&decision.from), height(&decision.to));
    let when = |place: usize| row.levels.get(place).and_then(|level| level.when.as_ref());
    if to > from {
        let absent = decision.why.clause == Clause::Absent;
        return vec![if absent { Sighting::Absent } else { Sighting::When(to - 1, when(to - 1)) }];
    }
    let cleared = (to..from).filter(|place| is_set(before, *place));
    let mut seen: Vec<_> =
        cleared.filter_map(|place| cleared_by(alert, place, row.levels.get(place)?)).collect();
    if let Some(stands) = to.checked_sub(1)
        && is_true(when(stands))
    {
        seen.push(Sighting::When(stands, when(stands)));
    }
    seen
}

/// What cleared a level: its own clause, or that its data are missing.
fn cleared_by<'t>(alert: &Alert, place: usize, row: &'t LevelRow) -> Option<Sighting<'t>> {
    let level = alert.levels.get(place)?;
    let is_unknown = row.when.as_ref().is_some_and(|when| when.value == Value::Condition(None));
    let own = level.clear.is_some();
    if alert.absent == Absent::Clears && is_unknown && !(own && is_true(row.clear.as_ref())) {
        return Some(Sighting::Absent);
    }
    Some(Sighting::Clear(place, if own { row.clear.as_ref() } else { row.when.as_ref() }))
}

fn is_true(tree: Option<&ValueTree>) -> bool {
    tree.is_some_and(|tree| tree.value == Value::Condition(Some(true)))
}
