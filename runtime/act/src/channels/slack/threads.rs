//! Which message began an incident's thread, by room. Bounded: the oldest incident is forgotten first.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use nvp_respond::input::IncidentNumber;

/// How many threads are remembered.
const THREADS_MAX: usize = 10_000;

/// A message that was posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Posted {
    /// The channel's id.
    pub(super) channel: String,
    /// The message's.
    pub(super) ts: String,
}

impl Posted {
    /// As it is kept in the journal.
    pub(super) fn remote(&self) -> String {
        format!("{}/{}", self.channel, self.ts)
    }

    /// From what was kept.
    pub(super) fn parse(remote: &str) -> Option<Self> {
        let (channel, ts) = remote.split_once('/')?;
        (!channel.is_empty() && !ts.is_empty())
            .then(|| Self { channel: channel.to_owned(), ts: ts.to_owned() })
    }
}

/// The first messages of incidents, by incident and the address's id.
#[derive(Default)]
pub(super) struct Threads(Mutex<BTreeMap<(IncidentNumber, u64), Posted>>);

impl Threads {
    /// The message to answer to.
    pub(super) fn of(&self, incident: Option<IncidentNumber>, address: u64) -> Option<Posted> {
        let threads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        threads.get(&(incident?, address)).cloned()
    }

    /// Remembers a message, unless an earlier one began the thread.
    pub(super) fn remember(&self, incident: Option<IncidentNumber>, address: u64, posted: Posted) {
        let Some(incident) = incident else { return };
        let mut threads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        threads.entry((incident, address)).or_insert(posted);
        while threads.len() > THREADS_MAX {
            threads.pop_first();
        }
    }
}
