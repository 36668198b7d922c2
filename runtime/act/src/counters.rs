//! What became of the decisions handed to one destination.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// Counters of one destination, shared by those who send and those who look.
#[derive(Debug, Default)]
pub struct Counters {
    offered: AtomicU64,
    delivered: AtomicU64,
    retried: AtomicU64,
    refused: AtomicU64,
    expired: AtomicU64,
    dropped: AtomicU64,
    failing: AtomicBool,
}

/// The counters at one moment. Every decision offered ends as exactly one of delivered, refused, expired or dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Results {
    /// Decisions handed over.
    pub offered: u64,
    /// Decisions that arrived.
    pub delivered: u64,
    /// Attempts made again.
    pub retried: u64,
    /// Decisions that the other side refused for good.
    pub refused: u64,
    /// Decisions given up because they had waited too long.
    pub expired: u64,
    /// Decisions lost because the queue was full or the destination was closed.
    pub dropped: u64,
    /// Whether the last attempt failed.
    pub failing: bool,
}

impl Counters {
    /// The counters now.
    #[must_use]
    pub fn results(&self) -> Results {
        Results {
            offered: self.offered.load(Relaxed),
            delivered: self.delivered.load(Relaxed),
            retried: self.retried.load(Relaxed),
            refused: self.refused.load(Relaxed),
            expired: self.expired.load(Relaxed),
            dropped: self.dropped.load(Relaxed),
            failing: self.failing.load(Relaxed),
        }
    }

    pub(crate) fn count_offered(&self) {
        self.offered.fetch_add(1, Relaxed);
    }

    pub(crate) fn count_delivered(&self) {
        self.delivered.fetch_add(1, Relaxed);
    }

    pub(crate) fn count_retried(&self) {
        self.retried.fetch_add(1, Relaxed);
    }

    pub(crate) fn count_refused(&self) {
        self.refused.fetch_add(1, Relaxed);
    }

    pub(crate) fn count_expired(&self) {
        self.expired.fetch_add(1, Relaxed);
    }

    pub(crate) fn count_dropped(&self, decisions: u64) {
        self.dropped.fetch_add(decisions, Relaxed);
    }

    pub(crate) fn set_failing(&self, failing: bool) {
        self.failing.store(failing, Relaxed);
    }
}
