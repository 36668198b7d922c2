//! The journal as its users see it.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use crate::audit::Head;
use crate::batch::{Batch, Position};
use crate::error::JournalError;
use crate::file::{File, Found};
use crate::options::Options;
use crate::place::Place;
use crate::queue::{Health, Queue, Statistics};
use crate::reader::Reader;
use crate::ticket::Ticket;
use crate::verify::Verification;
use crate::{backup, writer};

/// A journal open for writing. No other process, and nobody else in this one, can open it for writing at the same time.
///
/// Dropped, it writes what waits and closes the file.
pub struct Journal {
    place: Place,
    options: Options,
    running: Mutex<Running>,
    /// Held while it is opened again.
    opening: Mutex<()>,
}

struct Running {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
    found: Found,
}

impl Running {
    fn begin(place: &Place, options: Options, is_restart: bool) -> Result<Self, JournalError> {
        let (file, found) = File::open(place, &options, is_restart)?;
        let queue = Arc::new(Queue::new(options.queue_changes_max, file.head, file.position));
        let shared = Arc::clone(&queue);
        let thread = thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || writer::run(file, shared, options))
            .map_err(|error| JournalError::file(&place.path, &error))?;
        Ok(Self { queue, thread: Some(thread), found })
    }
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("Journal");
        shown.field("path", &self.place.path).field("health", &self.health()).finish_non_exhaustive()
    }
}

impl Journal {
    /// Opens the journal in the file `path`, which is made if it is not there, with its folder. Beside it will lie `path-wal` and
    /// `path-shm` (SQLite's), `path.lock` (so that nobody else writes) and `path.head` (the head record).
    ///
    /// # Errors
    /// [`JournalError::Locked`] when somebody else writes here; [`JournalError::NotAJournal`], [`JournalError::Newer`] and
    /// [`JournalError::Corrupt`] when the file is not what it should be, which is then left as it is; others when the disk refuses.
    pub fn open(path: &Path, options: Options) -> Result<Self, JournalError> {
        let place = Place::new(path)?;
        let running = Running::begin(&place, options, true)?;
        Ok(Self { place, options, running: Mutex::new(running), opening: Mutex::new(()) })
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn queue(&self) -> Arc<Queue> {
        Arc::clone(&self.running().queue)
    }

    /// What was found when it was opened last.
    #[must_use]
    pub fn found(&self) -> Found {
        self.running().found.clone()
    }

    /// Lets a batch be written, behind all that were asked for before; does not wait.
    ///
    /// # Errors
    /// [`JournalError::QueueFull`] when too much waits: come again when a ticket is durable. [`JournalError::Stopped`] when a write failed
    /// before. [`JournalError::Refused`] when the batch is longer than [`crate::BATCH_CHANGES_MAX`].
    pub fn write(&self, batch: Batch) -> Result<Ticket, JournalError> {
        self.queue().push(batch)
    }

    /// How it is.
    #[must_use]
    pub fn health(&self) -> Health {
        self.queue().health()
    }

    /// What was done so far, since it was opened last.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.queue().statistics()
    }

    /// The last row of the audit trail that is durable. Kept elsewhere, it proves later that nothing up to it was changed or cut off.
    #[must_use]
    pub fn head(&self) -> Head {
        self.queue().head().0
    }

    /// The last effect of the input log that is durable.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.queue().head().1
    }

    /// After a failure: opens the file again, when the cause is gone. What failed to be written is to be written again by whoever asked for
    /// it, before anything that came later. Does nothing while it works.
    ///
    /// # Errors
    /// As [`Journal::open`]; it stays failed then.
    pub fn reopen(&self) -> Result<Found, JournalError> {
        let _opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if self.health() == Health::Working {
            return Ok(self.found());
        }
        let thread = self.running().thread.take();
        join(thread);
        // The attempts that are under way are this process's own, and will end.
        let begun = Running::begin(&self.place, self.options, false)?;
        let found = begun.found.clone();
        *self.running() = begun;
        Ok(found)
    }

    /// A connection for questions. It sees what is durable.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn reader(&self) -> Result<Reader, JournalError> {
        Reader::open(&self.place.path)
    }

    /// Writes a copy of what is durable now to a new file, compacted, while writing goes on. Says what the copy's head is.
    ///
    /// # Errors
    /// When there is a file already, or the disk refuses; there is no file then.
    pub fn backup(&self, to: &Path) -> Result<Head, JournalError> {
        backup::write(&self.reader()?, to)
    }

    /// Walks the whole audit trail, while writing goes on. See [`Reader::verify`].
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn verify(&self, expected: &[Head]) -> Result<Verification, JournalError> {
        self.reader()?.verify(expected)
    }
}

fn join(thread: Option<JoinHandle<()>>) {
    if let Some(thread) = thread
        && thread.join().is_err()
    {
        tracing::error!("the journal's writer ended by a defect");
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        let thread = {
            let mut running = self.running();
            running.queue.close();
            running.thread.take()
        };
        join(thread);
    }
}
