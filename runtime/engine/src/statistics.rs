//! What the engine counts of itself, for `/metrics`, the benchmarks and people who wonder where their samples went.

use crate::input::SourceId;
use serde::{Deserialize, Serialize};

/// Why a sample or a series was left out, or let in with a remark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// Its tick was already closed.
    Late,
    /// Too far ahead of the clock.
    Future,
    /// Too many samples or ticks are waiting.
    Waiting,
    /// Of a series that was not announced.
    Unannounced,
    /// Of a series that was removed before its tick closed.
    Removed,
    /// Another sample of the same series and instant was greater.
    Duplicate,
    /// Another live series has the same labels as far as the metric declares them.
    Conflict,
    /// A series whose label has a value that the metric does not allow.
    Label,
    /// A series too many: of its number, or of its label set.
    Limit,
    /// A value that is NaN (kept as missing).
    NotANumber,
}

impl Refusal {
    /// All, in the order of their counters.
    pub const ALL: [Self; 10] = [
        Self::Late,
        Self::Future,
        Self::Waiting,
        Self::Unannounced,
        Self::Removed,
        Self::Duplicate,
        Self::Conflict,
        Self::Label,
        Self::Limit,
        Self::NotANumber,
    ];

    /// Its name as a label value of our own metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Future => "future",
            Self::Waiting => "waiting",
            Self::Unannounced => "unannounced",
            Self::Removed => "removed",
            Self::Duplicate => "duplicate",
            Self::Conflict => "conflict",
            Self::Label => "label",
            Self::Limit => "limit",
            Self::NotANumber => "not_a_number",
        }
    }
}

/// Counters by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Refusals([u64; Refusal::ALL.len()]);

impl Refusals {
    /// How often.
    #[must_use]
    pub fn get(&self, reason: Refusal) -> u64 {
        self.0.get(reason as usize).copied().unwrap_or_default()
    }

    /// Each reason with its count, in a fixed order, those of 0 too.
    pub fn iter(&self) -> impl Iterator<Item = (Refusal, u64)> + '_ {
        Refusal::ALL.into_iter().map(|reason| (reason, self.get(reason)))
    }

    pub(crate) fn add(&mut self, reason: Refusal, cases: u64) {
        if let Some(count) = self.0.get_mut(reason as usize) {
            *count = count.saturating_add(cases);
        }
    }
}

/// Counters of one source.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SourceStatistics {
    /// Its number.
    pub source: SourceId,
    /// Its name.
    pub name: String,
    /// Whether it has not ended.
    pub is_live: bool,
    /// The samples that came from it.
    pub samples: u64,
    /// What was left out of it, by reason.
    pub refusals: Refusals,
}

/// The memory of evaluation, in bytes, by what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bytes {
    /// Texts of labels, keys of rows, series, the maps between label sets.
    pub identity: u64,
    /// Columns of numbers and of conditions, and what inputs keep of their last samples.
    pub columns: u64,
    /// Windows.
    pub windows: u64,
    /// The clocks of `for`, delays of conditions, latches and states of alerts.
    pub clocks: u64,
    /// Samples that wait for their tick.
    pub waiting: u64,
}

/// The counters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Statistics {
    /// Samples that came in.
    pub samples: u64,
    /// Ticks closed one by one.
    pub ticks: u64,
    /// Ticks passed over because nothing could change in them.
    pub ticks_skipped: u64,
    /// Series announced and not removed.
    pub series: u64,
    /// Rows over all label sets.
    pub rows: u64,
    /// Rows that are missing at the last tick because several live series claim them.
    pub conflicts: u64,
    /// Evaluations of a kernel for a row.
    pub evaluations: u64,
    /// Decisions taken.
    pub transitions: u64,
    /// Samples that wait for their tick.
    pub waiting_samples: u64,
    /// By source, in the order of their numbers.
    pub sources: Vec<SourceStatistics>,
}
