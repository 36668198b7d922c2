//! The open file: connections as a journal wants them, and what is found on opening.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use crate::apply::Writer;
use crate::audit::Head;
use crate::batch::Position;
use crate::error::JournalError;
use crate::options::Options;
use crate::place::{Lock, Place};
use crate::process::ProcessEvent;
use crate::schema::{self, Header};

/// How many statements a connection keeps prepared.
const STATEMENTS: usize = 64;

/// How much of the file is kept in memory for writing: negative means KiB.
const CACHE_KIB: i64 = -65_536;

/// What was found on opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Whether the journal was made anew.
    pub is_new: bool,
    /// The schema that it had, where that was older.
    pub migrated_from: Option<u32>,
    /// The last effect of the input log that is written.
    pub position: Option<Position>,
    /// The last row of the audit trail.
    pub head: Head,
    /// How many attempts to send were under way when the last process ended.
    pub attempts_interrupted: u64,
    /// What the head record knew of, where the trail does not have that row: its end was cut off, or an older file was put back.
    pub tail_missing: Option<Head>,
}

/// A file open for writing, and the right to write it.
pub(crate) struct File {
    pub(crate) connection: Connection,
    pub(crate) lock: Lock,
    pub(crate) place: Place,
    pub(crate) head: Head,
    pub(crate) position: Option<Position>,
}

impl File {
    /// Opens for writing. `is_restart` says that whatever was under way has ended with the process before.
    pub(crate) fn open(
        place: &Place,
        options: &Options,
        is_restart: bool,
    ) -> Result<(Self, Found), JournalError> {
        let path = place.path.as_path();
        let failed = |error: rusqlite::Error| JournalError::sqlite(path, &error);
        let lock = Lock::take(place)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.busy_timeout(options.busy_timeout).map_err(failed)?;
        let header = schema::header(&connection, path)?;
        settle(&connection, path, options)?;
        let (is_new, version) = match header {
            Header::Empty => (true, 0),
            Header::Journal(version) => (false, version),
        };
        schema::migrate(&mut connection, path, version)?;
        place.sync_folder()?;
        let head = last_row(&connection, path)?;
        let position = position(&connection).map_err(failed)?;
        let tail_missing = tail_missing(&connection, place)?;
        let mut file = Self { connection, lock, place: place.clone(), head, position };
        let attempts_interrupted = if is_restart { file.interrupt()? } else { 0 };
        if let Some(expected) = tail_missing {
            file.note_missing_tail(expected)?;
        }
        file.lock.note(place)?;
        let found = Found {
            is_new,
            migrated_from: (!is_new && version < schema::VERSION).then_some(version),
            position,
            head: file.head,
            attempts_interrupted,
            tail_missing,
        };
        Ok((file, found))
    }

    /// Marks the attempts that were under way.
    fn interrupt(&mut self) -> Result<u64, JournalError> {
        let marked = self.connection.execute(
            "UPDATE notification_attempts SET result = 'interrupted' WHERE result = 'under_way'",
            [],
        );
        marked.map(|rows| rows as u64).map_err(|error| JournalError::sqlite(&self.place.path, &error))
    }

    /// Writes down that rows of the trail are missing, so that it is known even when the head record has moved on.
    fn note_missing_tail(&mut self, expected: Head) -> Result<(), JournalError> {
        let at_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_millis();
        let event = ProcessEvent::TailMissing { expected: expected.to_string() };
        let mut writer = Writer::new(&self.connection, self.head, self.position);
        let noted = writer.process(None, i64::try_from(at_ms).unwrap_or(i64::MAX), &event);
        noted.map_err(|refusal| refusal.failure(&self.place.path))?;
        self.head = writer.head;
        Ok(())
    }
}

/// What holds for every connection that writes.
fn settle(connection: &Connection, path: &Path, options: &Options) -> Result<(), JournalError> {
    let failed = |error: rusqlite::Error| JournalError::sqlite(path, &error);
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0)).map_err(failed)?;
    if !mode.eq_ignore_ascii_case("wal") {
        let why = "its file system has no shared memory, which a write-ahead log needs; choose a local disk";
        return Err(JournalError::File { path: path.to_owned(), why: why.to_owned() });
    }
    for (pragma, value) in
        [("synchronous", "FULL"), ("foreign_keys", "ON"), ("trusted_schema", "OFF"), ("temp_store", "MEMORY")]
    {
        connection.pragma_update(None, pragma, value).map_err(failed)?;
    }
    // A storm touches pages all over its indexes; read again and again they would cost more than the rows.
    connection.pragma_update(None, "cache_size", CACHE_KIB).map_err(failed)?;
    // The writer carries the log over itself, when nothing waits.
    connection.pragma_update(None, "wal_autocheckpoint", 0).map_err(failed)?;
    connection.pragma_update(None, "journal_size_limit", options.log_bytes.cast_signed()).map_err(failed)?;
    if let Some(bytes) = options.bytes_max {
        let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0)).map_err(failed)?;
        let pages = (bytes / page.max(1).cast_unsigned()).clamp(1, u64::from(u32::MAX)).cast_signed();
        let _: i64 = connection
            .pragma_update_and_check(None, "max_page_count", pages, |row| row.get(0))
            .map_err(failed)?;
    }
    Ok(())
}

/// The last row of the trail.
fn last_row(connection: &Connection, path: &Path) -> Result<Head, JournalError> {
    let row = connection
        .query_row("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", [], |row| {
            Ok(Head { seq: row.get::<_, i64>(0)?.cast_unsigned(), hash: row.get(1)? })
        })
        .optional()
        .map_err(|error| JournalError::sqlite(path, &error))?;
    Ok(row.unwrap_or_default())
}

/// The last effect of the input log that is written.
pub(crate) fn position(connection: &Connection) -> rusqlite::Result<Option<Position>> {
    connection
        .query_row("SELECT input, ordinal FROM position", [], |row| {
            Ok(Position { input: row.get::<_, i64>(0)?.cast_unsigned(), ordinal: row.get(1)? })
        })
        .optional()
}

/// The head record, where the trail has no such row.
fn tail_missing(connection: &Connection, place: &Place) -> Result<Option<Head>, JournalError> {
    let Some(expected) = place.read_head().filter(|head| head.seq > 0) else {
        return Ok(None);
    };
    let hash: Option<[u8; 32]> = connection
        .query_row("SELECT hash FROM audit WHERE seq = ?1", [expected.seq.cast_signed()], |row| row.get(0))
        .optional()
        .map_err(|error| JournalError::sqlite(&place.path, &error))?;
    Ok((hash != Some(expected.hash)).then_some(expected))
}

/// A connection that only reads.
pub(crate) fn read_only(path: &Path, busy_timeout: Duration) -> Result<Connection, JournalError> {
    let failed = |error: rusqlite::Error| JournalError::sqlite(path, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(busy_timeout).map_err(failed)?;
    connection.pragma_update(None, "trusted_schema", "OFF").map_err(failed)?;
    match schema::header(&connection, path)? {
        Header::Journal(schema::VERSION) => Ok(connection),
        Header::Journal(_) => Err(JournalError::File {
            path: path.to_owned(),
            why: "its schema is older than this program's; open it once for writing (`run`), which carries it over".to_owned(),
        }),
        Header::Empty => Err(JournalError::corrupt(path, "nothing was ever written to it")),
    }
}
