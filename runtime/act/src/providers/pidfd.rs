//! A process by a file descriptor: signalled and waited for, and never another that was given its number since.

use std::io;
use std::os::fd::OwnedFd;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use tokio::io::unix::AsyncFd;

/// A process.
#[derive(Debug)]
pub(super) struct Pidfd(AsyncFd<OwnedFd>);

impl Pidfd {
    /// Of the process that has this pid now; `None` when nobody has it.
    pub(super) fn open(pid: Pid) -> io::Result<Option<Self>> {
        let handle = match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(handle) => handle,
            Err(rustix::io::Errno::SRCH) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        #[expect(
            deprecated,
            reason = "what stands in its place is `unsafe`, for descriptors that others may close; this one is owned"
        )]
        AsyncFd::new(handle).map(|handle| Some(Self(handle)))
    }

    /// Signals it, if it has not ended and is ours to signal.
    pub(super) fn signal(&self, signal: Signal) {
        let _ = pidfd_send_signal(self.0.get_ref(), signal);
    }

    /// Waits until it has ended; it need not be reaped.
    pub(super) async fn ended(&self) {
        // Readable from then on; an error would be the same again.
        drop(self.0.readable().await);
    }
}
