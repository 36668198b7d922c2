//! Reading a log's records in order, a segment in memory at a time.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::LogError;
use super::frame::{self, Frame};
use super::segment::{self, MAGIC};

/// The records of a log from some number on.
#[derive(Debug)]
pub struct Records {
    folder: PathBuf,
    /// The segments that are not read yet, in order.
    starts: VecDeque<u64>,
    path: PathBuf,
    bytes: Vec<u8>,
    at: usize,
    next: u64,
}

impl Records {
    pub(super) fn open(folder: &Path, number: u64) -> Result<Self, LogError> {
        let starts = segment::starts(folder)?;
        if let Some(&first) = starts.first().filter(|first| **first > number) {
            return Err(LogError::Gone { wanted: number, first });
        }
        let from = starts.partition_point(|start| *start <= number).saturating_sub(1);
        let starts: VecDeque<u64> = starts.into_iter().skip(from).collect();
        let next = starts.front().copied().unwrap_or_default();
        let mut records =
            Self { folder: folder.to_owned(), starts, path: PathBuf::new(), bytes: Vec::new(), at: 0, next };
        while records.next < number && records.advance()?.is_some() {}
        Ok(records)
    }

    /// The next record with its number; `None` at the end.
    ///
    /// # Errors
    /// [`LogError::Broken`] where a file does not hold what was written, [`LogError::File`] when the disk refuses.
    pub fn read_next(&mut self) -> Result<Option<(u64, &[u8])>, LogError> {
        match self.advance()? {
            Some((number, from, to)) => Ok(Some((number, self.bytes.get(from..to).unwrap_or_default()))),
            None => Ok(None),
        }
    }

    /// Goes over a record; gives its number and where its bytes lie.
    fn advance(&mut self) -> Result<Option<(u64, usize, usize)>, LogError> {
        while self.at >= self.bytes.len() {
            let Some(start) = self.starts.pop_front() else { return Ok(None) };
            self.begin(start)?;
        }
        match frame::read(self.bytes.get(self.at..).unwrap_or_default(), self.next) {
            Frame::Record(_, length) => {
                let (number, to) = (self.next, self.at + length);
                let from = self.at + frame::HEAD_BYTES;
                (self.at, self.next) = (to, self.next + 1);
                Ok(Some((number, from, to)))
            }
            Frame::Short => Err(self.broken("the last record is not whole")),
            Frame::Wrong(why) => Err(self.broken(why)),
        }
    }

    fn begin(&mut self, start: u64) -> Result<(), LogError> {
        self.path = segment::path(&self.folder, start);
        self.bytes = fs::read(&self.path).map_err(|error| LogError::file(&self.path, &error))?;
        if !self.bytes.starts_with(MAGIC) {
            return Err(segment::foreign(&self.path));
        }
        if self.next != start {
            return Err(self.broken("records before it are missing"));
        }
        self.at = MAGIC.len();
        Ok(())
    }

    fn broken(&self, why: &'static str) -> LogError {
        LogError::broken(&self.path, self.at as u64, why)
    }
}

/// Looks whether every segment but the last ends where the next begins.
pub(super) fn check_joints(folder: &Path, starts: &[u64]) -> Result<(), LogError> {
    let Some((&last, before)) = starts.split_last() else { return Ok(()) };
    let Some(&first) = before.first() else { return Ok(()) };
    let mut records = Records::open(folder, first)?;
    records.starts = before.iter().copied().collect();
    (records.bytes, records.at, records.next) = (Vec::new(), 0, first);
    while records.advance()?.is_some() {}
    if records.next != last {
        return Err(LogError::broken(&segment::path(folder, last), 0, "records before it are missing"));
    }
    Ok(())
}
