//! The state of a run, kept in a folder: an input log and snapshots beside it ([`nvp_history::log`]), so that a run that ends in any way
//! goes on where it was.
//!
//! Everything that moves the state is a [`Recorded`] and goes to the log before it is applied; the log is flushed once a tick, before the
//! tick's decisions are told. A restart is the youngest good snapshot and the log's tail through the same [`Course::apply`]. Decisions are
//! numbered from the log's beginning; which of them every destination has dealt with is recorded too, so that after a crash only those
//! that may not have arrived are told again, with their numbers and marked as such.
//!
//! The disk may fail while a run goes on: evaluation does too, loudly, and not durably ([`Keeper::durability`]), until it can be written again.

mod answering;
mod course;
mod keeper;
mod recovery;
mod tally;

use std::path::PathBuf;
use std::time::Duration;

use nvp_history::log::{LogError, LogOptions};

pub use course::{Course, CourseError};
pub use keeper::{Durability, Keeper};
pub use recovery::{Opened, open, replay};
pub use tally::{Tally, Untold};

#[cfg(doc)]
use crate::recorded::Recorded;

/// Where and how a run's state is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateOptions {
    /// The folder; made if it is not there.
    pub folder: PathBuf,
    /// How often a snapshot is written.
    pub snapshot_every: Duration,
    /// How much may be in the log since the last snapshot, in bytes, before there is another all the same.
    pub snapshot_bytes: u64,
    /// How the log is kept.
    pub log: LogOptions,
}

impl StateOptions {
    /// In this folder, with a snapshot every five minutes or 256 MiB.
    #[must_use]
    pub fn in_folder(folder: PathBuf) -> Self {
        Self {
            folder,
            snapshot_every: Duration::from_secs(300),
            snapshot_bytes: 256 << 20,
            log: LogOptions::default(),
        }
    }
}

/// Why a run's state cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The log cannot be opened, read or written.
    #[error("the state cannot be kept: {0}")]
    Log(#[from] LogError),
    /// The policies' plan does not fit together.
    #[error("the policies cannot be run: {0}")]
    Course(#[from] CourseError),
}

#[cfg(test)]
mod tests;
