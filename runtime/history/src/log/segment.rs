//! One file of a log.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::error::LogError;
use super::frame::{self, Frame};

/// What a segment begins with: what it is, and the version of its layout.
pub(super) const MAGIC: &[u8; 8] = b"nvp log1";
const EXTENSION: &str = "log";

/// The segment that is written to.
#[derive(Debug)]
pub(super) struct Segment {
    path: PathBuf,
    file: File,
    bytes: u64,
}

impl Segment {
    /// A new one, whose first record will have this number. Its name is durable when this returns.
    pub(super) fn create(folder: &Path, start: u64) -> Result<Self, LogError> {
        let path = path(folder, start);
        let of = |error: std::io::Error| LogError::file(&path, &error);
        let mut file = OpenOptions::new().create_new(true).write(true).open(&path).map_err(of)?;
        file.write_all(MAGIC).and_then(|()| file.sync_data()).map_err(of)?;
        make_names_durable(folder)?;
        Ok(Self { file, bytes: MAGIC.len() as u64, path })
    }

    /// The last one of a log; what a crash tore at its end is cut off. Gives also the number of the next record, and how much was cut off.
    pub(super) fn reopen(folder: &Path, start: u64) -> Result<(Self, u64, u64), LogError> {
        let path = path(folder, start);
        let of = |error: std::io::Error| LogError::file(&path, &error);
        let mut file = OpenOptions::new().read(true).write(true).open(&path).map_err(of)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(of)?;
        let (whole, next) = whole(&bytes, start, &path)?;
        let torn = (bytes.len() - whole) as u64;
        if whole < MAGIC.len() {
            // The crash came before even the head was durable.
            file.set_len(0).map_err(of)?;
            file.seek(SeekFrom::Start(0)).map_err(of)?;
            file.write_all(MAGIC).map_err(of)?;
        } else {
            file.set_len(whole as u64).map_err(of)?;
        }
        file.sync_data().map_err(of)?;
        let end = file.seek(SeekFrom::End(0)).map_err(of)?;
        Ok((Self { file, bytes: end, path }, next, torn))
    }

    /// Writes frames and makes them durable.
    pub(super) fn append(&mut self, frames: &[u8]) -> Result<(), LogError> {
        self.file
            .write_all(frames)
            .and_then(|()| self.file.sync_data())
            .map_err(|error| LogError::file(&self.path, &error))?;
        self.bytes += frames.len() as u64;
        Ok(())
    }

    /// Writes to another file from now on.
    #[cfg(test)]
    pub(super) fn write_to(&mut self, file: File) {
        self.file = file;
    }

    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// How many bytes of a last segment are whole, and the number of the record after them.
///
/// A frame that is broken is torn if nothing whole follows it; if a whole frame does, the disk broke it.
fn whole(bytes: &[u8], start: u64, path: &Path) -> Result<(usize, u64), LogError> {
    let Some(head) = bytes.get(..MAGIC.len()) else {
        return if MAGIC.starts_with(bytes) { Ok((0, start)) } else { Err(foreign(path)) };
    };
    if head != MAGIC {
        // A file system may keep the length and lose the bytes.
        return if bytes.iter().all(|byte| *byte == 0) { Ok((0, start)) } else { Err(foreign(path)) };
    }
    let (mut at, mut number) = (MAGIC.len(), start);
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        match frame::read(rest, number) {
            Frame::Record(_, length) => {
                at += length;
                number += 1;
            }
            Frame::Short => return Ok((at, number)),
            Frame::Wrong(why) => {
                return if follows(rest, number) {
                    Err(LogError::broken(path, at as u64, why))
                } else {
                    Ok((at, number))
                };
            }
        }
    }
}

/// Whether a whole frame follows the broken one at the start of `bytes`, going by its length.
fn follows(bytes: &[u8], number: u64) -> bool {
    let Some(length) = bytes.first_chunk::<4>() else { return false };
    let next = frame::HEAD_BYTES.saturating_add(u32::from_le_bytes(*length) as usize);
    bytes.get(next..).is_some_and(|rest| matches!(frame::read(rest, number + 1), Frame::Record(..)))
}

pub(super) fn foreign(path: &Path) -> LogError {
    LogError::broken(path, 0, "it is no segment of a log")
}

/// Where the segment lies whose first record has this number.
pub(super) fn path(folder: &Path, start: u64) -> PathBuf {
    folder.join(format!("{start:020}.{EXTENSION}"))
}

/// The numbers of the first records of all segments, in order.
pub(super) fn starts(folder: &Path) -> Result<Vec<u64>, LogError> {
    numbered(folder, EXTENSION)
}

/// The numbers that files with this extension are named for, in order.
pub(super) fn numbered(folder: &Path, extension: &str) -> Result<Vec<u64>, LogError> {
    let of = |error: std::io::Error| LogError::file(folder, &error);
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder).map_err(of)? {
        let path = entry.map_err(of)?.path();
        if path.extension().is_some_and(|found| found == extension)
            && let Some(number) = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok())
        {
            numbers.push(number);
        }
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Makes what was created, renamed or removed in a folder durable.
pub(super) fn make_names_durable(folder: &Path) -> Result<(), LogError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| LogError::file(folder, &error))
}
