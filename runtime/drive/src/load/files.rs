//! Which files a person means by a path, and reading them within limits.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::Problem;

/// The largest file that is read, in bytes.
pub const FILE_BYTES_MAX: u64 = 4 << 20;
/// The most files of a set.
pub const FILES_MAX: usize = 20_000;
/// The most text of a set, in bytes.
pub const SET_BYTES_MAX: u64 = 256 << 20;
/// How deep folders are searched.
const FOLDER_DEPTH_MAX: usize = 64;

/// The files that `paths` name and the `.nvp` files below folders: sorted within each path, each once. Hidden files and folders are
/// passed over, a loop of links is told and left.
pub fn policy_files(paths: &[PathBuf], problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let mut found = Found::default();
    for path in paths {
        match path.metadata() {
            Err(error) => problems.push(Problem::new(path, format!("cannot be read: {error}"))),
            Ok(metadata) if metadata.is_dir() => found.add_folder(path, problems),
            Ok(_) => found.add(path.clone(), problems),
        }
    }
    if found.full {
        let first = paths.first().map(PathBuf::as_path).unwrap_or(Path::new("."));
        problems.push(
            Problem::new(
                first,
                format!("more than {FILES_MAX} files, or {} MiB of them", SET_BYTES_MAX >> 20),
            )
            .help("name the folders of one policy set only"),
        );
    }
    found.files
}

#[derive(Default)]
struct Found {
    files: Vec<PathBuf>,
    real: BTreeSet<PathBuf>,
    bytes: u64,
    full: bool,
}

impl Found {
    fn add(&mut self, path: PathBuf, problems: &mut Vec<Problem>) {
        let metadata = match path.metadata() {
            Ok(metadata) => metadata,
            Err(error) => return problems.push(Problem::new(&path, format!("cannot be read: {error}"))),
        };
        if !self.real.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
            return;
        }
        self.bytes = self.bytes.saturating_add(metadata.len().min(FILE_BYTES_MAX));
        if self.files.len() >= FILES_MAX || self.bytes > SET_BYTES_MAX {
            self.full = true;
            return;
        }
        self.files.push(path);
    }

    fn add_folder(&mut self, folder: &Path, problems: &mut Vec<Problem>) {
        let before = self.real.len();
        let told_before = problems.len();
        let walk = WalkDir::new(folder).follow_links(true).max_depth(FOLDER_DEPTH_MAX).sort_by_file_name();
        for entry in walk.into_iter().filter_entry(|entry| !is_hidden(entry)) {
            match entry {
                Ok(entry) if is_policy(&entry) => self.add(entry.into_path(), problems),
                Ok(_) => {}
                Err(error) => problems.push(walk_problem(folder, &error)),
            }
        }
        if self.real.len() == before && problems.len() == told_before {
            problems.push(
                Problem::new(folder, "no `.nvp` file in this folder or below")
                    .help("name a folder that holds policies, or a file"),
            );
        }
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn is_policy(entry: &DirEntry) -> bool {
    !entry.file_type().is_dir() && entry.path().extension().is_some_and(|extension| extension == "nvp")
}

fn walk_problem(folder: &Path, error: &walkdir::Error) -> Problem {
    let path = error.path().unwrap_or(folder);
    match (error.loop_ancestor(), error.io_error()) {
        (Some(ancestor), _) => Problem::new(
            path,
            format!("a link that leads back to `{}`; it was not followed", ancestor.display()),
        ),
        (None, Some(error)) => Problem::new(path, format!("cannot be read: {error}")),
        (None, None) => Problem::new(path, "cannot be read"),
    }
}

/// Reads a whole file, if it is a regular one of at most [`FILE_BYTES_MAX`]; a larger one is never read.
pub fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: std::io::Error| Problem::new(path, format!("cannot be read: {error}"));
    let metadata = path.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Problem::new(path, "not a regular file"));
    }
    if metadata.len() > FILE_BYTES_MAX {
        return Err(too_large(path, metadata.len()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
    // A file may grow while it is read: one byte over the limit shows it.
    File::open(path)
        .and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(too_large(path, bytes.len() as u64));
    }
    Ok(bytes)
}

fn too_large(path: &Path, bytes: u64) -> Problem {
    let mebibytes = bytes.div_ceil(1 << 20);
    Problem::new(
        path,
        format!("too large: {mebibytes} MiB, and a policy file has at most {} MiB", FILE_BYTES_MAX >> 20),
    )
    .help("split it into files of one topic each")
}
