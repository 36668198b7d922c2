//! Playbooks' runs.

use std::collections::BTreeMap;

use nvp_journal::words::{ActionEnd, ActionState, CallOutcome};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Entry;

/// A run as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Its number.
    pub number: u64,
    /// The playbook.
    pub playbook: String,
    /// Its arguments: names and values.
    pub arguments: Vec<(String, Value)>,
    /// For which incident.
    pub incident: Option<u64>,
    /// The hash of the playbook's text, which an approval may name.
    pub source_hash: String,
    /// Who asked for it; `null` where an alert did.
    pub requested_by: Option<String>,
    /// Why.
    pub requested_why: Option<String>,
    /// How far it has come.
    pub state: ActionState,
    /// How it ended.
    pub end: Option<ActionEnd>,
    /// Why.
    pub end_why: Option<String>,
    /// When it began to look whether it should.
    pub planned_ms: i64,
    /// Until when it waits, or waited, for an approval.
    pub proposed_until_ms: Option<i64>,
    /// When it began its first step.
    pub started_ms: Option<i64>,
    /// When it began to take back what it did.
    pub rolling_back_ms: Option<i64>,
    /// Why.
    pub rolling_back_why: Option<String>,
    /// Until when it stands, or stood, as a measure at the latest.
    pub standing_until_ms: Option<i64>,
    /// Who aborted it.
    pub aborted_by: Option<String>,
    /// When it ended.
    pub ended_ms: Option<i64>,
}

/// A run to begin, for an incident that is open.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAction {
    /// A key of yours: the same one again within a day is the same run. Where it is not said, made of all else that is.
    pub key: Option<String>,
    /// The playbook, by name.
    pub playbook: String,
    /// Its arguments as written, by parameter.
    #[serde(default)]
    pub arguments: BTreeMap<String, String>,
    /// The incident it is for.
    pub incident: u64,
    /// Why.
    pub why: String,
}

impl NewAction {
    /// Whether it can be asked for.
    ///
    /// # Errors
    /// What is missing.
    pub fn check(&self) -> Result<(), String> {
        for (what, text) in [("playbook", &self.playbook), ("why", &self.why)] {
            if text.trim().is_empty() {
                return Err(format!("`{what}` is empty"));
            }
        }
        if self.key.as_ref().is_some_and(|key| key.is_empty()) {
            return Err("`key` is empty".to_owned());
        }
        Ok(())
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> String {
        let made = || format!("{} for incident {}: {}", self.called(), self.incident, self.why);
        self.key.clone().unwrap_or_else(made)
    }

    /// The playbook with its arguments, `relieve(region: "eu")`.
    #[must_use]
    pub fn called(&self) -> String {
        let arguments: Vec<_> =
            self.arguments.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
        format!("{}({})", self.playbook, arguments.join(", "))
    }
}

/// Which runs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionQuery {
    /// Only those that have not ended.
    #[serde(default)]
    pub unended: bool,
    /// Only those of this playbook.
    pub playbook: Option<String>,
    /// Only those for this incident.
    pub incident: Option<u64>,
    /// Only those with a lesser number: the last one of the page before.
    pub after: Option<u64>,
    /// How many at most; 100 where it is not said, never more than 1,000.
    pub rows: Option<u32>,
}

/// A page of runs, the newest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Actions {
    /// The runs.
    pub actions: Vec<Action>,
    /// What to say as `after` for the next page; `null` when this is the last.
    pub next: Option<u64>,
}

/// A provider's call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Its number.
    pub number: u64,
    /// The provider.
    pub provider: String,
    /// The read or write.
    pub operation: String,
    /// What it was given: names and values.
    pub arguments: Vec<(String, Value)>,
    /// Of a write: the step.
    pub step: Option<String>,
    /// Of a write: whether it takes something back.
    pub is_undo: bool,
    /// Of a write: which time, from 1.
    pub attempt: Option<u32>,
    /// When it was intended.
    pub intended_ms: i64,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// How; `null`: it is not known to have ended.
    pub outcome: Option<CallOutcome>,
    /// What a read answered.
    pub answer: Option<Value>,
    /// Why it failed, or is not known.
    pub why: Option<String>,
}

/// Somebody's approval of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Who.
    pub by: String,
    /// Why, of a standing approval.
    pub why: Option<String>,
    /// When.
    pub at_ms: i64,
}

/// All about a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionPage {
    /// The run.
    pub action: Action,
    /// What happened to it, the oldest first: the last 1,000 rows of the audit trail about it.
    pub journal: Vec<Entry>,
    /// How many earlier ones are left out.
    pub journal_left_out: u64,
    /// Its calls, the oldest first: the first 1,000.
    pub calls: Vec<Call>,
    /// Who approved it.
    pub approvals: Vec<Approval>,
}

/// An approval to give.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approve {
    /// The hash of the playbook's text that was read; `null`: whatever it is.
    pub hash: Option<String>,
}
