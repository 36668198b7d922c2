//! Why a journal cannot be written or read.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why a journal cannot be written or read. The text names the place, the reason and the mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// The operating system or SQLite refuses.
    #[error("`{}`: {why}", path.display())]
    File {
        /// Which file or folder.
        path: PathBuf,
        /// What it says.
        why: String,
    },
    /// Another process writes here.
    #[error(
        "another process{} writes to `{}`; end it, or choose another file",
        by.map(|process| format!(" ({process})")).unwrap_or_default(),
        path.display()
    )]
    Locked {
        /// The journal.
        path: PathBuf,
        /// The number of that process, where it can be told.
        by: Option<u32>,
    },
    /// Another program holds a lock on the file.
    #[error("another program keeps `{}` locked for writing; end its transaction, then open the journal again", path.display())]
    Busy {
        /// The journal.
        path: PathBuf,
    },
    /// No space is left.
    #[error("no space is left for `{}`; free some on its disk, or raise its limit, then open the journal again", path.display())]
    Full {
        /// The journal.
        path: PathBuf,
    },
    /// It must not be written.
    #[error("`{}` cannot be written: it, its folder or its disk is read-only; make it writable, then open the journal again", path.display())]
    ReadOnly {
        /// The journal.
        path: PathBuf,
    },
    /// The file does not hold what was written.
    #[error("`{}` is broken: {why}; restore it from a backup, or move it away to begin anew", path.display())]
    Corrupt {
        /// The journal.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The file is something else.
    #[error("`{}` is not a journal but a file of another program; choose another file", path.display())]
    NotAJournal {
        /// The file.
        path: PathBuf,
    },
    /// A newer version of this program wrote it.
    #[error("`{}` has schema {found}, this program knows {known}; use a newer one", path.display())]
    Newer {
        /// The journal.
        path: PathBuf,
        /// Its schema.
        found: u32,
        /// The newest schema known here.
        known: u32,
    },
    /// It was deleted or replaced while it was open.
    #[error("`{}` was deleted or replaced while it was written; put it back, or open the journal again to begin anew", path.display())]
    Gone {
        /// Which file: the journal, its write-ahead log or its lock.
        path: PathBuf,
    },
    /// A batch cannot be stored as it is; nothing of it was written, and others are not concerned.
    #[error("a change cannot be stored: {why}")]
    Refused {
        /// Why.
        why: String,
    },
    /// As much waits to be written as may.
    #[error("{waiting} changes wait to be written, {changes} more are too many; wait until some are durable")]
    QueueFull {
        /// How many wait.
        waiting: usize,
        /// How many more there were.
        changes: usize,
    },
    /// A write failed before, or the journal was closed.
    #[error("nothing is written any more: {why}")]
    Stopped {
        /// What failed.
        why: String,
    },
}

impl JournalError {
    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path },
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            _ => Self::File { path, why: error.to_string() },
        }
    }

    pub(crate) fn corrupt(path: &Path, why: impl Into<String>) -> Self {
        Self::Corrupt { path: path.to_owned(), why: why.into() }
    }

    /// What SQLite says of a file.
    pub(crate) fn sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        let owned = path.to_owned();
        let why = match error {
            rusqlite::Error::SqliteFailure(_, Some(text)) => text.clone(),
            other => other.to_string(),
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { path: owned },
            Some(ErrorCode::ReadOnly) => Self::ReadOnly { path: owned },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path: owned },
            Some(ErrorCode::DatabaseCorrupt) => Self::Corrupt { path: owned, why },
            Some(ErrorCode::NotADatabase) => {
                Self::Corrupt { path: owned, why: "it is not an SQLite file".to_owned() }
            }
            Some(ErrorCode::CannotOpen) => {
                Self::File { path: owned, why: "it cannot be opened or made".to_owned() }
            }
            Some(ErrorCode::SystemIoFailure) => Self::File {
                path: owned,
                why: format!("{why}; look at the disk, then open the journal again"),
            },
            Some(_) => Self::File { path: owned, why },
            // A column holds what no column of a journal holds.
            None => Self::Corrupt { path: owned, why },
        }
    }
}
