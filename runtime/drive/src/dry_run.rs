//! Dry runs: what policies would have decided over a recording, by the engine that runs live.

mod answered;
mod summary;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use nvp_engine::{PlanError, Refusal};
use nvp_formats::{Batch, Dropped};
use nvp_history::{Outlier, Recording};
use nvp_plan::ids::AlertId;
use nvp_respond::effect::Call;
use nvp_respond::input::Outcome;
use nvp_respond::responder::Options;

use crate::alert_rows::{AlertRow, alert_rows};
use crate::decision::{Decision, State};
use crate::feed::Feed;
use crate::generation::Generation;
use crate::observe::alert_change;
use crate::rehearsal::{Happened, Pretend, Rehearsal, everybody};
use crate::timeline;
pub use answered::{Answered, IncidentSummary, PlaybookSummary};
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
    /// Who would have been called, and what would have been done.
    pub answered: Answered,
}

/// What a dry run tells, in order of time.
#[derive(Debug, Clone)]
pub enum Told {
    /// A decision about an alert's row.
    Decision(Box<Decision>),
    /// What the response would have done.
    Happened(Happened),
}

impl Told {
    /// It as a line of the decision log, without its line break.
    #[must_use]
    pub fn json(&self) -> String {
        match self {
            Self::Decision(decision) => decision.json(),
            Self::Happened(happened) => timeline::object(happened).to_string(),
        }
    }
}

/// Hands that do nothing and see nothing.
#[derive(Debug)]
struct NoHands;

impl Pretend for NoHands {
    fn answer(&mut self, call: &Call, _: i64) -> Option<(i64, Outcome)> {
        let why = format!("a dry run does not call `{}.{}`", call.provider, call.operation);
        Some((0, Outcome::Failed(why)))
    }
}

/// Runs a generation over a recording. Decisions are told in order of time; `progress` is told the samples fed so far.
///
/// # Errors
/// A plan that does not fit together.
pub fn dry_run(
    generation: &Generation,
    recording: &Recording,
    progress: &mut dyn FnMut(u64),
    tell: &mut dyn FnMut(Told),
) -> Result<Report, PlanError> {
    let mut summary = Summary::default();
    let mut answered = Answered::default();
    let mut add = |told: Told| {
        match &told {
            Told::Decision(decision) => summary.add(decision),
            Told::Happened(happened) => answered.add(happened),
        }
        tell(told);
    };
    let mut run = Run::new(generation, recording)?.answering(generation);
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
        answered,
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
    run.through(at_ms, &mut |_| {}, &mut |told| {
        let Told::Decision(decision) = told else { return };
        if planned.is_some_and(|alert| alert.name == decision.name) {
            last.insert(decision.labels.clone(), *decision);
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
    rehearsal: Option<Rehearsal<NoHands>>,
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
            rehearsal: None,
        })
    }

    /// With what would answer the alerts, where they say that anything does.
    fn answering(mut self, generation: &Generation) -> Self {
        let plan = Arc::clone(&generation.response);
        if plan.reactions.is_empty() {
            return self;
        }
        let roster = everybody(&plan);
        self.rehearsal = Some(Rehearsal::new(plan, Options { only_observes: true }, &roster, NoHands));
        self
    }

    /// Closes what is due up to a tick, and tells what was decided and what would have been done.
    fn close(&mut self, tick_ms: i64, batch: Option<&Batch>, tell: &mut dyn FnMut(Told)) {
        if let Some(rehearsal) = &mut self.rehearsal {
            rehearsal.advance_to(self.feed.engine(), tick_ms);
            rehearsal.take_happened().into_iter().for_each(|happened| tell(Told::Happened(happened)));
        }
        let mut decisions = Vec::new();
        let mut note = |decision: Decision| decisions.push(decision);
        if let Some(batch) = batch {
            self.feed.samples(SOURCE, self.recording.table(), batch, &mut note);
        }
        self.feed.close(SOURCE, tick_ms, &mut note);
        let changes = self.rehearsal.as_ref().map(|rehearsal| {
            let severities = &rehearsal.responder().plan().severities;
            decisions.iter().filter_map(|decision| alert_change(decision, severities)).collect::<Vec<_>>()
        });
        decisions.into_iter().for_each(|decision| tell(Told::Decision(Box::new(decision))));
        if let (Some(rehearsal), Some(changes)) = (&mut self.rehearsal, changes) {
            rehearsal.ticked(self.feed.engine(), tick_ms, &changes);
            rehearsal.take_happened().into_iter().for_each(|happened| tell(Told::Happened(happened)));
        }
    }

    /// Closes the ticks from the first sample's to the last sample's, or to the last at or before `until_ms`.
    fn through(&mut self, until_ms: i64, progress: &mut dyn FnMut(u64), tell: &mut dyn FnMut(Told)) {
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
                progress(self.samples);
                silent_ticks = 0;
            }
            self.close(tick_ms, (!batch.is_empty()).then_some(&batch), tell);
            self.last_tick_ms = tick_ms;
            let next_ms = tick_ms.saturating_add(self.tick_ms);
            let sample_ms = cursor.next_ms().map_or(next_ms, |sample_ms| self.tick_of(sample_ms));
            if silent_ticks > HOLE_TICKS_MAX && sample_ms > next_ms {
                self.close((sample_ms - self.tick_ms).min(last_tick_ms), None, tell);
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
