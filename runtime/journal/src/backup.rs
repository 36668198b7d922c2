//! Copies: compacted, whole or not there at all.

use std::fs;
use std::path::{Path, PathBuf};

use crate::audit::Head;
use crate::error::JournalError;
use crate::place::Place;
use crate::reader::Reader;

impl Reader {
    /// Writes a copy of what is durable now to a new file, compacted, whether or not a process writes the journal. Says what the copy's
    /// head is.
    ///
    /// # Errors
    /// When there is a file already, or the disk refuses; there is no file then.
    pub fn backup(&self, to: &Path) -> Result<Head, JournalError> {
        write(self, to)
    }
}

/// Writes what a reader sees to a new file.
pub(crate) fn write(reader: &Reader, to: &Path) -> Result<Head, JournalError> {
    let place = Place::new(to)?;
    let path = &place.path;
    if path.exists() {
        let why = "there is a file already; choose another name, or move it away".to_owned();
        return Err(JournalError::File { path: path.clone(), why });
    }
    let mut name = path.clone().into_os_string();
    name.push(".part");
    let part = PathBuf::from(name);
    let copied = copy(reader, &part).and_then(|head| {
        // A link instead of a rename: it does not replace what has come in the meantime.
        fs::hard_link(&part, path).map_err(|error| JournalError::file(path, &error))?;
        place.sync_folder()?;
        Ok(head)
    });
    if let Err(error) = fs::remove_file(&part)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, path = %part.display(), "a part of a copy is left behind");
    }
    copied
}

fn copy(reader: &Reader, part: &Path) -> Result<Head, JournalError> {
    if let Err(error) = fs::remove_file(part)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        return Err(JournalError::file(part, &error));
    }
    let Some(name) = part.to_str() else {
        let why = "its name is no text; choose another".to_owned();
        return Err(JournalError::File { path: part.to_owned(), why });
    };
    reader.vacuum_into(name)?;
    let file = fs::File::open(part).and_then(|file| file.sync_all());
    file.map_err(|error| JournalError::file(part, &error))?;
    // What is told is what the copy holds, not what the journal held a moment before or after.
    Reader::open(part)?.head()
}
