//! Asking filesystems how full they are, without waiting for one that never answers (a dead file server).
//!
//! A thread asks them in turn. One that does not answer in time is passed over from then on; its thread is left to wait, and a
//! new one asks the rest. So there are never more waiting threads than filesystems that do not answer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long one of them may take.
const PATIENCE: Duration = Duration::from_millis(500);
/// How many times as long all of them together may take; who has not been asked by then is silent this time.
const PATIENCE_FOR_ALL: u32 = 4;

/// How large and how full a filesystem is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Room {
    pub(super) size_bytes: f64,
    pub(super) free_bytes: f64,
    pub(super) avail_bytes: f64,
    pub(super) files: f64,
    pub(super) files_free: f64,
}

/// What a filesystem answered.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    Known(Room),
    /// The system's words.
    Refused(String),
    Silent,
}

type Reply = (usize, Answer);

/// Those who have not answered yet, each with the thread's channel that closes when it does.
#[derive(Debug, Default)]
pub(super) struct Mounts {
    silent: BTreeMap<PathBuf, Receiver<Reply>>,
}

impl Mounts {
    /// Asks each of `paths`; the answers come in their order.
    pub(super) fn ask(&mut self, paths: &[PathBuf]) -> Vec<Answer> {
        self.ask_with(paths, PATIENCE, room)
    }

    fn ask_with(
        &mut self,
        paths: &[PathBuf],
        patience: Duration,
        room: fn(&Path) -> Result<Room, String>,
    ) -> Vec<Answer> {
        self.silent
            .retain(|_, replies| !matches!(replies.try_recv(), Ok(_) | Err(TryRecvError::Disconnected)));
        let mut answers = vec![Answer::Silent; paths.len()];
        let mut open: Vec<_> =
            paths.iter().cloned().enumerate().filter(|(_, p)| !self.silent.contains_key(p)).collect();
        let end = Instant::now() + patience * PATIENCE_FOR_ALL;
        while !open.is_empty() && Instant::now() < end {
            let (sender, replies) = channel();
            let asked = open.clone();
            let asking = thread::Builder::new().name("filesystems".to_owned()).spawn(move || {
                for (place, path) in asked {
                    let answer = room(&path).map_or_else(Answer::Refused, Answer::Known);
                    if sender.send((place, answer)).is_err() {
                        return;
                    }
                }
            });
            if let Err(error) = asking {
                for (place, _) in open.drain(..) {
                    set(&mut answers, place, Answer::Refused(format!("cannot be asked: {error}")));
                }
                break;
            }
            let mut answered = 0;
            let ended = loop {
                match replies.recv_timeout(patience.min(end.saturating_duration_since(Instant::now()))) {
                    Ok((place, answer)) => {
                        set(&mut answers, place, answer);
                        answered += 1;
                    }
                    Err(error) => break error,
                }
            };
            open.drain(..answered);
            if ended == RecvTimeoutError::Disconnected || open.is_empty() {
                break;
            }
            let (_, stuck) = open.remove(0);
            self.silent.insert(stuck, replies);
        }
        answers
    }
}

fn set(answers: &mut [Answer], place: usize, answer: Answer) {
    if let Some(slot) = answers.get_mut(place) {
        *slot = answer;
    }
}

fn room(path: &Path) -> Result<Room, String> {
    let stat = rustix::fs::statvfs(path).map_err(|error| error.to_string())?;
    let bytes = |blocks: u64| blocks as f64 * stat.f_frsize as f64;
    Ok(Room {
        size_bytes: bytes(stat.f_blocks),
        free_bytes: bytes(stat.f_bfree),
        avail_bytes: bytes(stat.f_bavail),
        files: stat.f_files as f64,
        files_free: stat.f_ffree as f64,
    })
}

#[cfg(test)]
mod tests;
