//! The files of the repository, for tests that look at all of them.

use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests stand in the repository").to_owned()
}

/// All files below a folder, sorted, without build output, snapshots and version control.
pub fn files(below: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut queue = vec![below.to_owned()];
    while let Some(folder) = queue.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder can be read") {
            let path = entry.expect("an entry can be read").path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            if name == "target" || name.starts_with(".git") {
                continue;
            }
            if path.is_dir() {
                queue.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A path as it is written in messages.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// The text of a file.
pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", shown(path)))
}
