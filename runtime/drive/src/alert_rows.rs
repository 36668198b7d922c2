//! What the rows of an alert are at the last closed tick, and why: each level's conditions with the values of their parts.

use std::collections::BTreeMap;

use nvp_engine::{Engine, NodeValue};
use nvp_plan::Plan;
use nvp_plan::alert::Alert;
use nvp_plan::ids::{AlertId, TreeId};

use crate::decision::{State, state_of, value_tree};
use crate::instant::show_duration;
use crate::value_tree::{Value, ValueTree};

/// One row of an alert.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertRow {
    /// The alert.
    pub alert: String,
    /// The row's labels.
    pub labels: BTreeMap<String, String>,
    /// Its shown state.
    pub state: State,
    /// Since when, in ms since the Unix epoch.
    pub since_ms: i64,
    /// The subject's value; `None` for an alert without a subject.
    pub value: Option<Value>,
    /// What a person must know to understand the state; empty where there is nothing of that kind.
    pub remark: String,
    /// Its levels, mildest first.
    pub levels: Vec<LevelRow>,
}

/// One level of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelRow {
    /// The level's name.
    pub name: String,
    /// `when`, with its values; `None` for a level that only `absent` sets.
    pub when: Option<ValueTree>,
    /// `clear when`, with its values; `None` for the default.
    pub clear: Option<ValueTree>,
}

/// Why a row may be other than its values say.
fn remark(plan: &Plan, planned: &Alert, row: &nvp_engine::AlertRow<'_>) -> String {
    if row.is_flapping {
        let within = show_duration(planned.flapping_within_ms);
        return format!(
            "flapping: it stays at its highest level until it has not gone back and forth for {within}"
        );
    }
    if row.is_warming {
        let span_ms = i64::from(planned.subject_warm_ticks).saturating_mul(plan.tick_ms);
        return format!("warming: its value is there when its windows have seen {}", show_duration(span_ms));
    }
    String::new()
}

/// The rows of an alert whose labels have these values (other labels may have any), sorted by labels; at most `rows_max`.
#[must_use]
pub fn alert_rows(
    engine: &Engine,
    plan: &Plan,
    alert: AlertId,
    pinned: &BTreeMap<String, String>,
    rows_max: usize,
) -> Vec<AlertRow> {
    let Some(planned) = plan.alerts.get(alert.index()) else { return Vec::new() };
    let mut rows = Vec::new();
    for row in engine.rows_of_alert(alert) {
        let remark = remark(plan, planned, &row);
        let labels: BTreeMap<String, String> =
            row.labels.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        if pinned.iter().any(|(name, value)| labels.get(name).is_some_and(|other| other != value)) {
            continue;
        }
        let tree = |tree: Option<TreeId>| explained(engine, plan, tree?, &labels);
        let level = |level: &nvp_plan::alert::Level| LevelRow {
            name: level.name.clone(),
            when: tree(level.tree),
            clear: tree(level.clear_tree),
        };
        let levels = planned.levels.iter().map(level).collect();
        let value = planned.subject.as_ref().map(|subject| {
            let number = row.value.unwrap_or(f64::NAN);
            crate::decision::shown_value(NodeValue::Number(number), &subject.unit)
        });
        let state = state_of(Some(planned), row.state);
        rows.push(AlertRow {
            alert: planned.name.clone(),
            labels,
            state,
            since_ms: row.since_ms,
            value,
            remark,
            levels,
        });
    }
    rows.sort_by(|a, b| a.labels.cmp(&b.labels));
    rows.truncate(rows_max);
    rows
}

/// A planned tree with its values for a row; `None` where there is no such tree or row.
#[must_use]
pub fn explained(
    engine: &Engine,
    plan: &Plan,
    tree: TreeId,
    labels: &BTreeMap<String, String>,
) -> Option<ValueTree> {
    let pairs: Vec<(&str, &str)> =
        labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let explanation = engine.explain(tree, &pairs)?;
    value_tree(plan.trees.get(tree.index())?, &explanation.nodes)
}
