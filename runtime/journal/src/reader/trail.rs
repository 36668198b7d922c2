//! Questions about the audit trail: an incident's timeline, a run's whole journal, what a person did.

use rusqlite::Row;
use serde_json::Value;

use super::{Conditions, Order, Page, Reader, json, number, number_if_any};
use crate::batch::Position;
use crate::error::JournalError;
use crate::words::Subject;

/// A row of the audit trail.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its number.
    pub seq: u64,
    /// When it happened.
    pub at_ms: i64,
    /// From which input it follows.
    pub position: Option<Position>,
    /// What it is about.
    pub subject: Subject,
    /// Which of these.
    pub number: Option<u64>,
    /// What happened, as a word.
    pub kind: String,
    /// The person who did it.
    pub actor: Option<String>,
    /// What happened, for people.
    pub text: String,
    /// All that is known: an [`crate::IncidentEvent`], [`crate::ActionEvent`], [`crate::Notification`] and so on, as JSON.
    pub detail: Value,
}

/// Which rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrailFilter {
    /// Only those about this.
    pub subject: Option<Subject>,
    /// Only those about the one of this number.
    pub number: Option<u64>,
    /// Only those of this kind.
    pub kind: Option<String>,
    /// Only what this person did.
    pub actor: Option<String>,
    /// Only what happened at or after this.
    pub from_ms: Option<i64>,
    /// Only what happened before this.
    pub before_ms: Option<i64>,
}

impl Reader {
    /// Rows of the trail, the oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn trail(&self, filter: &TrailFilter, page: Page) -> Result<Vec<Entry>, JournalError> {
        let about = filter.number.map(u64::cast_signed);
        let mut wanted = Conditions::default();
        wanted.may("subject = ?", filter.subject.as_ref());
        wanted.may("number = ?", about.as_ref());
        wanted.may("kind = ?", filter.kind.as_ref());
        wanted.may("actor = ?", filter.actor.as_ref());
        wanted.may("at_ms >= ?", filter.from_ms.as_ref());
        wanted.may("at_ms < ?", filter.before_ms.as_ref());
        let order = Order { key: "seq", is_descending: false };
        self.page("SELECT * FROM audit", wanted, order, page, entry)
    }

    /// What happened to an incident, in order.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn timeline(&self, incident: u64, page: Page) -> Result<Vec<Entry>, JournalError> {
        self.about(Subject::Incident, incident, page)
    }

    /// What happened to a run, in order: every look, intent, attempt, snapshot, outcome, and its end.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn action_journal(&self, action: u64, page: Page) -> Result<Vec<Entry>, JournalError> {
        self.about(Subject::Action, action, page)
    }

    fn about(&self, subject: Subject, number: u64, page: Page) -> Result<Vec<Entry>, JournalError> {
        let filter = TrailFilter { subject: Some(subject), number: Some(number), ..TrailFilter::default() };
        self.trail(&filter, page)
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let position = match (row.get::<_, Option<i64>>("input")?, row.get::<_, Option<u32>>("ordinal")?) {
        (Some(input), Some(ordinal)) => Some(Position { input: input.cast_unsigned(), ordinal }),
        _ => None,
    };
    Ok(Entry {
        seq: number(row, "seq")?,
        at_ms: row.get("at_ms")?,
        position,
        subject: row.get("subject")?,
        number: number_if_any(row, "number")?,
        kind: row.get("kind")?,
        actor: row.get("actor")?,
        text: row.get("text")?,
        detail: json(row, "detail")?,
    })
}
