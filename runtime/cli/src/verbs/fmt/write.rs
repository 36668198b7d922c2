//! Writing a file so that nobody ever sees half of it.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

/// Replaces a file's content: written aside, made durable, then renamed over it with its permissions. A link stays a link: what it
/// points to is replaced.
pub fn in_place(path: &Path, content: &[u8]) -> io::Result<()> {
    let target = path.canonicalize()?;
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut aside = NamedTempFile::new_in(folder)?;
    aside.write_all(content)?;
    aside.as_file().set_permissions(fs::metadata(&target)?.permissions())?;
    aside.as_file().sync_all()?;
    aside.persist(&target).map_err(|error| error.error)?;
    Ok(())
}
