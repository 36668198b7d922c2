//! How a journal is kept.

use std::time::Duration;

/// How a journal is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The most changes that wait to be written; more are refused.
    pub queue_changes_max: usize,
    /// After so many changes a commit is made even if more wait.
    pub commit_changes_max: usize,
    /// After so long a commit is made even if more wait; later ones, while ever more waits, take up to 16 times as long.
    pub commit_after: Duration,
    /// How long another program's lock on the file is waited for.
    pub busy_timeout: Duration,
    /// The most bytes of the file, without its write-ahead log; `None`: as many as the disk has.
    pub bytes_max: Option<u64>,
    /// From how many bytes on the write-ahead log is carried over into the file when nothing waits to be written.
    pub log_bytes: u64,
    /// From how many bytes on it is carried over even when something waits.
    pub log_bytes_max: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            queue_changes_max: 250_000,
            commit_changes_max: 20_000,
            commit_after: Duration::from_millis(25),
            busy_timeout: Duration::from_secs(2),
            bytes_max: None,
            log_bytes: 4 << 20,
            log_bytes_max: 256 << 20,
        }
    }
}
