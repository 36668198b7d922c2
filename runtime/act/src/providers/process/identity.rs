//! Which process is meant: its pid with the time it was started, which no other process ever has.

use std::fmt;

use procfs::ProcError;
use procfs::process::{Process, Stat};
use rustix::process::Pid;
use serde::{Deserialize, Serialize};

use crate::providers::pidfd::Pidfd;

/// A process, for as long as the machine runs. Written `pid@ticks`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::providers) struct Identity {
    /// When it was started, in clock ticks since the machine was (`/proc/PID/stat`, field 22).
    pub(in crate::providers) started_ticks: u64,
    /// Its pid.
    pub(in crate::providers) pid: i32,
}

impl Identity {
    /// Of the process that has this pid now.
    pub(super) fn of(pid: i32) -> Result<Option<Self>, String> {
        Ok(stat(pid)?.map(|stat| Self { pid, started_ticks: stat.starttime }))
    }

    /// Of this process.
    pub(in crate::providers) fn own() -> Result<Self, String> {
        let stat =
            Process::myself().and_then(|process| process.stat()).map_err(|error| unreadable(&error))?;
        Ok(Self { pid: stat.pid, started_ticks: stat.starttime })
    }

    /// Reads `pid@ticks`.
    pub(in crate::providers) fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split_once('@').and_then(|(pid, ticks)| {
            Some(Self { pid: pid.parse().ok().filter(|pid| *pid > 0)?, started_ticks: ticks.parse().ok()? })
        });
        parts
            .filter(|identity| identity.to_string() == text)
            .ok_or_else(|| "this names no process (`pid@ticks`)".to_owned())
    }

    /// Whether it still runs. One that has ended and was not reaped does not.
    pub(in crate::providers) fn is_alive(self) -> Result<bool, String> {
        Ok(stat(self.pid)?
            .is_some_and(|stat| stat.starttime == self.started_ticks && !matches!(stat.state, 'Z' | 'X')))
    }

    /// When it was started, in seconds since the Unix epoch.
    pub(super) fn started_at(self) -> Result<f64, String> {
        let booted = procfs::boot_time_secs().map_err(|error| unreadable(&error))?;
        #[expect(clippy::cast_precision_loss, reason = "seconds since the Unix epoch fit")]
        Ok(booted as f64 + self.started_ticks as f64 / procfs::ticks_per_second() as f64)
    }

    /// A handle through which nobody else can be signalled; `None` when it has ended.
    pub(super) fn open(self) -> Result<Option<Pidfd>, String> {
        let Some(pid) = Pid::from_raw(self.pid) else { return Ok(None) };
        let opened = Pidfd::open(pid)
            .map_err(|error| format!("the process {} cannot be opened: {error}", self.pid))?;
        // Whoever had the pid then is meant, if the one that is ours has it now.
        Ok(if self.is_alive()? { opened } else { None })
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.pid, self.started_ticks)
    }
}

/// What `/proc` says of a pid; `None` when nobody has it.
pub(super) fn stat(pid: i32) -> Result<Option<Stat>, String> {
    match Process::new(pid).and_then(|process| process.stat()) {
        Ok(stat) => Ok(Some(stat)),
        Err(error) if is_gone(&error) => Ok(None),
        Err(error) => Err(unreadable(&error)),
    }
}

/// Whether a process ended while it was looked at.
pub(super) fn is_gone(error: &ProcError) -> bool {
    const ESRCH: i32 = 3;
    match error {
        ProcError::NotFound(_) => true,
        ProcError::Io(error, _) => error.raw_os_error() == Some(ESRCH),
        _ => false,
    }
}

pub(in crate::providers) fn unreadable(error: &ProcError) -> String {
    format!("`/proc` cannot be read: {error}")
}

#[cfg(test)]
mod tests {
    use super::Identity;

    #[tokio::test]
    async fn one_way_to_write_it() {
        let own = Identity::of(i32::try_from(std::process::id()).unwrap()).unwrap().unwrap();
        assert_eq!(Identity::parse(&own.to_string()).unwrap(), own);
        assert!(own.is_alive().unwrap() && own.open().unwrap().is_some());
        for text in ["", "1", "@", "0@1", "-1@1", "+1@1", "01@1", "1@1 ", "1@x", "99999999999@1"] {
            Identity::parse(text).unwrap_err();
        }
    }

    #[tokio::test]
    async fn the_same_pid_started_at_another_time_is_somebody_else() {
        let own = Identity::of(i32::try_from(std::process::id()).unwrap()).unwrap().unwrap();
        let before = Identity { started_ticks: own.started_ticks - 1, ..own };
        assert!(!before.is_alive().unwrap() && before.open().unwrap().is_none());
    }

    #[test]
    fn it_was_started_a_while_ago() {
        let own = Identity::of(i32::try_from(std::process::id()).unwrap()).unwrap().unwrap();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
        let ago = now - own.started_at().unwrap();
        assert!((-2.0..3_600.0).contains(&ago), "{ago}");
    }
}
