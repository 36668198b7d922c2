//! Where the kernel's files are, and reading them.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::Failure;

/// The most of a file that is read, in bytes: the kernel's are small, and one that is not is not believed.
const FILE_BYTES_MAX: u64 = 8 << 20;

/// The folders to read from; others than a machine's own in containers and tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roots {
    /// `/proc`.
    pub proc: PathBuf,
    /// `/sys`.
    pub sys: PathBuf,
    /// What udev knows of devices, `/run/udev/data`.
    pub udev: PathBuf,
    /// The root of the filesystem, for mount points and `/etc/os-release`.
    pub root: PathBuf,
}

impl Default for Roots {
    fn default() -> Self {
        Self { proc: "/proc".into(), sys: "/sys".into(), udev: "/run/udev/data".into(), root: "/".into() }
    }
}

impl Roots {
    /// A file of `/proc`.
    pub(super) fn proc(&self, path: &str) -> Result<String, Failure> {
        read(&self.proc.join(path))
    }

    /// A path of the machine itself, under the root.
    pub(super) fn at_root(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }
}

/// A small file as text; what is not UTF-8 is replaced.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    read_io(path).map_err(|error| Failure::of(path, &error))
}

fn read_io(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The first line of a small file, if there is one that can be read: for values of `/sys`, many of which do not exist or do not
/// apply.
pub(super) fn value(path: &Path) -> Option<String> {
    let text = read_io(path).ok()?;
    Some(text.trim().to_owned())
}
