//! What a live run says of itself: plain data, published whole after every tick and at least once a second.

mod incidents;

use std::sync::Arc;
use std::time::{Duration, Instant};

use nvp_act::Results;
use tokio::sync::watch;

pub(super) use self::incidents::of as open_incidents;
pub use self::incidents::{INCIDENTS_SHOWN_MAX, IncidentStatus, RunStatus, Standing};
pub use crate::state::Durability;
pub use nvp_act::channels::outbox::LaneStatus;

/// Where the newest [`Status`] is to be had.
pub type StatusBoard = watch::Receiver<Arc<Status>>;

/// A live run at one moment.
#[derive(Debug, Clone)]
pub struct Status {
    /// When this was published, on the monotonic clock: a loop that stands still does not publish.
    pub published: Instant,
    /// The wall clock at that moment, in ms since the Unix epoch.
    pub now_ms: i64,
    /// When the run began, in ms since the Unix epoch.
    pub started_ms: i64,
    /// The number of the policies' generation, from 1.
    pub generation: u64,
    /// Files of policies.
    pub files: u64,
    /// Alerts in them.
    pub alert_rules: u64,
    /// The distance of ticks, in ms.
    pub tick_ms: i64,
    /// Ticks closed.
    pub ticks: u64,
    /// The last tick closed, in ms since the Unix epoch.
    pub last_tick_ms: Option<i64>,
    /// How long after its instant it was closed, in ms.
    pub closed_after_ms: i64,
    /// How long it took to close the ticks that were due.
    pub evaluation: Durations,
    /// Series known.
    pub series: u64,
    /// Rows of all label sets.
    pub rows: u64,
    /// Rows that are missing because several live series claim them.
    pub conflicts: u64,
    /// Samples that lanes of the past (`ago`) could not keep.
    pub lane_samples_dropped: u64,
    /// The engine's memory, in bytes, by what it is for.
    pub state_bytes: Vec<(&'static str, u64)>,
    /// Decisions taken.
    pub decisions: u64,
    /// How many alerts stand at each level, by the level's name, mildest first; `pending` too.
    pub standing: Vec<(String, u64)>,
    /// Batches between the collectors and the engine.
    pub batches: QueueStatus,
    /// Where samples come from.
    pub sources: Vec<SourceStatus>,
    /// Where decisions go.
    pub destinations: Vec<DestinationStatus>,
    /// How the state is kept, where it is.
    pub state: Option<StateStatus>,
    /// How alerts are answered, where they are.
    pub answers: Option<AnswersStatus>,
}

/// How alerts are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswersStatus {
    /// Incidents that are open.
    pub incidents: u64,
    /// The most urgent of them, at most [`INCIDENTS_SHOWN_MAX`].
    pub open: Vec<IncidentStatus>,
    /// Runs of playbooks that have not ended.
    pub actions: u64,
    /// Why nothing new is done outside; `None` when it may be.
    pub halted: Option<String>,
    /// Inputs whose effects are not in the journal yet.
    pub entries_waiting: u64,
    /// Calls of providers under way or waiting.
    pub calls: u64,
    /// The channels, by name.
    pub channels: Vec<LaneStatus>,
}

/// How the state of a run is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateStatus {
    /// Whether a restart would know all up to the last tick.
    pub durability: Durability,
    /// Records written since the log's beginning.
    pub records: u64,
    /// Snapshots written by this run.
    pub snapshots: u64,
    /// How often the folder could not be written.
    pub failures: u64,
}

/// A bounded queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueStatus {
    /// What waits.
    pub waiting: u64,
    /// What may wait.
    pub room: u64,
}

/// One source of samples.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SourceStatus {
    /// Its name for people, one of its own, without secrets.
    pub name: String,
    /// Whether the last collection worked; `None` before the first.
    pub up: Option<bool>,
    /// What is wrong, in words: why it is not up, or what of it could not be read; empty when all is well.
    pub why: String,
    /// Collections that worked.
    pub collected: u64,
    /// Collections that failed.
    pub failed: u64,
    /// Collections left out because the one before had not ended, or nobody took its samples.
    pub skipped: u64,
    /// How long the last collection took, in s.
    pub last_duration_s: f64,
    /// Samples handed to the engine.
    pub samples: u64,
    /// What was left out, by reason; each reason once.
    pub dropped: Vec<(&'static str, u64)>,
}

/// One destination of decisions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DestinationStatus {
    /// Its name for people, one of its own, without secrets.
    pub name: String,
    /// What waits before it.
    pub waiting: u64,
    /// What became of the decisions.
    pub results: Results,
}

/// Upper bounds of the buckets of [`Durations`], in s.
pub const DURATION_BOUNDS_S: [f64; 12] =
    [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];

/// How long something took, counted in buckets.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Durations {
    /// How many were at most as long as each bound; not cumulative.
    pub buckets: [u64; DURATION_BOUNDS_S.len()],
    /// How many there were, longer ones included.
    pub count: u64,
    /// How long all of them took, in s.
    pub sum_s: f64,
}

impl Durations {
    /// Counts one.
    pub fn note(&mut self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        let bucket = DURATION_BOUNDS_S.iter().position(|bound| seconds <= *bound);
        if let Some(count) = bucket.and_then(|place| self.buckets.get_mut(place)) {
            *count = count.saturating_add(1);
        }
        self.count = self.count.saturating_add(1);
        self.sum_s += seconds;
    }
}

impl Status {
    /// How late decisions are at `now_ms`: how long after its instant the last tick was closed, or for how long the next one
    /// has been overdue. In ms; `None` before the first tick.
    #[must_use]
    pub fn lag_ms(&self, now_ms: i64) -> Option<i64> {
        let next_ms = self.last_tick_ms?.saturating_add(self.tick_ms);
        Some(now_ms.saturating_sub(next_ms).max(self.closed_after_ms).max(0))
    }

    /// Sources whose last collection worked, and all of them.
    #[must_use]
    pub fn sources_up(&self) -> (usize, usize) {
        (self.sources.iter().filter(|source| source.up == Some(true)).count(), self.sources.len())
    }
}

impl Default for Status {
    fn default() -> Self {
        Self {
            published: Instant::now(),
            now_ms: 0,
            started_ms: 0,
            generation: 1,
            files: 0,
            alert_rules: 0,
            tick_ms: 1_000,
            ticks: 0,
            last_tick_ms: None,
            closed_after_ms: 0,
            evaluation: Durations::default(),
            series: 0,
            rows: 0,
            conflicts: 0,
            lane_samples_dropped: 0,
            state_bytes: Vec::new(),
            decisions: 0,
            standing: Vec::new(),
            batches: QueueStatus::default(),
            sources: Vec::new(),
            destinations: Vec::new(),
            state: None,
            answers: None,
        }
    }
}

#[cfg(test)]
mod tests;
