//! Where a journal lies: its file, and beside it a lock, a write-ahead log and a head record.
//!
//! The lock keeps a second writer out: SQLite would let two take turns, and the chain would be torn. Before anything is called durable, it
//! is looked whether file, log and lock are still those that were opened: what was deleted underneath would take every later row along.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::audit::{Head, line};
use crate::error::JournalError;

/// A device and a file on it.
type Identity = (u64, u64);

/// Where a journal lies.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
}

impl Place {
    /// The folder is made if it is not there.
    pub(crate) fn new(path: &Path) -> Result<Self, JournalError> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder).map_err(|error| JournalError::file(folder, &error))?;
        let folder = fs::canonicalize(folder).map_err(|error| JournalError::file(folder, &error))?;
        let Some(name) = path.file_name() else {
            return Err(JournalError::File { path: path.to_owned(), why: "this names no file".to_owned() });
        };
        let path = folder.join(name);
        // A link and what it leads to must not have two locks.
        Ok(Self { path: fs::canonicalize(&path).unwrap_or(path) })
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(ending);
        name.into()
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.beside("-wal")
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.beside(".lock")
    }

    pub(crate) fn head(&self) -> PathBuf {
        self.beside(".head")
    }

    /// The bytes of the write-ahead log.
    pub(crate) fn log_bytes(&self) -> u64 {
        fs::metadata(self.log()).map_or(0, |file| file.len())
    }

    /// Makes what is in the folder known to the disk.
    pub(crate) fn sync_folder(&self) -> Result<(), JournalError> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| JournalError::file(folder, &error))
    }

    /// The head record; `None` where there is none that can be read as one.
    pub(crate) fn read_head(&self) -> Option<Head> {
        fs::read_to_string(self.head()).ok()?.parse().ok()
    }

    /// Replaces the head record. It is a witness, not a part of what is durable: one of a moment ago will do.
    pub(crate) fn write_head(&self, head: Head) -> Result<(), JournalError> {
        let (path, aside) = (self.head(), self.beside(".head.new"));
        let written = fs::write(&aside, line(head)).and_then(|()| fs::rename(&aside, &path));
        written.map_err(|error| JournalError::file(&path, &error))
    }
}

fn identity(path: &Path) -> Result<Identity, JournalError> {
    match fs::metadata(path) {
        Ok(file) => Ok((file.dev(), file.ino())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(JournalError::Gone { path: path.to_owned() })
        }
        Err(error) => Err(JournalError::file(path, &error)),
    }
}

/// The right to write at a place; given back when dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
    files: Vec<(PathBuf, Identity)>,
}

impl Lock {
    /// Takes the lock.
    pub(crate) fn take(place: &Place) -> Result<Self, JournalError> {
        let path = place.lock();
        loop {
            let mut file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .read(true)
                .write(true)
                .open(&path)
                .map_err(|error| JournalError::file(&path, &error))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let mut by = String::new();
                    let by = file.read_to_string(&mut by).ok().and_then(|_| by.trim().parse().ok());
                    return Err(JournalError::Locked { path: place.path.clone(), by });
                }
                Err(TryLockError::Error(error)) => return Err(JournalError::file(&path, &error)),
            }
            let own = file.metadata().map_err(|error| JournalError::file(&path, &error))?;
            // Somebody may have deleted the file between opening and locking it.
            if identity(&path).ok() != Some((own.dev(), own.ino())) {
                continue;
            }
            let noted = file
                .set_len(0)
                .and_then(|()| file.rewind())
                .and_then(|()| writeln!(file, "{}", std::process::id()));
            noted.map_err(|error| JournalError::file(&path, &error))?;
            return Ok(Self { _file: file, files: vec![(path, (own.dev(), own.ino()))] });
        }
    }

    /// Notes what the file and its log are, now that both are there.
    pub(crate) fn note(&mut self, place: &Place) -> Result<(), JournalError> {
        for path in [place.path.clone(), place.log()] {
            let is = identity(&path)?;
            self.files.push((path, is));
        }
        Ok(())
    }

    /// Looks whether all of them are still there.
    pub(crate) fn confirm(&self) -> Result<(), JournalError> {
        for (path, noted) in &self.files {
            if identity(path)? != *noted {
                return Err(JournalError::Gone { path: path.clone() });
            }
        }
        Ok(())
    }
}
