//! Dry runs: what policies would have decided over a recording, by the engine that runs live.

mod summary;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use nvp_engine::{PlanError, Refusal};
use nvp_formats::{Batch, Dropped};
use nvp_history::{Outlier, Recording};
use nvp_plan::ids::AlertId;

use crate::alert_rows::{AlertRow, alert_rows};
use crate::decision::{Decision, State};
use crate::feed::Feed;
use crate::generation::Generation;
pub use summary::{RowSummary, Summary};

/// The one source of a dry run.
const SOURCE: u32 = 0;
/// In a hole of the recording ticks are closed one by one up to this many; by then nothing is left that could change, and the rest
/// is passed over at once.
const HOLE_TICKS_MAX: i64 = 100_000;

/// What a dry run did, decisions apart.
#[derive(Debug, Clone)]
pub struct Report {
    /// The first and last instant of the recording, in ms since the Unix epoch.
    pub span_ms: (i64, i64),
    /// Ticks closed.
    pub ticks: u64,
    /// Series of the recording, whether read or not.
    pub series: u64,
    /// Samples fed.
    pub samples: u64,
    /// Decisions taken.
    pub decisions: u64,
    /// The rows of alerts that changed state, by alert, then labels.
    pub rows: Vec<RowSummary>,
    /// How many alerts there are.
    pub alerts: usize,
    /// What reading the recording left out.
    pub dropped: Dropped,
    /// Clocks far from the others', left out.
    pub outliers: Vec<Outlier>,
    /// What the engine left out, by reason; reasons that were not met are not there.
    pub refused: Vec<(Refusal, u64)>,
    /// Samples of the past that were not kept for `ago`, for want of room.
    pub lane_samples_dropped: u64,
}

/// Runs a generation over a recording. Decisions are told in order of time; `progress` is told the samples fed so far.
///
/// # Errors
/// A plan that does not fit together.
pub fn dry_run(
    generation: &Generation,
    recording: &Recording,
    progress: &mut dyn FnMut(u64),
    tell: &mut dyn FnMut(Decision),
) -> Result<Report, PlanError> {
    let mut summary = Summary::default();
    let mut add = |decision: Decision| {
        summary.add(&decision);
        tell(decision);
    };
    let mut run = Run::new(generation, recording)?;
    run.through(i64::MAX, progress, &mut add);
    let refused = run.refused();
    Ok(Report {
        span_ms: recording.span_ms(),
        ticks: run.feed.ticks(),
        series: recording.table().len() as u64,
        samples: run.samples,
        decisions: summary.decisions(),
        rows: summary.finish(run.last_tick_ms),
        alerts: generation.plan.alerts.len(),
        dropped: recording.dropped().clone(),
        outliers: recording.outliers().to_vec(),
        refused,
        lane_samples_dropped: run.feed.lane_samples_dropped(),
    })
}

/// Why an alert was what it was.
#[derive(Debug, Clone)]
pub struct AlertAt {
    /// The tick, in ms since the Unix epoch: the last at or before the instant asked about.
    pub tick_ms: i64,
    /// The rows it had.
    pub rows: Vec<AlertRow>,
    /// How many rows there were besides, left out.
    pub rows_left_out: usize,
    /// For each row's labels the last decision about it, if there was one.
    pub last: BTreeMap<BTreeMap<String, String>, Decision>,
}

/// Which rows are asked about.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The alert.
    pub alert: AlertId,
    /// Labels that rows must have; others may have any value.
    pub pinned: &'a BTreeMap<String, String>,
    /// The most rows wanted; those at the highest levels come first.
    pub rows_max: usize,
}

/// Runs up to an instant and looks at an alert's rows; `None` when the recording begins later.
///
/// # Errors
/// A plan that does not fit together.
pub fn alert_at(
    generation: &Generation,
    recording: &Recording,
    wanted: &Wanted<'_>,
    at_ms: i64,
) -> Result<Option<AlertAt>, PlanError> {
    let planned = generation.plan.alerts.get(wanted.alert.index());
    let mut last = BTreeMap::new();
    let mut run = Run::new(generation, recording)?;
    run.through(at_ms, &mut |_| {}, &mut |decision| {
        if planned.is_some_and(|alert| alert.name == decision.name) {
            last.insert(decision.labels.clone(), decision);
        }
    });
    let engine = run.feed.engine();
    let Some(tick_ms) = engine.last_tick() else { return Ok(None) };
    let mut rows = alert_rows(engine, &generation.plan, wanted.alert, wanted.pinned, usize::MAX);
    let place =
        |level: &str| planned.and_then(|alert| alert.levels.iter().position(|other| other.name == level));
    rows.sort_by_key(|row| match &row.state {
        State::Level(level) => Reverse(place(level).map_or(0, |place| place + 3)),
        State::Pending => Reverse(2),
        State::Forgotten => Reverse(1),
        State::Ok => Reverse(0),
    });
    let rows_left_out = rows.len().saturating_sub(wanted.rows_max);
    rows.truncate(wanted.rows_max);
    Ok(Some(AlertAt { tick_ms, rows, rows_left_out, last }))
}

struct Run<'a> {
    recording: &'a Recording,
    feed: Feed,
    tick_ms: i64,
    last_tick_ms: i64,
    samples: u64,
}

impl<'a> Run<'a> {
    fn new(generation: &Generation, recording: &'a Recording) -> Result<Self, PlanError> {
        let mut feed = Feed::new(&generation.plan, &generation.program)?;
        feed.open(SOURCE, "recording", 0, &mut |_| {});
        let first_ms = recording.span_ms().0;
        Ok(Self {
            recording,
            feed,
            tick_ms: generation.plan.tick_ms.max(1),
            last_tick_ms: first_ms,
            samples: 0,
        })
    }

    /// Closes the ticks from the first sample's to the last sample's, or to the last at or before `until_ms`.
    fn through(&mut self, until_ms: i64, progress: &mut dyn FnMut(u64), tell: &mut dyn FnMut(Decision)) {
        let (first_ms, last_ms) = self.recording.span_ms();
        let mut cursor = self.recording.in_time_order();
        let mut batch = Batch::default();
        let last_tick_ms = self.tick_of(last_ms).min(until_ms);
        let mut tick_ms = self.tick_of(first_ms);
        let mut silent_ticks = 0;
        while tick_ms <= last_tick_ms {
            batch.clear();
            self.samples += cursor.fill_until(tick_ms, &mut batch) as u64;
            silent_ticks += 1;
            if !batch.is_empty() {
                self.feed.samples(SOURCE, self.recording.table(), &batch, tell);
                progress(self.samples);
                silent_ticks = 0;
            }
            self.feed.close(SOURCE, tick_ms, tell);
            self.last_tick_ms = tick_ms;
            let next_ms = tick_ms.saturating_add(self.tick_ms);
            let sample_ms = cursor.next_ms().map_or(next_ms, |sample_ms| self.tick_of(sample_ms));
            if silent_ticks > HOLE_TICKS_MAX && sample_ms > next_ms {
                self.feed.close(SOURCE, (sample_ms - self.tick_ms).min(last_tick_ms), tell);
                tick_ms = sample_ms;
            } else {
                tick_ms = next_ms;
            }
        }
    }

    fn tick_of(&self, instant_ms: i64) -> i64 {
        instant_ms.saturating_add(self.tick_ms - 1).div_euclid(self.tick_ms).saturating_mul(self.tick_ms)
    }

    fn refused(&self) -> Vec<(Refusal, u64)> {
        let sources = &self.feed.engine().statistics().sources;
        let count = |reason| sources.iter().map(|source| source.refusals.get(reason)).sum::<u64>();
        Refusal::ALL
            .into_iter()
            .map(|reason| (reason, count(reason)))
            .filter(|(_, count)| *count > 0)
            .collect()
    }
}

#[cfg(test)]
mod tests;
