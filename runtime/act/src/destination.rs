//! The handle of a destination at work.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::queue::Entry;
use crate::{Counters, Message, Results};

/// A destination at work. Handing a decision over never waits.
#[derive(Debug)]
pub struct Destination {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) entry: Entry,
    pub(crate) counters: Arc<Counters>,
    /// Its other end is let go of when the last decision has been dealt with.
    pub(crate) done: watch::Receiver<()>,
    /// Stops the work of an asynchronous destination.
    pub(crate) task: Option<tokio::task::AbortHandle>,
}

impl Destination {
    /// Its name for people and counters; without anything secret.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is: `standard_output` or `webhook`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Hands a decision over, at once. A full queue loses its oldest decision, which is counted.
    pub fn offer(&self, message: Arc<Message>) {
        self.entry.offer(message);
    }

    /// How many decisions wait.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.entry.len()
    }

    /// What became of the decisions so far.
    #[must_use]
    pub fn results(&self) -> Results {
        self.counters.results()
    }

    /// The counters, for those who look later.
    #[must_use]
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }

    /// Whether it has ended by itself: nobody reads our standard output any more.
    #[must_use]
    pub fn has_closed(&self) -> bool {
        self.done.has_changed().is_err()
    }

    /// Waits until it has ended by itself.
    pub async fn closed(&self) {
        let mut done = self.done.clone();
        // Nothing is ever sent: the other end is only let go of.
        while done.changed().await.is_ok() {}
    }

    /// Takes no more decisions, waits at most `within` for those in the queue, and drops and counts what is left then.
    pub async fn finish(self, within: Duration) -> Results {
        let Self { entry, counters, mut done, task, .. } = self;
        drop(entry);
        let ended = async { while done.changed().await.is_ok() {} };
        if tokio::time::timeout(within, ended).await.is_err()
            && let Some(task) = task
        {
            task.abort();
            // The counters are complete once the task has let go of its queue.
            while !task.is_finished() {
                tokio::task::yield_now().await;
            }
        }
        counters.results()
    }
}
