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
pub(super) struct Threads(Mutex<BTreeMap<(IncidentNumber, u64), Thread>>);

/// An incident's thread.
struct Thread {
    /// The message that began it.
    first: Posted,
    /// The last acknowledgement that it shows, counted from 1, and the message that says so.
    acknowledged: Option<(u32, Posted)>,
}

impl Threads {
    /// The message to answer to.
    pub(super) fn of(&self, incident: Option<IncidentNumber>, address: u64) -> Option<Posted> {
        let threads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        threads.get(&(incident?, address)).map(|thread| thread.first.clone())
    }

    /// The message that shows this acknowledgement of an incident: a room that several teams share is told once.
    pub(super) fn acknowledged(
        &self,
        incident: Option<IncidentNumber>,
        address: u64,
        which: u32,
    ) -> Option<Posted> {
        let threads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = threads.get(&(incident?, address))?.acknowledged.as_ref();
        shown.filter(|(last, _)| *last == which).map(|(_, posted)| posted.clone())
    }

    /// Remembers the message that shows an acknowledgement.
    pub(super) fn note_acknowledged(
        &self,
        incident: Option<IncidentNumber>,
        address: u64,
        shown: (u32, Posted),
    ) {
        let mut threads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = incident.and_then(|incident| threads.get_mut(&(incident, address))) {
            thread.acknowledged = Some(shown);
        }
    }

    /// Remembers a message, unless an earlier one began the thread.
    pub(super) fn remember(&self, incident: Option<IncidentNumber>, address: u64, posted: Posted) {
        let Some(incident) = incident else { return };
        let mut threads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        threads.entry((incident, address)).or_insert(Thread { first: posted, acknowledged: None });
        while threads.len() > THREADS_MAX {
            threads.pop_first();
        }
    }
}
