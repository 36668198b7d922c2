//! Programs that a process before this one started and could not end, because it was killed: they are ended before anything else is done, so
//! that none of them writes after it was given up.
//!
//! A program's environment says which write it is for and which process has started it; what it starts itself, in its process group, inherits
//! that. Whoever left the group (a daemon that was started on purpose) is left alone, as it is when a call ends.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use procfs::process::Process;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::{KEY, STARTED_BY};
use crate::providers::process::identity::{Identity, unreadable};

/// How long it is waited for the end of what was killed: only a program in the midst of a disk's or the kernel's work takes any.
const WITHIN: Duration = Duration::from_secs(2);
/// How often it is looked: nothing tells of the end of somebody else's child and its children together.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Ends the programs that were started for writes with these keys by a process that is no more, and says how many there were. Blocks until
/// they are gone, at most some seconds.
///
/// # Errors
/// What was found and cannot be ended, or that `/proc` cannot be read; for people.
pub fn end_left_behind(keys: &BTreeSet<String>) -> Result<usize, String> {
    let mut ended = BTreeSet::new();
    if keys.is_empty() {
        return Ok(0);
    }
    let until = Instant::now() + WITHIN;
    loop {
        // Looked for anew each time: it may have started another meanwhile.
        let left = left_behind(keys)?;
        let Some(first) = left.first() else { return Ok(ended.len()) };
        if Instant::now() > until {
            return Err(format!("a program that was left behind does not end: process {}", first.pid));
        }
        for identity in left {
            kill(identity)?;
            ended.insert(identity);
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Those that still run.
fn left_behind(keys: &BTreeSet<String>) -> Result<Vec<Identity>, String> {
    let all = procfs::process::all_processes().map_err(|error| unreadable(&error))?;
    // Whoever ends meanwhile, or belongs to somebody else, is none of ours.
    Ok(all.flatten().filter_map(|process| of_ours(&process, keys)).collect())
}

/// Which process it is, if it runs for one of these writes, in the group in which it was started, and whoever started it has gone.
fn of_ours(process: &Process, keys: &BTreeSet<String>) -> Option<Identity> {
    let environment = process.environ().ok()?;
    let said = |name: &str| environment.get(std::ffi::OsStr::new(name))?.to_str();
    if !said(KEY).is_some_and(|key| keys.contains(key)) {
        return None;
    }
    let parent = Identity::parse(said(STARTED_BY)?).ok()?;
    let stat = process.stat().ok()?;
    let is_in_its_group = stat.pgrp != stat.session;
    let is_left = is_in_its_group && !parent.is_alive().ok()?;
    is_left.then_some(Identity { pid: stat.pid, started_ticks: stat.starttime })
}

fn kill(identity: Identity) -> Result<(), String> {
    let Some(pid) = Pid::from_raw(identity.pid) else { return Ok(()) };
    let Ok(handle) = pidfd_open(pid, PidfdFlags::empty()) else { return Ok(()) };
    // Whoever had the pid when the handle was made has it for as long as it lives.
    if !identity.is_alive()? {
        return Ok(());
    }
    match pidfd_send_signal(handle, Signal::KILL) {
        Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
        Err(error) => Err(format!("the process {} cannot be ended: {error}", identity.pid)),
    }
}
