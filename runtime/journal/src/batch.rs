//! What is written at once: changes, each with its place among the effects of the input log.

use serde_json::Value;

use crate::action::{ActionEvent, Call};
use crate::incident::IncidentEvent;
use crate::notification::{AttemptEnd, Delivery, Notification};
use crate::process::ProcessEvent;
use crate::silence::Silence;

/// The most changes of a batch.
pub const BATCH_CHANGES_MAX: usize = 20_000;

/// Where a change comes from: which input of the input log, and which of its effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The input's number.
    pub input: u64,
    /// Which of its effects, from 0.
    pub ordinal: u32,
}

/// Something to write.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Something happened to an incident.
    Incident {
        /// Its number.
        incident: u64,
        /// When.
        at_ms: i64,
        /// What.
        event: IncidentEvent,
    },
    /// A notification is to be sent: it enters the outbox.
    Notify(Notification),
    /// A notification has come farther.
    Delivery {
        /// Its number.
        notification: u64,
        /// When.
        at_ms: i64,
        /// How far.
        delivery: Delivery,
    },
    /// A notification is about to be sent. To be durable before it is.
    AttemptBegun {
        /// The notification's number.
        notification: u64,
        /// Which time, from 1.
        attempt: u32,
        /// When.
        at_ms: i64,
    },
    /// An attempt has ended.
    AttemptEnded {
        /// The notification's number.
        notification: u64,
        /// Which time, from 1.
        attempt: u32,
        /// When.
        at_ms: i64,
        /// How.
        end: AttemptEnd,
    },
    /// Something happened to a playbook's run.
    Action {
        /// Its number.
        action: u64,
        /// When.
        at_ms: i64,
        /// What.
        event: ActionEvent,
    },
    /// A provider is about to be called. To be durable before it is.
    Call(Call),
    /// A silence began or was asked for again.
    Silenced {
        /// Its number.
        silence: u64,
        /// When.
        at_ms: i64,
        /// By whom.
        by: String,
        /// What it silences.
        what: Silence,
    },
    /// A silence was ended.
    Unsilenced {
        /// Its number.
        silence: u64,
        /// When.
        at_ms: i64,
        /// By whom.
        by: String,
    },
    /// Who is who has changed.
    Roster {
        /// When.
        at_ms: i64,
        /// All of it, without any address.
        roster: Value,
    },
    /// Something happened to the process itself.
    Process {
        /// When.
        at_ms: i64,
        /// What.
        event: ProcessEvent,
    },
}

/// Changes that are written together: all of them are durable, or none.
///
/// Those that follow from an input carry their [`Position`], which rises within a batch and from batch to batch. What is not after the last
/// that was written is skipped, so the effects of a replayed input change nothing. Changes that follow from no input (attempts to send)
/// have keys of their own and may be written twice as well.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Batch {
    pub(crate) changes: Vec<(Option<Position>, Change)>,
}

impl Batch {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what follows from an input.
    pub fn push_at(&mut self, position: Position, change: Change) {
        self.changes.push((Some(position), change));
    }

    /// Adds what follows from no input: attempts to send, and what happens to the process.
    pub fn push(&mut self, change: Change) {
        self.changes.push((None, change));
    }

    /// The first and the last input that it follows from.
    #[must_use]
    pub fn inputs(&self) -> Option<(u64, u64)> {
        let mut inputs = self.changes.iter().filter_map(|(position, _)| Some((*position)?.input));
        let first = inputs.next()?;
        Some((first, inputs.next_back().unwrap_or(first)))
    }

    /// How many changes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// All effects of one input, numbered in order.
impl FromIterator<(Position, Change)> for Batch {
    fn from_iter<I: IntoIterator<Item = (Position, Change)>>(changes: I) -> Self {
        Self { changes: changes.into_iter().map(|(position, change)| (Some(position), change)).collect() }
    }
}
