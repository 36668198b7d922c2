//! Stopping an instance with all that it started: asked first, then made to.

use std::time::Duration;

use rustix::process::Signal;

use super::identity::{Identity, unreadable};
use super::state::token_of;
use crate::providers::pidfd::Pidfd;

/// How long the kernel may take to end what was killed.
const KILLED_WITHIN: Duration = Duration::from_secs(5);

/// Stops an instance, and what is in its process group. One that has ended already is stopped.
pub(super) async fn stop(identity: Identity, token: String, grace: Duration) -> Result<(), String> {
    let members = group(identity, &token)?;
    signal(&members, Signal::TERM);
    // One that was stopped (SIGSTOP) hears it only when it goes on.
    signal(&members, Signal::CONT);
    let is_gone = tokio::time::timeout(grace, gone(&members)).await.is_ok();
    // Also those that were started meanwhile, and those that stayed when their leader went.
    let rest = group(identity, &token)?;
    if is_gone && rest.is_empty() {
        return Ok(());
    }
    signal(&members, Signal::KILL);
    signal(&rest, Signal::KILL);
    let ended = async { tokio::join!(gone(&members), gone(&rest)) };
    tokio::time::timeout(KILLED_WITHIN, ended)
        .await
        .map(drop)
        .map_err(|_| format!("`{identity}` does not end, though it was killed"))
}

/// The processes of an instance's group. A group is taken for its own while it leads it, and after that where its token is found: the
/// group's number may be somebody else's by then.
fn group(identity: Identity, token: &str) -> Result<Vec<Pidfd>, String> {
    let is_leader_alive = identity.is_alive()?;
    let mut members = Vec::new();
    for process in procfs::process::all_processes().map_err(|error| unreadable(&error))?.flatten() {
        let Ok(stat) = process.stat() else { continue };
        let has_token = || !token.is_empty() && token_of(&process).is_some_and(|own| own == token);
        if stat.pgrp != identity.pid || matches!(stat.state, 'Z' | 'X') || !(is_leader_alive || has_token()) {
            continue;
        }
        let member = Identity { pid: stat.pid, started_ticks: stat.starttime };
        if let Some(handle) = member.open()? {
            members.push(handle);
        }
    }
    Ok(members)
}

fn signal(members: &[Pidfd], signal: Signal) {
    for member in members {
        member.signal(signal);
    }
}

/// Waits until all have ended.
async fn gone(members: &[Pidfd]) {
    for member in members {
        member.ended().await;
    }
}
