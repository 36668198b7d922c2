//! Snapshots: the state that all records of a log before a number have led to.
//!
//! A snapshot is written beside its final name, made durable and then renamed, so that a crash leaves the one before. Two are kept: if
//! the last is broken by the disk, the one before it and a longer tail of the log do the same.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::error::LogError;
use super::segment::{make_names_durable, numbered};

const MAGIC: &[u8; 8] = b"nvp snp1";
const EXTENSION: &str = "snapshot";
/// How many are kept.
const KEPT: usize = 2;

/// A state and where the log goes on from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The number of the first record that is not in it.
    pub next: u64,
    /// The state.
    pub state: Vec<u8>,
    /// Younger snapshots that could not be read, each with why.
    pub passed_over: Vec<LogError>,
}

/// Writes a snapshot and removes those that are not needed any more; gives the number up to which the log may forget.
///
/// # Errors
/// [`LogError::File`] when the disk refuses; the snapshots before stay.
pub fn write(folder: &Path, next: u64, state: &[u8]) -> Result<u64, LogError> {
    let (path, beside) = (path(folder, next), folder.join("snapshot.part"));
    let of = |error: std::io::Error| LogError::file(&beside, &error);
    let mut file = File::create(&beside).map_err(of)?;
    file.write_all(MAGIC)
        .and_then(|()| file.write_all(&checksum(next, state).to_le_bytes()))
        .and_then(|()| file.write_all(state))
        .and_then(|()| file.sync_all())
        .map_err(of)?;
    fs::rename(&beside, &path).map_err(|error| LogError::file(&path, &error))?;
    make_names_durable(folder)?;
    let numbers = numbered(folder, EXTENSION)?;
    let (old, kept) = numbers.split_at(numbers.len().saturating_sub(KEPT));
    for number in old {
        let path = self::path(folder, *number);
        fs::remove_file(&path).map_err(|error| LogError::file(&path, &error))?;
    }
    Ok(kept.first().copied().unwrap_or(next))
}

/// The numbers of all snapshots, in order: for each the first record that is not in it.
///
/// # Errors
/// [`LogError::File`] when the folder cannot be read.
pub fn numbers(folder: &Path) -> Result<Vec<u64>, LogError> {
    numbered(folder, EXTENSION)
}

/// The youngest snapshot that can be read; `None` where there is none.
///
/// # Errors
/// When there are snapshots and none can be read: why the youngest cannot.
pub fn read(folder: &Path) -> Result<Option<Snapshot>, LogError> {
    let mut passed_over = Vec::new();
    for next in numbered(folder, EXTENSION)?.into_iter().rev() {
        match read_one(folder, next) {
            Ok(state) => return Ok(Some(Snapshot { next, state, passed_over })),
            Err(error) => passed_over.push(error),
        }
    }
    passed_over.into_iter().next().map_or(Ok(None), Err)
}

/// The state of the snapshot with this number.
///
/// # Errors
/// [`LogError::File`] when it cannot be read, [`LogError::Broken`] when it does not hold what was written.
pub fn read_one(folder: &Path, next: u64) -> Result<Vec<u8>, LogError> {
    let path = path(folder, next);
    let mut bytes = fs::read(&path).map_err(|error| LogError::file(&path, &error))?;
    let written = bytes.strip_prefix(MAGIC).and_then(<[u8]>::first_chunk::<4>).copied();
    let Some(written) = written else { return Err(LogError::broken(&path, 0, "it is no snapshot")) };
    bytes.drain(..MAGIC.len() + 4);
    if u32::from_le_bytes(written) != checksum(next, &bytes) {
        return Err(LogError::broken(&path, 0, "the checksum does not match"));
    }
    Ok(bytes)
}

fn checksum(next: u64, state: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&next.to_le_bytes());
    hasher.update(state);
    hasher.finalize()
}

fn path(folder: &Path, next: u64) -> PathBuf {
    folder.join(format!("{next:020}.{EXTENSION}"))
}
