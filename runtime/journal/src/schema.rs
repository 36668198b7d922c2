//! The schema and its versions: `user_version` counts the steps that were taken, each step is a file, all that are missing are taken in one
//! transaction. A step that has been released is never changed.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::error::JournalError;

/// What tells a journal from another program's SQLite file: `nvpj`.
pub const APPLICATION_ID: i32 = 0x6e76_706a;

/// The steps, oldest first.
pub const STEPS: &[&str] = &[
    include_str!("schema/0001_tables.sql"),
    include_str!("schema/0002_views.sql"),
    include_str!("schema/0003_remotes.sql"),
    include_str!("schema/0004_requests.sql"),
];

/// The version of a schema with all steps.
pub const VERSION: u32 = STEPS.len() as u32;

/// What a file is, by its header.
pub(crate) enum Header {
    /// Nothing was written yet.
    Empty,
    /// A journal of this version.
    Journal(u32),
}

/// Looks what a file is.
pub(crate) fn header(connection: &Connection, path: &Path) -> Result<Header, JournalError> {
    let failed = |error: rusqlite::Error| JournalError::sqlite(path, &error);
    let application: i32 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(failed)?;
    let version: i64 =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
    let objects: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)?;
    if application == 0 && version == 0 && objects == 0 {
        return Ok(Header::Empty);
    }
    if application != APPLICATION_ID {
        return Err(JournalError::NotAJournal { path: path.to_owned() });
    }
    match u32::try_from(version) {
        Ok(found) if found > VERSION => {
            Err(JournalError::Newer { path: path.to_owned(), found, known: VERSION })
        }
        Ok(found) if found > 0 => Ok(Header::Journal(found)),
        _ => Err(JournalError::corrupt(path, "its version is none that was ever written")),
    }
}

/// Takes the steps that are missing after `from`.
pub(crate) fn migrate(connection: &mut Connection, path: &Path, from: u32) -> Result<(), JournalError> {
    let failed = |error: rusqlite::Error| JournalError::sqlite(path, &error);
    if from == VERSION {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    for step in STEPS.iter().skip(from as usize) {
        transaction.execute_batch(step).map_err(failed)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
    transaction.pragma_update(None, "user_version", VERSION).map_err(failed)?;
    transaction.commit().map_err(failed)
}
