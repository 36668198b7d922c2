//! Questions: a connection that only reads, and sees what is durable.
//!
//! Lists come in pages, the newest first: a page is asked for by the last number of the page before, so that it costs the same however far
//! back it lies, and nothing is skipped or told twice while more is written.

mod actions;
mod incidents;
mod notifications;
mod trail;

use std::path::Path;
use std::time::Duration;

use rusqlite::types::ToSql;
use rusqlite::{Connection, Params, Row};
use serde_json::Value;

pub use actions::{Action, ActionFilter, Approval, CallRow};
pub use incidents::{Incident, IncidentFilter, SilenceRow};
pub use notifications::{Attempt, NotificationFilter, NotificationRow, REMEMBERED_INCIDENTS_MAX, Remote};
pub use trail::{Entry, TrailFilter};

use crate::batch::Position;
use crate::error::JournalError;
use crate::file;
use crate::place::Place;

/// The most rows of a page.
pub const PAGE_ROWS_MAX: u32 = 1_000;
/// How long another program's lock is waited for.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Only what comes after the row with this number, in the list's order; `None`: from the beginning.
    pub after: Option<u64>,
    /// How many rows at most; no page has more than [`PAGE_ROWS_MAX`].
    pub rows: u32,
}

impl Default for Page {
    fn default() -> Self {
        Self { after: None, rows: 100 }
    }
}

/// A connection for questions.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
    place: Place,
}

impl Reader {
    /// Opens a journal for reading, whether or not a process writes it.
    ///
    /// # Errors
    /// When it cannot be read, is not a journal, or has another schema than this program knows.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let place =
            Place { path: std::fs::canonicalize(path).map_err(|error| JournalError::file(path, &error))? };
        let connection = file::read_only(&place.path, BUSY_TIMEOUT)?;
        Ok(Self { connection, place })
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn path(&self) -> &Path {
        &self.place.path
    }

    /// The last effect of the input log that is written.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn position(&self) -> Result<Option<Position>, JournalError> {
        file::position(&self.connection).map_err(|error| JournalError::sqlite(self.path(), &error))
    }

    /// The greatest numbers that were given: of an incident, a run, a notification, a call, a silence.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn numbers(&self) -> Result<[u64; 5], JournalError> {
        let mut numbers = [0; 5];
        let tables = ["incidents", "actions", "notifications", "calls", "silences"];
        for (number, table) in numbers.iter_mut().zip(tables) {
            let statement = format!("SELECT coalesce(max(number), 0) AS number FROM {table}");
            *number =
                self.query(&statement, [], |row| self::number(row, "number"))?.pop().unwrap_or_default();
        }
        Ok(numbers)
    }

    pub(crate) fn vacuum_into(&self, name: &str) -> Result<(), JournalError> {
        let done = self.connection.execute("VACUUM INTO ?1", [name]);
        done.map(|_| ()).map_err(|error| JournalError::sqlite(Path::new(name), &error))
    }

    pub(crate) fn query<T>(
        &self,
        statement: &str,
        values: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, JournalError> {
        let failed = |error: rusqlite::Error| JournalError::sqlite(self.path(), &error);
        let mut statement = self.connection.prepare_cached(statement).map_err(failed)?;
        let rows = statement.query_map(values, read).map_err(failed)?;
        rows.collect::<rusqlite::Result<Vec<T>>>().map_err(failed)
    }

    /// A page of a list: the rows of `from` that meet all `conditions`.
    fn page<T>(
        &self,
        select: &str,
        conditions: Conditions<'_>,
        order: Order,
        page: Page,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, JournalError> {
        let Conditions { mut texts, mut values } = conditions;
        let after = page.after.map(|after| i64::try_from(after).unwrap_or(i64::MAX));
        let Order { key, is_descending } = order;
        let (than, order) = if is_descending { ("<", "DESC") } else { (">", "ASC") };
        if let Some(after) = &after {
            texts.push(format!("{key} {than} ?{}", values.len() + 1));
            values.push(after);
        }
        let rows = page.rows.clamp(1, PAGE_ROWS_MAX);
        let wanted = if texts.is_empty() { String::new() } else { format!(" WHERE {}", texts.join(" AND ")) };
        let statement = format!("{select}{wanted} ORDER BY {key} {order} LIMIT {rows}");
        self.query(&statement, values.as_slice(), read)
    }
}

/// By which column a list is ordered.
#[derive(Debug, Clone, Copy)]
struct Order {
    key: &'static str,
    is_descending: bool,
}

const NEWEST_FIRST: Order = Order { key: "number", is_descending: true };
const OLDEST_FIRST: Order = Order { key: "number", is_descending: false };

/// Conditions of a question, with their values.
#[derive(Default)]
struct Conditions<'v> {
    texts: Vec<String>,
    values: Vec<&'v dyn ToSql>,
}

impl<'v> Conditions<'v> {
    /// A condition without a value.
    fn must(&mut self, condition: &str) {
        self.texts.push(condition.to_owned());
    }

    /// A condition in which `?` stands for a value; none when there is no value.
    fn may<T: ToSql>(&mut self, condition: &str, value: Option<&'v T>) {
        if let Some(value) = value {
            self.texts.push(condition.replace('?', &format!("?{}", self.values.len() + 1)));
            self.values.push(value);
        }
    }
}

/// A column that holds a number of ours.
fn number(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.cast_unsigned())
}

fn number_if_any(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<u64>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(i64::cast_unsigned))
}

/// A column that holds JSON.
fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| {
        let at = row.as_ref().column_index(column).unwrap_or_default();
        rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, Box::new(error))
    })
}

fn json_if_any(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Value>> {
    match row.get_ref(column)? {
        rusqlite::types::ValueRef::Null => Ok(None),
        _ => json(row, column).map(Some),
    }
}
