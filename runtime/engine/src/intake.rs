//! Inputs on their way to the ticks: sources, series that appear and are removed, samples that are put where they wait.

use crate::engine::Engine;
use crate::intern::Symbol;
use crate::options::Options;
use crate::series::{Series, SeriesTable};
use crate::statistics::Refusal;
use crate::waiting::{Sample, Slot, Touch, Waiting};
use crate::wire;
use nvp_plan::ids::LaneId;

impl Engine {
    pub(crate) fn open_source(&mut self, source: u32, name: &str, waits_ms: i64) {
        if let Some(statistics) = self.source(source) {
            statistics.name = name.to_owned();
            statistics.is_live = true;
            self.watermark.open(source as usize, waits_ms);
        }
    }

    pub(crate) fn end_source(&mut self, source: u32) {
        self.watermark.end(source as usize);
        if let Some(statistics) = self.source(source) {
            statistics.is_live = false;
        }
    }

    pub(crate) fn appear(&mut self, source: u32, series: u32, name: &str, labels: &[(&str, &str)]) {
        if self.table.get(series).is_some() {
            return;
        }
        if series >= self.options.series_max {
            self.refuse(source, Refusal::Limit, 1);
            return;
        }
        let target = self.targets.acquire(source, labels);
        self.table.announce(series, source, target);
        for at in 0..self.wire.inputs_of(name).len() {
            let Some(&input) = self.wire.inputs_of(name).get(at) else { continue };
            if self.wire.accepts(input, labels) {
                self.feed(source, series, input, labels);
            }
        }
        self.statistics.series = self.table.live;
        self.statistics.rows = self.identity.rows.iter().map(|rows| rows.used() as u64).sum();
    }

    fn feed(&mut self, source: u32, series: u32, input: u32, labels: &[(&str, &str)]) {
        let Some(planned) = self.plan.inputs.get(input as usize) else { return };
        let (domain, lane) = (planned.domain.index(), planned.lane.0);
        let Some(key) = wire::key(planned, labels, &mut self.identity.interner) else {
            self.refuse(source, Refusal::Label, 1);
            return;
        };
        let row = self.identity.hold_row(domain, &key);
        for symbol in key {
            self.identity.interner.release(symbol);
        }
        let Some(row) = row else {
            self.refuse(source, Refusal::Limit, 1);
            return;
        };
        let feed = self.table.feed(series, input, row, lane);
        if let Some(reading) = self.readings.get_mut(input as usize) {
            reading.add_feed(row, feed, &mut self.table);
        }
    }

    pub(crate) fn remove(&mut self, series: u32) {
        let Some(&Series { first_feed, .. }) = self.table.get(series) else { return };
        let feeds = self.table.feeds_of(first_feed).map(|(place, feed)| (feed.input, feed.row, place));
        self.turnover.removals.extend(feeds);
        // What is carried out by the next tick may still name the feeds.
        let waiting =
            self.waiting.last_tick().into_iter().chain(self.time.last.map(|last| last.saturating_add(1)));
        self.table.remove(series, waiting.max().unwrap_or(i64::MIN));
        self.statistics.series = self.table.live;
    }

    pub(crate) fn take_samples(
        &mut self,
        source: u32,
        lane: LaneId,
        series: &[u32],
        instants: &[i64],
        values: &[f64],
    ) {
        let Some(ago_ms) = self.plan.lanes.get(lane.index()).map(|lane| lane.ago_ms) else { return };
        let mut intake = Intake {
            lane: lane.0,
            ago_ms,
            tick_ms: self.plan.tick_ms,
            closed: self.closed_through(),
            ahead_ms: self
                .watermark
                .now_ms()
                .map_or(i64::MAX, |now| now.saturating_add(self.options.ahead_ms_max)),
            latest_ms: i64::MIN,
            touch: None,
            held: self.waiting.held(),
            options: self.options,
            refused: [0; Refusal::ALL.len()],
        };
        let samples = series.iter().zip(instants).zip(values);
        let samples = samples.map(|((series, instant_ms), value)| (*series, *instant_ms, *value));
        let count = samples.len() as u64;
        intake.take(&self.table, &mut self.waiting, samples);
        self.waiting.hold(intake.held);
        if lane.0 == 0 {
            self.watermark.saw(source as usize, intake.latest_ms);
        }
        self.statistics.samples += count;
        self.statistics.waiting_samples = self.waiting.held() as u64;
        if let Some(statistics) = self.source(source) {
            statistics.samples += count;
        }
        for (reason, cases) in Refusal::ALL.into_iter().zip(intake.refused) {
            self.refuse(source, reason, cases);
        }
    }

    /// The last tick for which samples come too late.
    fn closed_through(&self) -> Option<i64> {
        self.time.last.max(self.due_tick())
    }

    fn refuse(&mut self, source: u32, reason: Refusal, cases: u64) {
        if cases > 0
            && let Some(statistics) = self.source(source)
        {
            statistics.refusals.add(reason, cases);
        }
    }
}

/// What one batch of samples has in common.
struct Intake {
    lane: u32,
    ago_ms: i64,
    tick_ms: i64,
    closed: Option<i64>,
    ahead_ms: i64,
    latest_ms: i64,
    /// The last sign that was noted.
    touch: Option<Touch>,
    /// How much waits.
    held: usize,
    options: Options,
    refused: [u64; Refusal::ALL.len()],
}

impl Intake {
    /// Puts samples where they wait.
    fn take(
        &mut self,
        table: &SeriesTable,
        waiting: &mut Waiting,
        samples: impl Iterator<Item = (u32, i64, f64)>,
    ) {
        // Most samples are of the tick of the one before: those after `from_ms` and up to `to_ms`.
        let (mut from_ms, mut to_ms) = (i64::MAX, i64::MIN);
        let mut slot = Err(Refusal::Late);
        for (series, instant_ms, value) in samples {
            let instant_ms = instant_ms.saturating_add(self.ago_ms);
            let Some(&Series { target, first_feed, .. }) = table.get(series) else {
                self.refuse(Refusal::Unannounced);
                continue;
            };
            if instant_ms > self.ahead_ms {
                self.refuse(Refusal::Future);
                continue;
            }
            self.latest_ms = self.latest_ms.max(instant_ms);
            if instant_ms <= from_ms || instant_ms > to_ms {
                let tick = tick_of(instant_ms, self.tick_ms);
                to_ms = tick.saturating_mul(self.tick_ms);
                from_ms = to_ms.saturating_sub(self.tick_ms);
                slot = if self.closed.is_some_and(|closed| tick <= closed) {
                    Err(Refusal::Late)
                } else {
                    waiting.slot(tick, self.options.waiting_ticks_max).ok_or(Refusal::Waiting)
                };
            }
            let has_room = self.held < self.options.waiting_samples_max;
            match &mut slot {
                Ok(slot) if has_room => {
                    self.put(table, slot, Sample { instant_ms, value, feed: first_feed }, target)
                }
                Ok(_) => self.refuse(Refusal::Waiting),
                Err(reason) => {
                    let reason = *reason;
                    self.refuse(reason);
                }
            }
        }
    }

    /// Puts a sample into its slot, once for each feed of its series.
    #[inline]
    fn put(&mut self, table: &SeriesTable, slot: &mut Slot, mut sample: Sample, target: Symbol) {
        while let Some(feed) = table.feeds.get(sample.feed as usize) {
            if feed.lane == self.lane {
                slot.samples.push(sample);
                self.held += 1;
            }
            sample.feed = feed.next;
        }
        let touch = Touch { lane: self.lane, target, instant_ms: sample.instant_ms };
        if self.touch != Some(touch) {
            self.touch = Some(touch);
            slot.touches.push(touch);
            self.held += 1;
        }
    }

    fn refuse(&mut self, reason: Refusal) {
        if let Some(count) = self.refused.get_mut(reason as usize) {
            *count += 1;
        }
    }
}

/// The tick that takes a sample of this instant: the first at or after it.
fn tick_of(instant_ms: i64, tick_ms: i64) -> i64 {
    instant_ms.div_euclid(tick_ms).saturating_add(i64::from(instant_ms.rem_euclid(tick_ms) != 0))
}
