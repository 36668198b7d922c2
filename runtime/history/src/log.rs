//! The input log: what an engine was told, in order, so that it can be told again after a crash.
//!
//! Records are bytes to this room; it knows no engine. They are numbered without gaps and lie in segments, files named for the number of
//! their first record. [`InputLog::append`] keeps a record in memory, [`InputLog::flush`] makes all of them durable at once. Beside the
//! segments lie snapshots ([`snapshot`]): a state that all records before a number have led to, so that older segments can go.
//!
//! What a crash may leave behind: a last segment whose last frames are torn. Opening cuts them off and says how many bytes; they were
//! never flushed, so nothing was done because of them. A frame that is broken anywhere else is no crash but a broken disk: an error with
//! its place, and nothing behind it is read.

mod error;
mod frame;
mod reader;
mod segment;
pub mod snapshot;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

pub use error::LogError;
pub use reader::Records;
use segment::Segment;

/// The longest record, in bytes.
pub const RECORD_BYTES_MAX: usize = 64 << 20;
/// The file that says that somebody writes here.
const LOCK: &str = "lock";

/// How a log is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogOptions {
    /// From how many bytes on a segment is followed by another.
    pub segment_bytes: u64,
}

impl Default for LogOptions {
    fn default() -> Self {
        Self { segment_bytes: 64 << 20 }
    }
}

/// What was found on opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The number of the oldest record that is there.
    pub first: u64,
    /// The number that the next record will have.
    pub next: u64,
    /// How many bytes at the end were torn by a crash, and cut off.
    pub torn_bytes: u64,
}

/// A log open for writing; nobody else can open it at the same time.
#[derive(Debug)]
pub struct InputLog {
    folder: PathBuf,
    options: LogOptions,
    segment: Segment,
    next: u64,
    /// Frames that are not in the file yet.
    waiting: Vec<u8>,
    /// After a failed write or flush it is not known what is on the disk: nothing is written any more.
    broken: Option<String>,
    _lock: File,
}

impl InputLog {
    /// Opens the log in `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// [`LogError::Locked`] when somebody else writes here; [`LogError::Broken`] when a segment is broken elsewhere than at its torn end, or
    /// segments are missing between others; [`LogError::File`] when the disk refuses.
    pub fn open(folder: &Path, options: LogOptions) -> Result<(Self, Found), LogError> {
        fs::create_dir_all(folder).map_err(|error| LogError::file(folder, &error))?;
        let lock = lock(folder)?;
        let starts = segment::starts(folder)?;
        let first = starts.first().copied().unwrap_or_default();
        let mut torn_bytes = 0;
        let (segment, next) = match starts.last() {
            None => (Segment::create(folder, 0)?, 0),
            Some(&last) => {
                reader::check_joints(folder, &starts)?;
                let (segment, next, torn) = Segment::reopen(folder, last)?;
                torn_bytes = torn;
                (segment, next)
            }
        };
        let log = Self {
            folder: folder.to_owned(),
            options,
            segment,
            next,
            waiting: Vec::new(),
            broken: None,
            _lock: lock,
        };
        Ok((log, Found { first, next, torn_bytes }))
    }

    /// The number that the next record will have.
    #[must_use]
    pub const fn next_number(&self) -> u64 {
        self.next
    }

    /// Takes a record and gives its number. It is not durable before the next [`Self::flush`].
    ///
    /// # Errors
    /// [`LogError::TooLong`] for more than [`RECORD_BYTES_MAX`]; [`LogError::Stopped`] after a failed flush.
    pub fn append(&mut self, record: &[u8]) -> Result<u64, LogError> {
        self.still_whole()?;
        if record.len() > RECORD_BYTES_MAX {
            return Err(LogError::TooLong { bytes: record.len() });
        }
        let number = self.next;
        frame::write(&mut self.waiting, number, record);
        self.next += 1;
        Ok(number)
    }

    /// Makes all records durable; begins another segment when this one is long enough.
    ///
    /// # Errors
    /// [`LogError::File`] when the disk refuses. It is then not known what is on the disk: the log takes nothing any more until it is opened anew.
    pub fn flush(&mut self) -> Result<(), LogError> {
        self.still_whole()?;
        if self.waiting.is_empty() {
            return Ok(());
        }
        let done = self.segment.append(&self.waiting).and_then(|()| {
            if self.segment.bytes() < self.options.segment_bytes {
                return Ok(());
            }
            self.segment = Segment::create(&self.folder, self.next)?;
            Ok(())
        });
        self.waiting.clear();
        if let Err(error) = &done {
            self.broken = Some(error.to_string());
        }
        done
    }

    /// Removes the segments all of whose records are older than `number`; gives how many.
    ///
    /// # Errors
    /// [`LogError::File`] when the disk refuses.
    pub fn remove_before(&mut self, number: u64) -> Result<usize, LogError> {
        let starts = segment::starts(&self.folder)?;
        let mut removed = 0;
        for (start, following) in starts.iter().zip(starts.iter().skip(1)) {
            if *following <= number {
                let path = segment::path(&self.folder, *start);
                fs::remove_file(&path).map_err(|error| LogError::file(&path, &error))?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Goes on with this number, after a snapshot that is younger than all that is left of the log: what there is goes.
    ///
    /// # Errors
    /// [`LogError::File`] when the disk refuses; the log then takes nothing any more.
    pub fn go_on_at(&mut self, number: u64) -> Result<(), LogError> {
        self.still_whole()?;
        self.waiting.clear();
        let done = segment::starts(&self.folder).and_then(|starts| {
            for start in starts {
                let path = segment::path(&self.folder, start);
                fs::remove_file(&path).map_err(|error| LogError::file(&path, &error))?;
            }
            self.segment = Segment::create(&self.folder, number)?;
            Ok(())
        });
        self.next = number;
        if let Err(error) = &done {
            self.broken = Some(error.to_string());
        }
        done
    }

    /// All durable records from `number` on.
    ///
    /// # Errors
    /// [`LogError::Gone`] when the oldest that is there is younger.
    pub fn read_from(&self, number: u64) -> Result<Records, LogError> {
        Records::open(&self.folder, number)
    }

    fn still_whole(&self) -> Result<(), LogError> {
        match &self.broken {
            Some(why) => Err(LogError::Stopped { why: why.clone() }),
            None => Ok(()),
        }
    }
}

/// Says that we write here; the operating system takes it back when the process ends, however it does.
fn lock(folder: &Path) -> Result<File, LogError> {
    let path = folder.join(LOCK);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| LogError::file(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LogError::Locked { folder: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(LogError::file(&path, &error)),
    }
}

#[cfg(test)]
mod tests;
