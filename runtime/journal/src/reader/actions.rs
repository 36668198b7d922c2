//! Questions about playbooks' runs, their calls and approvals.

use rusqlite::Row;
use serde_json::Value;

use super::{Conditions, NEWEST_FIRST, OLDEST_FIRST, Page, Reader, json, json_if_any, number, number_if_any};
use crate::action::{Call, Named, Requested, WriteIntent};
use crate::error::JournalError;
use crate::words::{ActionEnd, ActionState, CallOutcome};

/// A playbook's run as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// Its number.
    pub number: u64,
    /// The playbook.
    pub playbook: String,
    /// Its arguments.
    pub arguments: Vec<Named>,
    /// For which incident.
    pub incident: Option<u64>,
    /// The hash of the playbook's text.
    pub source_hash: String,
    /// Who asked for it; `None` where an alert did.
    pub requested: Option<Requested>,
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

/// Which runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ActionFilter {
    /// Only those that have not ended.
    pub is_unended: bool,
    /// Only those of this playbook.
    pub playbook: Option<String>,
    /// Only those for this incident.
    pub incident: Option<u64>,
    /// Only those that have come so far.
    pub state: Option<ActionState>,
    /// Only those that ended so.
    pub end: Option<ActionEnd>,
}

/// A call and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRow {
    /// The call.
    pub call: Call,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// How.
    pub outcome: Option<CallOutcome>,
    /// What a read answered.
    pub answer: Option<Value>,
    /// Why it failed, or is not known.
    pub why: Option<String>,
}

/// Somebody's approval of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Who.
    pub approved_by: String,
    /// Why, of a standing approval.
    pub why: Option<String>,
    /// When.
    pub approved_ms: i64,
}

impl Reader {
    /// Runs, the newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn actions(&self, filter: &ActionFilter, page: Page) -> Result<Vec<Action>, JournalError> {
        let incident = filter.incident.map(u64::cast_signed);
        let mut wanted = Conditions::default();
        if filter.is_unended {
            wanted.must("state <> 'ended'");
        }
        wanted.may("playbook = ?", filter.playbook.as_ref());
        wanted.may("incident = ?", incident.as_ref());
        wanted.may("state = ?", filter.state.as_ref());
        wanted.may("\"end\" = ?", filter.end.as_ref());
        self.page("SELECT * FROM actions", wanted, NEWEST_FIRST, page, action)
    }

    /// A run. Its whole journal is [`Reader::action_journal`].
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn action(&self, number: u64) -> Result<Option<Action>, JournalError> {
        let found = self.query("SELECT * FROM actions WHERE number = ?1", [number.cast_signed()], action)?;
        Ok(found.into_iter().next())
    }

    /// The calls of a run, the oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn calls(&self, action: u64, page: Page) -> Result<Vec<CallRow>, JournalError> {
        let action = Some(action.cast_signed());
        let mut wanted = Conditions::default();
        wanted.may("action = ?", action.as_ref());
        self.page("SELECT * FROM calls", wanted, OLDEST_FIRST, page, call)
    }

    /// The calls of which no end is known, the oldest first: after a restart, what may or may not have happened.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn calls_not_ended(&self, page: Page) -> Result<Vec<CallRow>, JournalError> {
        let mut wanted = Conditions::default();
        wanted.must("ended_ms IS NULL");
        self.page("SELECT * FROM calls", wanted, OLDEST_FIRST, page, call)
    }

    /// The newest run that was asked for by a key.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn requested(&self, key: &str) -> Result<Option<u64>, JournalError> {
        let newest = "SELECT max(number) AS number FROM actions WHERE requested_key = ?1";
        let found = self.query(newest, [key], |row| number_if_any(row, "number"))?;
        Ok(found.into_iter().flatten().next())
    }

    /// The writes of which no end is known, the oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn writes_not_ended(&self, page: Page) -> Result<Vec<CallRow>, JournalError> {
        let mut wanted = Conditions::default();
        wanted.must("ended_ms IS NULL");
        wanted.must("is_write = 1");
        self.page("SELECT * FROM calls", wanted, OLDEST_FIRST, page, call)
    }

    /// Who approved a run, the first first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn approvals(&self, action: u64) -> Result<Vec<Approval>, JournalError> {
        self.query(
            "SELECT * FROM approvals WHERE action = ?1 ORDER BY approved_ms, approved_by",
            [action.cast_signed()],
            |row| {
                Ok(Approval {
                    approved_by: row.get("approved_by")?,
                    why: row.get("why")?,
                    approved_ms: row.get("approved_ms")?,
                })
            },
        )
    }
}

fn action(row: &Row<'_>) -> rusqlite::Result<Action> {
    Ok(Action {
        number: number(row, "number")?,
        playbook: row.get("playbook")?,
        arguments: json(row, "arguments")?,
        incident: number_if_any(row, "incident")?,
        source_hash: row.get("source_hash")?,
        requested: requested(row)?,
        state: row.get("state")?,
        end: row.get("end")?,
        end_why: row.get("end_why")?,
        planned_ms: row.get("planned_ms")?,
        proposed_until_ms: row.get("proposed_until_ms")?,
        started_ms: row.get("started_ms")?,
        rolling_back_ms: row.get("rolling_back_ms")?,
        rolling_back_why: row.get("rolling_back_why")?,
        standing_until_ms: row.get("standing_until_ms")?,
        aborted_by: row.get("aborted_by")?,
        ended_ms: row.get("ended_ms")?,
    })
}

fn requested(row: &Row<'_>) -> rusqlite::Result<Option<Requested>> {
    let Some(by) = row.get("requested_by")? else { return Ok(None) };
    Ok(Some(Requested { by, key: row.get("requested_key")?, why: row.get("requested_why")? }))
}

fn call(row: &Row<'_>) -> rusqlite::Result<CallRow> {
    let write = if row.get("is_write")? {
        Some(WriteIntent {
            step: row.get("step")?,
            is_undo: row.get("is_undo")?,
            attempt: row.get("attempt")?,
            key: row.get("key")?,
            fences: json(row, "fences")?,
        })
    } else {
        None
    };
    Ok(CallRow {
        call: Call {
            number: number(row, "number")?,
            action: number(row, "action")?,
            intended_ms: row.get("intended_ms")?,
            provider: row.get("provider")?,
            operation: row.get("operation")?,
            arguments: json(row, "arguments")?,
            write,
            timeout_ms: row.get("timeout_ms")?,
        },
        ended_ms: row.get("ended_ms")?,
        outcome: row.get("outcome")?,
        answer: json_if_any(row, "answer")?,
        why: row.get("why")?,
    })
}
