//! Inputs on their way to the ticks: sources, series that appear and are removed, samples that are put where they wait.

use crate::engine::Engine;
use crate::series::Series;
use crate::statistics::Refusal;
use crate::waiting::{Sample, Touch};
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
        let domain = planned.domain.index();
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
        let feed = self.table.feed(series, input, row);
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
            lane,
            tick_ms: self.plan.tick_ms,
            closed: self.closed_through(),
            ahead_ms: self.watermark.now_ms().map(|now| now.saturating_add(self.options.ahead_ms_max)),
            latest_ms: i64::MIN,
            touch: None,
            refused: [0; Refusal::ALL.len()],
        };
        let mut samples = 0;
        for ((series, instant), value) in series.iter().zip(instants).zip(values) {
            self.take_sample(&mut intake, *series, instant.saturating_add(ago_ms), *value);
            samples += 1;
        }
        if lane.0 == 0 {
            self.watermark.saw(source as usize, intake.latest_ms);
        }
        self.statistics.samples += samples;
        self.statistics.waiting_samples = self.waiting.held() as u64;
        if let Some(statistics) = self.source(source) {
            statistics.samples += samples;
        }
        for (reason, cases) in Refusal::ALL.into_iter().zip(intake.refused) {
            self.refuse(source, reason, cases);
        }
    }

    #[inline]
    fn take_sample(&mut self, intake: &mut Intake, series: u32, instant_ms: i64, value: f64) {
        let Some(&Series { target, first_feed, .. }) = self.table.get(series) else {
            return intake.refuse(Refusal::Unannounced);
        };
        if intake.ahead_ms.is_some_and(|limit| instant_ms > limit) {
            return intake.refuse(Refusal::Future);
        }
        intake.latest_ms = intake.latest_ms.max(instant_ms);
        let tick = tick_of(instant_ms, intake.tick_ms);
        if intake.closed.is_some_and(|closed| tick <= closed) {
            return intake.refuse(Refusal::Late);
        }
        let has_room = self.waiting.held() < self.options.waiting_samples_max;
        let slot = if has_room { self.waiting.slot(tick, self.options.waiting_ticks_max) } else { None };
        let Some(slot) = slot else {
            return intake.refuse(Refusal::Waiting);
        };
        let mut added = 0;
        let mut next = first_feed;
        while let Some(feed) = self.table.feeds.get(next as usize) {
            if self
                .readings
                .get(feed.input as usize)
                .is_some_and(|reading| reading.lane == intake.lane.index())
            {
                slot.samples.push(Sample { instant_ms, value, feed: next });
                added += 1;
            }
            next = feed.next;
        }
        let touch = Touch { lane: intake.lane.0, target, instant_ms };
        if intake.touch != Some(touch) {
            intake.touch = Some(touch);
            slot.touches.push(touch);
            added += 1;
        }
        self.waiting.add(added);
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
    lane: LaneId,
    tick_ms: i64,
    closed: Option<i64>,
    ahead_ms: Option<i64>,
    latest_ms: i64,
    /// The last sign that was noted.
    touch: Option<Touch>,
    refused: [u64; Refusal::ALL.len()],
}

impl Intake {
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
