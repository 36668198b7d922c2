//! The control socket as a file: who may use it, whether a process lives behind one that is there, and that it goes when we go.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

use crate::error::ControlError;

/// The longest path of a socket, in bytes.
const PATH_BYTES_MAX: usize = 107;

/// A socket that is ours. Dropped, it is taken away.
#[derive(Debug)]
pub(super) struct Bound {
    path: PathBuf,
    listener: UnixListener,
    /// Device and file of the socket, so that nobody else's is taken away.
    own: (u64, u64),
    /// Held as long as we live: who gets it knows that a socket that is there is a dead process's.
    _lock: File,
}

impl Bound {
    /// Makes the socket, in place of one that a dead process left.
    pub(super) fn bind(path: &Path) -> Result<Self, ControlError> {
        let failed = |why: io::Error| ControlError::Socket { socket: path.to_owned(), why };
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        // It is bound under a name that is a little longer.
        let aside = folder.join(format!(".{}", std::process::id()));
        let bound = aside.join("s");
        let longest = path.as_os_str().len().max(bound.as_os_str().len());
        if longest > PATH_BYTES_MAX {
            return Err(ControlError::TooLong { socket: path.to_owned(), bytes_max: PATH_BYTES_MAX });
        }
        fs::create_dir_all(folder).map_err(failed)?;
        let lock = lock(path)?;
        if is_answered(path).map_err(failed)? {
            return Err(ControlError::Taken { socket: path.to_owned() });
        }
        let listener = bind_aside(&aside, &bound, path);
        drop(fs::remove_dir_all(&aside));
        let listener = listener.map_err(failed)?;
        let file = fs::metadata(path).map_err(failed)?;
        Ok(Self { path: path.to_owned(), listener, own: (file.dev(), file.ino()), _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Waits for the next connection; gives the account at its other end too.
    pub(super) async fn accept(&self) -> io::Result<(UnixStream, u32)> {
        let (stream, _) = self.listener.accept().await?;
        let uid = stream.peer_cred()?.uid();
        Ok((stream, uid))
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        let is_own = fs::metadata(&self.path).is_ok_and(|file| (file.dev(), file.ino()) == self.own);
        if is_own && let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, socket = %self.path.display(), "the control socket is left behind");
        }
    }
}

/// Makes the socket where nobody else can reach it, sets who may use it, and moves it to its place: there is no moment at which others
/// could use it, and none at which there is none.
fn bind_aside(aside: &Path, bound: &Path, path: &Path) -> io::Result<UnixListener> {
    // A process of our number may have died here.
    if let Err(error) = fs::remove_dir_all(aside)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    DirBuilder::new().mode(0o700).create(aside)?;
    let listener = UnixListener::bind(bound)?;
    fs::set_permissions(bound, Permissions::from_mode(0o600))?;
    fs::rename(bound, path)?;
    Ok(listener)
}

/// Takes the right to the socket; the system gives it back when a process ends, however it does.
fn lock(socket: &Path) -> Result<File, ControlError> {
    let failed = |why: io::Error| ControlError::Socket { socket: socket.to_owned(), why };
    let mut name = socket.to_owned().into_os_string();
    name.push(".lock");
    let opened = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(name);
    let file = opened.map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ControlError::Taken { socket: socket.to_owned() }),
        Err(TryLockError::Error(why)) => Err(failed(why)),
    }
}

/// Whether somebody is heard there who has not taken the lock.
fn is_answered(path: &Path) -> io::Result<bool> {
    match std::os::unix::net::UnixStream::connect(path) {
        Ok(_) => Ok(true),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => Ok(false),
            _ => Err(error),
        },
    }
}
