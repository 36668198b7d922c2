//! What a person wants to know of a whole recording: per alert and labels how often it fired, how long, when first and last.

use std::collections::BTreeMap;

use crate::decision::{Clause, Decision, State};

/// An alert's name and a row's labels, in the order in which summaries are shown.
pub type RowName = (String, BTreeMap<String, String>);

/// What became of one row of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowSummary {
    /// The alert.
    pub alert: String,
    /// The row's labels.
    pub labels: BTreeMap<String, String>,
    /// How often it rose from no level to one.
    pub firings: u64,
    /// How often it was held because it flapped.
    pub flaps: u64,
    /// How long it stood at each level, in ms; levels it never reached are left out.
    pub in_level_ms: BTreeMap<String, i64>,
    /// When it first fired, in ms since the Unix epoch.
    pub first_ms: Option<i64>,
    /// When it last fired.
    pub last_ms: Option<i64>,
    /// Its state at the end.
    pub state: State,
}

/// Adds decisions up.
#[derive(Debug, Default)]
pub struct Summary {
    rows: BTreeMap<RowName, Row>,
    decisions: u64,
}

#[derive(Debug)]
struct Row {
    summary: RowSummary,
    since_ms: i64,
}

impl Summary {
    /// Adds the next decision; they come in the order of time.
    pub fn add(&mut self, decision: &Decision) {
        self.decisions += 1;
        let row = self.rows.entry((decision.name.clone(), decision.labels.clone())).or_insert_with(|| Row {
            summary: RowSummary {
                alert: decision.name.clone(),
                labels: decision.labels.clone(),
                firings: 0,
                flaps: 0,
                in_level_ms: BTreeMap::new(),
                first_ms: None,
                last_ms: None,
                state: decision.from.clone(),
            },
            since_ms: decision.at_ms,
        });
        row.leave(decision.at_ms);
        if !decision.from.is_level() && decision.to.is_level() {
            row.summary.firings += 1;
            row.summary.first_ms = row.summary.first_ms.or(Some(decision.at_ms));
            row.summary.last_ms = Some(decision.at_ms);
        }
        if decision.why.clause == Clause::Flapping {
            row.summary.flaps += 1;
        }
        row.summary.state = decision.to.clone();
        row.since_ms = decision.at_ms;
    }

    /// Ends at the last tick: what still stands has stood until then. Rows by alert, then labels.
    #[must_use]
    pub fn finish(self, ends_ms: i64) -> Vec<RowSummary> {
        let ended = |mut row: Row| {
            row.leave(ends_ms);
            row.summary
        };
        self.rows.into_values().map(ended).collect()
    }

    /// How many decisions there were.
    #[must_use]
    pub fn decisions(&self) -> u64 {
        self.decisions
    }
}

impl Row {
    fn leave(&mut self, at_ms: i64) {
        if let State::Level(level) = &self.summary.state {
            let stood_ms = at_ms.saturating_sub(self.since_ms);
            let total_ms = self.summary.in_level_ms.entry(level.clone()).or_default();
            *total_ms = total_ms.saturating_add(stood_ms);
        }
        self.since_ms = at_ms;
    }
}

#[cfg(test)]
mod tests;
