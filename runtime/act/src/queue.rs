//! The bounded queue before a destination: handing over never waits, and a full queue loses its oldest decision.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::broadcast::{self, error::RecvError};

use crate::{Counters, Message};

/// A decision in the queue.
#[derive(Debug, Clone)]
pub(crate) struct Queued {
    /// What to send.
    pub(crate) message: Arc<Message>,
    /// When it was handed over.
    pub(crate) since: Instant,
}

/// The end where decisions are handed over.
#[derive(Debug)]
pub(crate) struct Entry {
    sender: broadcast::Sender<Queued>,
    counters: Arc<Counters>,
}

/// The end from which a destination takes them.
#[derive(Debug)]
pub(crate) struct Exit {
    receiver: broadcast::Receiver<Queued>,
    counters: Arc<Counters>,
}

/// A queue for at least `decisions` (rounded up to a power of two).
pub(crate) fn queue(decisions: usize, counters: &Arc<Counters>) -> (Entry, Exit) {
    let (sender, receiver) = broadcast::channel(decisions.clamp(1, 1 << 20));
    (Entry { sender, counters: Arc::clone(counters) }, Exit { receiver, counters: Arc::clone(counters) })
}

impl Entry {
    /// Hands a decision over, at once. Where the destination has closed, it is counted as dropped.
    pub(crate) fn offer(&self, message: Arc<Message>) {
        self.counters.count_offered();
        if self.sender.send(Queued { message, since: Instant::now() }).is_err() {
            self.counters.count_dropped(1);
        }
    }

    /// How many decisions wait.
    pub(crate) fn len(&self) -> usize {
        self.sender.len()
    }
}

impl Exit {
    /// The next decision; `None` when the other end is gone and the queue is empty.
    pub(crate) async fn next(&mut self) -> Option<Queued> {
        loop {
            match self.receiver.recv().await {
                Ok(queued) => return Some(queued),
                Err(RecvError::Lagged(lost)) => self.counters.count_dropped(lost),
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// As [`Exit::next`], for a thread of its own.
    pub(crate) fn next_blocking(&mut self) -> Option<Queued> {
        loop {
            match self.receiver.blocking_recv() {
                Ok(queued) => return Some(queued),
                Err(RecvError::Lagged(lost)) => self.counters.count_dropped(lost),
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.receiver.is_empty()
    }
}

/// What was never taken is counted as dropped, so that every decision offered has one end.
impl Drop for Exit {
    fn drop(&mut self) {
        self.counters.count_dropped(self.receiver.len() as u64);
    }
}
