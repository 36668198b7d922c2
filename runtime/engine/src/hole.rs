//! Holes in time: many ticks due at once in which nothing comes.
//!
//! Ticks are carried out one by one until nothing has changed for so long that every window has gone through all it can show. From then on
//! every tick is like the one before until something happens by itself: a value goes stale, a row is forgotten, a clock is
//! served, a flapping row is let go, something has warmed up. All ticks before the next such event are passed over at once. Where a
//! condition depends on what time it is, nothing is passed over.

use crate::bits::{Bitmap, Truth};
use crate::engine::Engine;
use crate::lag::Delay;
use crate::snapshot::SnapshotError;
use crate::snapshot::kept::{Kept, Reader, Writer};
use crate::steps::has_number;
use crate::window::WindowState;
use crate::window::read::Moment;
use nvp_plan::Plan;
use nvp_plan::step::Step;
use nvp_plan::window::WindowSource;

/// How still it has been.
#[derive(Debug)]
pub(crate) struct Hole {
    /// For how many ticks there must have been no change.
    span: i64,
    still: i64,
    values: Vec<Vec<f64>>,
    conditions: Vec<Truth>,
    has_snapshot: bool,
    /// Whether there may be a hole worth finding.
    is_worth_it: bool,
    clocks: ClockReaders,
    /// The ticks until which something warms up.
    warm_ticks: Vec<u64>,
}

impl Kept for Hole {
    fn write(&self, to: &mut Writer) -> Result<(), SnapshotError> {
        to.value(&(self.still, self.is_worth_it, self.has_snapshot))?;
        if self.has_snapshot { to.value(&(&self.values, &self.conditions)) } else { Ok(()) }
    }

    fn read(&mut self, from: &mut Reader<'_>) -> Result<(), SnapshotError> {
        (self.still, self.is_worth_it, self.has_snapshot) = from.value()?;
        if self.has_snapshot {
            (self.values, self.conditions) = from.value()?;
        }
        Ok(())
    }
}

impl Hole {
    pub(crate) fn new(plan: &Plan, windows: &[WindowState], lags: &[Delay]) -> Self {
        let spans = windows.iter().map(WindowState::span);
        let lags = lags.iter().map(|lag| i64::try_from(lag.ticks()).unwrap_or(i64::MAX));
        let mut warm_ticks: Vec<u64> =
            plan.windows.iter().map(|window| u64::from(window.warm_ticks)).collect();
        warm_ticks.sort_unstable();
        warm_ticks.dedup();
        Self {
            span: spans.chain(lags).max().unwrap_or_default().saturating_add(2),
            still: 0,
            values: Vec::new(),
            conditions: Vec::new(),
            has_snapshot: false,
            is_worth_it: false,
            clocks: ClockReaders::new(plan),
            warm_ticks,
        }
    }

    /// Something came, went or changed.
    pub(crate) fn disturb(&mut self) {
        self.still = 0;
    }

    /// Whether this tick's columns will be compared with those of the tick before.
    pub(crate) fn is_worth_it(&self) -> bool {
        self.is_worth_it
    }
}

impl Engine {
    /// How many ticks from `next` on can be passed over, the tick after them being at most `due`. What they would have done to windows is done.
    pub(crate) fn pass_over(&mut self, next: i64, due: i64) -> i64 {
        if self.hole.still < self.hole.span || !self.turnover.removals.is_empty() {
            return 0;
        }
        let to = self.next_event(next).min(due);
        let skipped = to.saturating_sub(next);
        if skipped <= 0 {
            return 0;
        }
        self.hole.still = self.hole.still.saturating_add(skipped);
        self.wind_on(to);
        skipped
    }

    /// The first tick from `next` on at which something may happen though no sample comes.
    fn next_event(&self, next: i64) -> i64 {
        let first = self.time.first.unwrap_or(next);
        let since_first = |tick: u32| match tick {
            u32::MAX => i64::MAX,
            tick => first.saturating_add(i64::from(tick)).saturating_sub(1),
        };
        let waiting = self.waiting.first_tick().into_iter();
        let holds = self.holds.iter().map(|hold| since_first(hold.next_due()));
        let alerts = self.alerts.iter().map(|alert| since_first(alert.next_due()));
        let rows = self.turnover.lingering.front().map(|row| since_first(row.due));
        let readings = self
            .readings
            .iter()
            .map(|reading| reading.quiet_through_ms().div_euclid(self.plan.tick_ms).saturating_add(1));
        let warm = self.hole.warm_ticks.iter().filter(|ticks| **ticks > self.time.closed).map(|ticks| {
            let more = i64::try_from(ticks - self.time.closed).unwrap_or(i64::MAX);
            next.saturating_add(more).saturating_sub(1)
        });
        waiting.chain(holds).chain(alerts).chain(rows).chain(readings).chain(warm).min().unwrap_or(i64::MAX)
    }

    /// Brings the windows to the tick before `to`, as if all ticks until there had been like the last one.
    fn wind_on(&mut self, to: i64) {
        for (window, planned) in self.windows.iter_mut().zip(&self.plan.windows) {
            window.clear();
            let alive = self.membership.alive(planned.domain.index());
            let is_empty = match planned.of {
                WindowSource::Input(_) => true,
                WindowSource::Column(column) => !has_number(alive, self.columns.value(column)),
                WindowSource::Condition(_, rows) => self.membership.set(rows).ones().next().is_none(),
            };
            if is_empty {
                continue;
            }
            for tick in to.saturating_sub(window.span())..to {
                let at_ms = tick.saturating_mul(self.plan.tick_ms);
                window.begin(tick);
                match planned.of {
                    WindowSource::Input(_) => {}
                    WindowSource::Column(column) => {
                        window.push_column(alive, at_ms, self.columns.value(column))
                    }
                    WindowSource::Condition(condition, rows) => {
                        window.push_condition(
                            self.membership.set(rows),
                            at_ms,
                            self.columns.condition(condition),
                        );
                    }
                }
                let moment = Moment { at_ms, tick_ms: self.plan.tick_ms, is_warming: true };
                window.read(moment, alive, &mut [], &mut [], &mut self.scratch.windows);
            }
        }
    }

    /// Looks, when the samples of a tick are read, whether there may be a hole worth finding.
    pub(crate) fn look_for_hole(&mut self, tick: i64, due: i64) {
        let until = self.waiting.first_tick().unwrap_or(i64::MAX).min(due);
        let hole = &mut self.hole;
        hole.is_worth_it = hole.still > 0 || until.saturating_sub(tick) > hole.span.saturating_mul(2);
    }

    /// Notes at the end of a tick whether it was like the one before. Looks only where there is a hole worth it.
    pub(crate) fn note_stillness(&mut self, transitions: u32) {
        let is_quiet = transitions == 0 && self.readings.iter().all(|reading| reading.is_quiet());
        if !is_quiet || !self.hole.is_worth_it {
            self.hole.still = 0;
            self.hole.has_snapshot = false;
            return;
        }
        let is_like_before = self.hole.has_snapshot && self.is_like_snapshot() && !self.knows_the_time();
        self.hole.still = if is_like_before { self.hole.still.saturating_add(1) } else { 0 };
        if !is_like_before {
            self.hole.values.clone_from(&self.columns.values);
            self.hole.conditions.clone_from(&self.columns.conditions);
            self.hole.has_snapshot = true;
        }
    }

    fn is_like_snapshot(&self) -> bool {
        let same = |a: &[f64], b: &[f64]| {
            a.len() == b.len()
                && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()))
        };
        let columns = self.columns.values.iter().zip(&self.hole.values).zip(&self.hole.clocks.are_clocks);
        columns.into_iter().all(|((now, before), is_clock)| *is_clock || same(now, before))
            && self.columns.conditions == self.hole.conditions
    }

    /// Whether something that is known depends on what time it is.
    fn knows_the_time(&self) -> bool {
        let readers = &self.hole.clocks;
        let values = self.plan.columns.iter().zip(&self.columns.values).zip(&readers.values);
        let mut values =
            values.zip(&readers.are_clocks).filter(|((_, reads), is_clock)| **reads && !**is_clock);
        let conditions = self.plan.conditions.iter().zip(&self.columns.conditions).zip(&readers.conditions);
        let mut conditions = conditions.filter(|(_, reads)| **reads);
        values.any(|(((planned, column), _), _)| {
            has_number(self.membership.alive(planned.domain.index()), column)
        }) || conditions.any(|((planned, column), _)| {
            is_known_somewhere(self.membership.alive(planned.domain.index()), column)
        })
    }
}

fn is_known_somewhere(rows: &Bitmap, condition: &Truth) -> bool {
    let words = rows.0.iter().zip(&condition.is_true).zip(&condition.is_false);
    words.into_iter().any(|((rows, is_true), is_false)| rows & (is_true | is_false) != 0)
}

/// Which columns are the time, and which depend on it.
#[derive(Debug)]
struct ClockReaders {
    /// The time itself, at most spread over the rows of a label set.
    are_clocks: Vec<bool>,
    values: Vec<bool>,
    conditions: Vec<bool>,
}

impl ClockReaders {
    fn new(plan: &Plan) -> Self {
        let mut readers = Self {
            are_clocks: vec![false; plan.columns.len()],
            values: vec![false; plan.columns.len()],
            conditions: vec![false; plan.conditions.len()],
        };
        for step in &plan.steps {
            readers.note(plan, step);
        }
        readers
    }

    fn note(&mut self, plan: &Plan, step: &Step) {
        let mark = |marks: &mut Vec<bool>, place: usize, reads: bool| {
            if let Some(mark) = marks.get_mut(place) {
                *mark |= reads;
            }
        };
        let has = |marks: &Vec<bool>, place: usize| marks.get(place).copied().unwrap_or_default();
        match step {
            Step::Now(to) => {
                mark(&mut self.are_clocks, to.index(), true);
                mark(&mut self.values, to.index(), true);
            }
            Step::BroadcastValue { of, to, .. }
            | Step::SelectValue { of, to, .. }
            | Step::LendValue { of, to, .. } => {
                let (is_clock, reads) = (has(&self.are_clocks, of.index()), has(&self.values, of.index()));
                mark(&mut self.are_clocks, to.index(), is_clock);
                mark(&mut self.values, to.index(), reads);
            }
            Step::Kernel(step) => {
                let reads = step.values.iter().any(|of| has(&self.values, of.index()))
                    || step.conditions.iter().any(|of| has(&self.conditions, of.index()));
                step.to_values.iter().for_each(|to| mark(&mut self.values, to.index(), reads));
                step.to_conditions.iter().for_each(|to| mark(&mut self.conditions, to.index(), reads));
            }
            Step::GroupValue { of, to, .. }
            | Step::BucketQuantile { of, to, .. }
            | Step::BucketShare { of, to, .. } => {
                let reads = has(&self.values, of.index());
                mark(&mut self.values, to.index(), reads);
            }
            Step::BroadcastCondition { of, to, .. }
            | Step::SelectCondition { of, to, .. }
            | Step::LendCondition { of, to, .. }
            | Step::GroupCondition { of, to, .. }
            | Step::Lag { of, to, .. }
            | Step::Hold { of, to, .. } => {
                let reads = has(&self.conditions, of.index());
                mark(&mut self.conditions, to.index(), reads);
            }
            Step::GroupTruth { of, to, .. } => {
                let reads = has(&self.conditions, of.index());
                mark(&mut self.values, to.index(), reads);
            }
            Step::Window { window, values, conditions } => {
                let reads = match plan.windows.get(window.index()).map(|window| window.of) {
                    Some(WindowSource::Column(of)) => has(&self.values, of.index()),
                    Some(WindowSource::Condition(of, _)) => has(&self.conditions, of.index()),
                    _ => false,
                };
                values.iter().for_each(|(_, to)| mark(&mut self.values, to.index(), reads));
                conditions.iter().for_each(|(_, to)| mark(&mut self.conditions, to.index(), reads));
            }
            Step::Pool { .. } | Step::Alert(_) | Step::AlertState { .. } => {}
        }
    }
}
