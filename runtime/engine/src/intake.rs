//! Inputs on their way to the ticks: sources, series that appear and are removed, samples that are put where they wait.

use crate::engine::Engine;
use crate::intern::Symbol;
use crate::options::Options;
use crate::rows::NONE;
use crate::series::{Series, SeriesTable};
use crate::statistics::Refusal;
use crate::waiting::{Slot, Touch, Waiting};
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
        let count = series.len().min(instants.len()).min(values.len());
        let batch = Batch {
            series: series.get(..count).unwrap_or_default(),
            instants: instants.get(..count).unwrap_or_default(),
            values: values.get(..count).unwrap_or_default(),
        };
        intake.take(&self.table, &mut self.waiting, batch);
        let count = count as u64;
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

/// Samples in columns of one length.
#[derive(Debug, Clone, Copy)]
struct Batch<'a> {
    series: &'a [u32],
    instants: &'a [i64],
    values: &'a [f64],
}

impl<'a> Batch<'a> {
    /// Takes the first sample off.
    fn split_first(self) -> Option<((u32, i64, f64), Self)> {
        let (series, more_series) = self.series.split_first()?;
        let (instant_ms, instants) = self.instants.split_first()?;
        let (value, values) = self.values.split_first()?;
        Some(((*series, *instant_ms, *value), Self { series: more_series, instants, values }))
    }

    /// Takes so many samples off.
    fn split_at(self, count: usize) -> (Self, Self) {
        let (series, more_series) = self.series.split_at(count.min(self.series.len()));
        let (instants, more_instants) = self.instants.split_at(count.min(self.instants.len()));
        let (values, more_values) = self.values.split_at(count.min(self.values.len()));
        (
            Self { series, instants, values },
            Self { series: more_series, instants: more_instants, values: more_values },
        )
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
    fn take(&mut self, table: &SeriesTable, waiting: &mut Waiting, mut batch: Batch<'_>) {
        // Most samples are of the tick of the one before: those after `from_ms` and up to `to_ms`.
        let (mut from_ms, mut to_ms) = (i64::MAX, i64::MIN);
        let mut slot = Err(Refusal::Late);
        while let Some(((series, instant_of_series_ms, value), rest)) = batch.split_first() {
            batch = rest;
            let instant_ms = instant_of_series_ms.saturating_add(self.ago_ms);
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
            match &mut slot {
                Ok(slot) if self.held < self.options.waiting_samples_max => {
                    let touch = Touch { lane: self.lane, target, instant_ms };
                    if self.put(table, slot, (first_feed, value), touch) {
                        batch = self.follow(table, slot, batch, (instant_of_series_ms, target));
                    }
                }
                Ok(_) => self.refuse(Refusal::Waiting),
                Err(reason) => {
                    let reason = *reason;
                    self.refuse(reason);
                }
            }
        }
    }

    /// Puts a sample into its slot, once for each feed of its series; says whether it had one.
    #[inline]
    fn put(
        &mut self,
        table: &SeriesTable,
        slot: &mut Slot,
        (first_feed, value): (u32, f64),
        touch: Touch,
    ) -> bool {
        let before = self.held;
        let mut next = first_feed;
        while let Some(feed) = table.feeds.get(next as usize) {
            if feed.lane == self.lane {
                slot.push(next, touch.instant_ms, value);
                self.held += 1;
            }
            next = feed.next;
        }
        let was_put = self.held > before;
        if self.touch != Some(touch) {
            self.touch = Some(touch);
            slot.touches.push(touch);
            self.held += 1;
        }
        was_put
    }

    /// Puts what is like the sample just put: of its instant and target, of a series that feeds one row. Gives what is left.
    fn follow<'a>(
        &mut self,
        table: &SeriesTable,
        slot: &mut Slot,
        mut batch: Batch<'a>,
        (instant_ms, target): (i64, Symbol),
    ) -> Batch<'a> {
        /// What is looked at twice lies in the nearest cache.
        const CHUNK: usize = 512;
        loop {
            let most = CHUNK.min(self.options.waiting_samples_max.saturating_sub(self.held));
            let series = batch.series.iter().zip(batch.instants).take(most);
            let alike = series.take_while(|(series, instant)| {
                **instant == instant_ms
                    && (table.series.get(**series as usize))
                        .is_some_and(|series| series.target == target && series.feeds_once(self.lane))
            });
            let count = alike.count();
            if count == 0 {
                return batch;
            }
            let (now, later) = batch.split_at(count);
            let feed = |series: &u32| table.series.get(*series as usize).map_or(NONE, |it| it.first_feed);
            slot.extend(now.series.iter().map(feed), now.values);
            self.held += count;
            batch = later;
            if count < most {
                return batch;
            }
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
