//! Why a log cannot be written or read.

use std::io;
use std::path::{Path, PathBuf};

/// Why a log cannot be written or read. The text names the place, the reason and the mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// The operating system refuses.
    #[error("`{}`: {why}", path.display())]
    File {
        /// Which file or folder.
        path: PathBuf,
        /// What it says.
        why: String,
    },
    /// Somebody else writes here.
    #[error("another process writes to `{}`; end it, or choose another folder", folder.display())]
    Locked {
        /// Where.
        folder: PathBuf,
    },
    /// A file does not hold what was written.
    #[error("`{}` is broken at byte {at}: {why}; restore the folder from a backup, or move it away to begin anew", path.display())]
    Broken {
        /// Which file.
        path: PathBuf,
        /// Where in it.
        at: u64,
        /// What is wrong.
        why: &'static str,
    },
    /// Records that are wanted have been removed.
    #[error("record {wanted} is not in the log any more: its oldest is {first}")]
    Gone {
        /// The first record wanted.
        wanted: u64,
        /// The first that is there.
        first: u64,
    },
    /// A record longer than any may be.
    #[error("a record of {bytes} bytes is longer than {} bytes", super::RECORD_BYTES_MAX)]
    TooLong {
        /// How long.
        bytes: usize,
    },
    /// A write failed before.
    #[error("nothing is written since this failed: {why}")]
    Stopped {
        /// What failed.
        why: String,
    },
}

impl LogError {
    pub(super) fn file(path: &Path, error: &io::Error) -> Self {
        Self::File { path: path.to_owned(), why: error.to_string() }
    }

    pub(super) fn broken(path: &Path, at: u64, why: &'static str) -> Self {
        Self::Broken { path: path.to_owned(), at, why }
    }
}
