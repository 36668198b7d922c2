//! `--watch`: runs the tests again whenever a policy changes. It waits for events of the file system and never polls.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use notify::{Event, EventKind, RecursiveMode, Watcher as _};

use super::{Arguments, once};
use crate::failure::{Exit, Failure};
use crate::options::Global;
use crate::output::Output;

/// An editor saves in several steps; this long without another event and it is done.
const QUIET: Duration = Duration::from_millis(80);
/// The most events that wait; more of them say nothing new.
const EVENTS_MAX: usize = 1_024;

/// Runs until the watching ends or the reader of the output goes away.
pub fn run(arguments: &Arguments, global: &Global, out: &mut Output) -> Result<Exit, Failure> {
    let (sender, events) = mpsc::sync_channel(EVENTS_MAX);
    let mut watcher = notify::recommended_watcher(move |event| {
        // A full channel holds a change already; another one is the same news.
        let _ = sender.try_send(event);
    })
    .map_err(|error| unwatchable(&error))?;
    for path in arguments.paths.iter().chain(&global.stdlib) {
        let (folder, mode) = watched(path);
        watcher.watch(&folder, mode).map_err(|error| unwatchable(&error))?;
    }
    loop {
        match once(arguments, global, out) {
            Ok(_) | Err(Failure::AlreadyTold(_)) => {}
            Err(failure @ Failure::Told { .. }) => drop(failure.report(global.color)),
            Err(Failure::BrokenPipe) => return Err(Failure::BrokenPipe),
        }
        writeln!(out, "\n{}", out.paint().dim("waiting for a policy to change (Ctrl-C ends)"))?;
        out.finish()?;
        if !change(&events)? {
            return Ok(Exit::Good);
        }
        writeln!(out)?;
    }
}

/// A folder is watched with all below it. Of a file its folder is, because editors replace files.
fn watched(path: &Path) -> (PathBuf, RecursiveMode) {
    if path.is_dir() {
        return (path.to_owned(), RecursiveMode::Recursive);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    (folder.to_owned(), RecursiveMode::NonRecursive)
}

/// Waits for a policy to change and for the changing to be over; false when nothing is watched any more.
fn change(events: &Receiver<notify::Result<Event>>) -> Result<bool, Failure> {
    loop {
        match events.recv() {
            Ok(Ok(event)) if is_change(&event) => break,
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(unwatchable(&error)),
            Err(_) => return Ok(false),
        }
    }
    loop {
        match events.recv_timeout(QUIET) {
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) => return Ok(true),
            Err(RecvTimeoutError::Disconnected) => return Ok(false),
        }
    }
}

/// Reading a policy is an event too, and no change.
fn is_change(event: &Event) -> bool {
    let is_policy = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "nvp");
    let changes = matches!(event.kind, EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_));
    changes && (event.paths.iter().any(is_policy) || event.need_rescan())
}

fn unwatchable(error: &notify::Error) -> Failure {
    Failure::new(format!("the policies cannot be watched: {error}"))
}
