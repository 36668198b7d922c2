//! Carries changes out: rows of the audit trail, and the tables that say how things stand, in one transaction.

mod action;
mod incident;
mod notification;
mod others;

use std::path::Path;

use rusqlite::{Connection, ErrorCode};
use serde::Serialize;

use crate::audit::{self, DETAIL_BYTES_MAX, Head, Row};
use crate::batch::{Batch, Change, Position};
use crate::error::JournalError;
use crate::words::Subject;

/// Why a batch was not written.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It cannot be stored; others can.
    Batch(String),
    /// The file cannot be written.
    File(rusqlite::Error),
}

impl Refusal {
    /// As an error of the file, whatever it was.
    pub(crate) fn failure(self, path: &Path) -> JournalError {
        match self {
            Self::Batch(why) => JournalError::Refused { why },
            Self::File(error) => JournalError::sqlite(path, &error),
        }
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        match (&error, error.sqlite_error_code()) {
            (
                rusqlite::Error::SqliteFailure(_, Some(why)),
                Some(ErrorCode::ConstraintViolation | ErrorCode::TooBig),
            ) => Self::Batch(why.clone()),
            _ => Self::File(error),
        }
    }
}

/// What a batch came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Applied {
    /// How many changes were written.
    pub(crate) written: u64,
    /// How many were written before.
    pub(crate) skipped: u64,
}

/// Writes within a transaction that somebody else begins and ends.
pub(crate) struct Writer<'c> {
    connection: &'c Connection,
    /// The last row of the trail.
    pub(crate) head: Head,
    /// The last effect of the input log.
    pub(crate) position: Option<Position>,
}

/// A number as SQLite has them.
fn integer(number: u64) -> Result<i64, Refusal> {
    i64::try_from(number).map_err(|_| Refusal::Batch(format!("the number {number} is too great")))
}

/// JSON of what is stored as such.
fn json<T: Serialize>(value: &T) -> Result<String, Refusal> {
    let text = serde_json::to_string(value).map_err(|error| Refusal::Batch(error.to_string()))?;
    if text.len() > DETAIL_BYTES_MAX {
        let bytes = text.len();
        return Err(Refusal::Batch(format!("{bytes} bytes are more than {DETAIL_BYTES_MAX}")));
    }
    Ok(text)
}

/// What a row of the trail is about, and since when.
#[derive(Debug, Clone, Copy)]
struct About {
    subject: Subject,
    number: Option<i64>,
    position: Option<Position>,
    at_ms: i64,
}

impl<'c> Writer<'c> {
    pub(crate) fn new(connection: &'c Connection, head: Head, position: Option<Position>) -> Self {
        Self { connection, head, position }
    }

    /// Writes a batch, or nothing of it.
    pub(crate) fn batch(&mut self, batch: &Batch) -> Result<Applied, Refusal> {
        let before = (self.head, self.position);
        self.connection.prepare_cached("SAVEPOINT batch")?.execute([])?;
        let applied = self.changes(batch);
        if applied.is_err() {
            (self.head, self.position) = before;
            // A failure of the file may have ended the transaction, and the savepoint with it.
            if !self.connection.is_autocommit() {
                self.connection.prepare_cached("ROLLBACK TO batch")?.execute([])?;
            }
        }
        if !self.connection.is_autocommit() {
            self.connection.prepare_cached("RELEASE batch")?.execute([])?;
        }
        applied
    }

    fn changes(&mut self, batch: &Batch) -> Result<Applied, Refusal> {
        let mut applied = Applied { written: 0, skipped: 0 };
        let known = self.position;
        for (position, change) in &batch.changes {
            if let Some(position) = position {
                if known.is_some_and(|known| *position <= known) {
                    applied.skipped += 1;
                    continue;
                }
                if self.position.is_some_and(|last| *position <= last) {
                    return Err(Refusal::Batch("its positions do not rise".to_owned()));
                }
                integer(position.input)?;
                self.position = Some(*position);
            }
            self.change(*position, change)?;
            applied.written += 1;
        }
        if self.position != known
            && let Some(position) = self.position
        {
            self.connection
                .prepare_cached(
                    "INSERT INTO position (only_row, input, ordinal) VALUES (1, ?1, ?2)
                     ON CONFLICT (only_row) DO UPDATE SET input = excluded.input, ordinal = excluded.ordinal",
                )?
                .execute((integer(position.input)?, position.ordinal))?;
        }
        Ok(applied)
    }

    fn change(&mut self, position: Option<Position>, change: &Change) -> Result<(), Refusal> {
        match change {
            Change::Incident { incident, at_ms, event } => self.incident(position, *incident, *at_ms, event),
            Change::Notify(notification) => self.notify(position, notification),
            Change::Delivery { notification, at_ms, delivery } => {
                self.delivery(position, *notification, *at_ms, delivery)
            }
            Change::AttemptBegun { notification, attempt, at_ms } => {
                self.attempt_begun(*notification, *attempt, *at_ms)
            }
            Change::AttemptEnded { notification, attempt, at_ms, end } => {
                self.attempt_ended(*notification, *attempt, *at_ms, end)
            }
            Change::Action { action, at_ms, event } => self.action(position, *action, *at_ms, event),
            Change::Call(call) => self.call(position, call),
            Change::Silenced { silence, at_ms, by, what } => {
                self.silenced(position, *silence, *at_ms, by, what)
            }
            Change::Unsilenced { silence, at_ms, by } => self.unsilenced(position, *silence, *at_ms, by),
            Change::Roster { at_ms, roster } => self.roster(position, *at_ms, roster),
            Change::Process { at_ms, event } => self.process(position, *at_ms, event),
        }
    }

    /// Adds a row to the trail.
    fn audit(
        &mut self,
        about: About,
        kind: &str,
        actor: Option<&str>,
        text: &str,
        detail: &str,
    ) -> Result<(), Refusal> {
        let About { subject, number, position, at_ms } = about;
        let row = Row { at_ms, position, subject, number, kind, actor, text, detail };
        self.head = audit::append(self.connection, self.head, row)?;
        Ok(())
    }

    /// Runs a statement that is kept prepared.
    fn run(&self, statement: &str, values: impl rusqlite::Params) -> Result<usize, Refusal> {
        Ok(self.connection.prepare_cached(statement)?.execute(values)?)
    }
}
