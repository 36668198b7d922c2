//! Writes a run's inputs and snapshots, and says whether they are durable.

use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nvp_history::log::{InputLog, LogError, snapshot};

use super::StateOptions;
use super::course::Course;
use crate::recorded::Recorded;

/// How long after a failure it is tried again.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Whether what was taken in would outlive a crash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Durability {
    /// It would, as of the last flush.
    Durable,
    /// It would not: the folder cannot be written. Nothing that must be remembered may be done.
    Failing {
        /// Why.
        why: String,
    },
}

/// Keeps the state of a run.
#[derive(Debug)]
pub struct Keeper {
    options: StateOptions,
    /// Not there while it could not be opened again.
    log: Option<InputLog>,
    durability: Durability,
    /// When it failed, or was last tried.
    tried: Instant,
    record: Vec<u8>,
    /// Bytes recorded since the last snapshot, and when that was.
    since_snapshot: (u64, Instant),
    writing: Option<JoinHandle<Result<u64, LogError>>>,
    /// Whether there is something that a snapshot would make forgotten.
    is_held_back: bool,
    snapshots: u64,
    failures: u64,
}

impl Keeper {
    pub(super) fn new(options: StateOptions, log: InputLog) -> Self {
        Self {
            options,
            log: Some(log),
            durability: Durability::Durable,
            tried: Instant::now(),
            record: Vec::new(),
            since_snapshot: (0, Instant::now()),
            writing: None,
            is_held_back: false,
            snapshots: 0,
            failures: 0,
        }
    }

    /// Takes an input down, before it is applied, and gives its number; `None` while nothing can be written. It is durable with the next
    /// [`Keeper::flush`].
    pub fn record(&mut self, recorded: &Recorded) -> Option<u64> {
        if self.durability != Durability::Durable {
            return None;
        }
        self.record.clear();
        let encoded = recorded.encode(&mut self.record).map_err(|error| error.to_string());
        let appended = encoded.and_then(|()| match &mut self.log {
            Some(log) => log.append(&self.record).map(Some).map_err(|error| error.to_string()),
            None => Ok(None),
        });
        self.since_snapshot.0 = self.since_snapshot.0.saturating_add(self.record.len() as u64);
        appended.unwrap_or_else(|why| {
            self.fail(why);
            None
        })
    }

    /// No snapshot is begun while effects of inputs before it are not durable: a restart would not know of them.
    pub fn hold_back(&mut self, is_held_back: bool) {
        self.is_held_back = is_held_back;
    }

    /// Lets numbers go on at this one, if they are not there yet: a journal knows of inputs that the log does not have any more.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn go_on_at(&mut self, number: u64, course: &Course) -> Result<(), LogError> {
        let Some(log) = self.log.as_mut().filter(|log| log.next_number() < number) else { return Ok(()) };
        log.go_on_at(number)?;
        // The snapshot says where records go on.
        self.begin_snapshot(course);
        self.end_writing(true);
        Ok(())
    }

    /// Makes what was taken down durable, and begins a snapshot when it is time for one. After a failure it is tried again from time to
    /// time. `course` is the state after all that was taken down.
    pub fn flush(&mut self, course: &Course) {
        if matches!(self.durability, Durability::Failing { .. }) {
            if self.tried.elapsed() >= TRY_AGAIN_AFTER {
                self.try_again(course);
            }
            return;
        }
        if let Some(Err(error)) = self.log.as_mut().map(InputLog::flush) {
            self.fail(error.to_string());
            return;
        }
        self.end_writing(false);
        let (bytes, at) = self.since_snapshot;
        let is_time = at.elapsed() >= self.options.snapshot_every || bytes >= self.options.snapshot_bytes;
        if is_time && self.writing.is_none() && !self.is_held_back {
            self.begin_snapshot(course);
        }
    }

    /// Writes the last snapshot, with which the next run begins; says whether all is durable.
    pub fn finish(mut self, course: &Course) -> Durability {
        self.flush(course);
        self.end_writing(true);
        if self.durability == Durability::Durable {
            self.begin_snapshot(course);
            self.end_writing(true);
        }
        self.durability
    }

    /// Writes a snapshot at once, and waits for it: the log does not lead to this state.
    pub(super) fn keep_now(&mut self, course: &Course) {
        if let Some(Err(error)) = self.log.as_mut().map(InputLog::flush) {
            self.fail(error.to_string());
            return;
        }
        self.begin_snapshot(course);
        self.end_writing(true);
    }

    /// Whether what was taken in would outlive a crash. While it would not, nothing may be done that must be remembered.
    #[must_use]
    pub fn durability(&self) -> &Durability {
        &self.durability
    }

    /// The number of the next record.
    #[must_use]
    pub fn next_record(&self) -> u64 {
        self.log.as_ref().map_or(0, InputLog::next_number)
    }

    /// Snapshots written, and times that the folder could not be written.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        (self.snapshots, self.failures)
    }

    /// Lets the next flush try again after a failure, however soon that is.
    #[cfg(test)]
    pub(super) fn try_at_once(&mut self) {
        self.tried = self.tried.checked_sub(TRY_AGAIN_AFTER).unwrap_or(self.tried);
    }

    fn begin_snapshot(&mut self, course: &Course) {
        self.since_snapshot = (0, Instant::now());
        let Some(next) = self.log.as_ref().map(InputLog::next_number) else { return };
        let state = match course.snapshot() {
            Ok(state) => state,
            Err(error) => {
                tracing::error!(%error, "no snapshot of the state can be taken");
                return;
            }
        };
        let folder = self.options.folder.clone();
        let write = move || snapshot::write(&folder, next, &state);
        match std::thread::Builder::new().name("snapshot".to_owned()).spawn(write) {
            Ok(writing) => self.writing = Some(writing),
            Err(error) => tracing::error!(%error, "no thread for a snapshot"),
        }
    }

    /// Takes note of a snapshot that has been written; waits for it if asked to.
    fn end_writing(&mut self, wait: bool) {
        let Some(writing) = self.writing.take_if(|writing| wait || writing.is_finished()) else { return };
        match writing.join() {
            Ok(Ok(keep)) => {
                self.snapshots += 1;
                if let Some(Err(error)) = self.log.as_mut().map(|log| log.remove_before(keep)) {
                    tracing::warn!(%error, "old records cannot be removed");
                }
            }
            Ok(Err(error)) => {
                self.failures += 1;
                tracing::error!(%error, "the snapshot could not be written; the one before and the log do as well");
            }
            Err(_) => tracing::error!("the snapshot broke down; this is a mistake in the program"),
        }
    }

    fn fail(&mut self, why: String) {
        self.failures += 1;
        self.tried = Instant::now();
        tracing::error!(
            folder = %self.options.folder.display(),
            why,
            "the state is not kept any more: evaluation goes on, but a restart would not know of it"
        );
        self.durability = Durability::Failing { why };
    }

    /// Opens the log anew and writes the state of now; records between are lost, which is recorded.
    fn try_again(&mut self, course: &Course) {
        self.tried = Instant::now();
        self.end_writing(true);
        // Let go of the folder first: it is locked by this very log.
        self.log = None;
        match self.begin_again(course) {
            Ok(log) => {
                self.log = Some(log);
                self.snapshots += 1;
                self.since_snapshot = (0, Instant::now());
                self.durability = Durability::Durable;
                tracing::warn!(folder = %self.options.folder.display(), "the state is kept again");
            }
            Err(why) => self.durability = Durability::Failing { why },
        }
    }

    fn begin_again(&self, course: &Course) -> Result<InputLog, String> {
        let of = |error: LogError| error.to_string();
        let folder: &PathBuf = &self.options.folder;
        let (mut log, _) = InputLog::open(folder, self.options.log).map_err(of)?;
        let mut lost = Vec::new();
        Recorded::Lost.encode(&mut lost).map_err(|error| error.to_string())?;
        log.append(&lost).and_then(|_| log.flush()).map_err(of)?;
        let state = course.snapshot().map_err(|error| error.to_string())?;
        let keep = snapshot::write(folder, log.next_number(), &state).map_err(of)?;
        log.remove_before(keep).map_err(of)?;
        Ok(log)
    }
}
