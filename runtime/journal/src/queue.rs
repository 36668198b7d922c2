//! What waits to be written, and how the journal is.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::audit::Head;
use crate::batch::{BATCH_CHANGES_MAX, Batch, Position};
use crate::error::JournalError;
use crate::ticket::{Teller, Ticket};

/// How the journal is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It is written.
    Working,
    /// It is not written any more, until it is opened again.
    Failed(JournalError),
}

/// What was done so far, since the journal was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// How many changes wait to be written.
    pub changes_waiting: u64,
    /// How many were written.
    pub changes_written: u64,
    /// How many were there already.
    pub changes_skipped: u64,
    /// How many batches were refused.
    pub batches_refused: u64,
    /// How many commits were made.
    pub commits: u64,
}

/// Somebody's batch.
pub(crate) struct Item {
    pub(crate) batch: Batch,
    pub(crate) teller: Teller,
}

struct State {
    items: VecDeque<Item>,
    is_closing: bool,
    health: Health,
    statistics: Statistics,
    head: Head,
    position: Option<Position>,
}

/// Between those who write and the thread that does.
pub(crate) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
    changes_max: usize,
}

impl Queue {
    pub(crate) fn new(changes_max: usize, head: Head, position: Option<Position>) -> Self {
        let state = State {
            items: VecDeque::new(),
            is_closing: false,
            health: Health::Working,
            statistics: Statistics::default(),
            head,
            position,
        };
        Self { state: Mutex::new(state), filled: Condvar::new(), changes_max }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a batch at the end, without waiting.
    pub(crate) fn push(&self, batch: Batch) -> Result<Ticket, JournalError> {
        let changes = batch.len();
        if changes > BATCH_CHANGES_MAX {
            let why = format!("a batch of {changes} is longer than {BATCH_CHANGES_MAX}; write it in parts");
            return Err(JournalError::Refused { why });
        }
        let mut state = self.state();
        if let Health::Failed(error) = &state.health {
            return Err(JournalError::Stopped { why: error.to_string() });
        }
        if state.is_closing {
            return Err(JournalError::Stopped { why: "it is being closed".to_owned() });
        }
        let waiting = usize::try_from(state.statistics.changes_waiting).unwrap_or(usize::MAX);
        if waiting.saturating_add(changes) > self.changes_max {
            return Err(JournalError::QueueFull { waiting, changes });
        }
        state.statistics.changes_waiting += changes as u64;
        let (ticket, teller) = Ticket::new();
        state.items.push_back(Item { batch, teller });
        drop(state);
        self.filled.notify_one();
        Ok(ticket)
    }

    /// Waits for the next batch; `None` when nothing more will come.
    pub(crate) fn wait(&self) -> Option<Item> {
        let mut state = self.state();
        loop {
            if let Some(item) = state.items.pop_front() {
                return Some(item);
            }
            if state.is_closing {
                return None;
            }
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next batch if there is one, and if it has at most so many changes.
    pub(crate) fn next(&self, changes_max: usize) -> Option<Item> {
        let mut state = self.state();
        let fits = state.items.front().is_some_and(|item| item.batch.len() <= changes_max);
        if fits { state.items.pop_front() } else { None }
    }

    /// Whether nothing waits.
    pub(crate) fn is_idle(&self) -> bool {
        self.state().items.is_empty()
    }

    /// Notes a commit.
    pub(crate) fn committed(&self, more: Statistics, head: Head, position: Option<Position>) {
        let mut state = self.state();
        let all = &mut state.statistics;
        all.changes_waiting = all.changes_waiting.saturating_sub(more.changes_waiting);
        all.changes_written += more.changes_written;
        all.changes_skipped += more.changes_skipped;
        all.batches_refused += more.batches_refused;
        all.commits += more.commits;
        state.head = head;
        state.position = position;
    }

    /// Ends everything that waits with an error, and refuses what comes. The first failure counts.
    pub(crate) fn fail(&self, error: &JournalError) {
        let mut state = self.state();
        if state.health == Health::Working {
            state.health = Health::Failed(error.clone());
        }
        state.statistics.changes_waiting = 0;
        let waiting = std::mem::take(&mut state.items);
        drop(state);
        for item in waiting {
            item.teller.tell(Err(error.clone()));
        }
    }

    /// Lets nothing more in. What waits is still written.
    pub(crate) fn close(&self) {
        self.state().is_closing = true;
        self.filled.notify_one();
    }

    pub(crate) fn health(&self) -> Health {
        self.state().health.clone()
    }

    pub(crate) fn statistics(&self) -> Statistics {
        self.state().statistics
    }

    pub(crate) fn head(&self) -> (Head, Option<Position>) {
        let state = self.state();
        (state.head, state.position)
    }
}
