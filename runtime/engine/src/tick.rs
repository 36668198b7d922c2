//! One tick, from its samples to its decisions.

use crate::bits::ones;
use crate::effects::{ClosedTick, Effects, place};
use crate::engine::{Engine, Lingering};
use crate::reading::{Around, refuse};
use crate::rows::{NONE, Rows};
use crate::statistics::Refusal;
use crate::waiting::{Sample, Slot};
use std::sync::Arc;

/// A tick being carried out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    /// Counted from the Unix epoch.
    pub(crate) tick: i64,
    /// Counted from the engine's first.
    pub(crate) since_first: u32,
    pub(crate) at_ms: i64,
    /// How many ticks are closed, this one included.
    pub(crate) closed: u64,
}

impl Engine {
    /// Carries a tick out. `due` is the last tick that is, `skipped` how many before it were passed over, or were part of a gap.
    pub(crate) fn tick(&mut self, tick: i64, due: i64, out: &mut Effects, skipped: i64) {
        let skipped = u64::try_from(skipped).unwrap_or_default();
        self.time.closed = self.time.closed.saturating_add(1);
        self.time.last = Some(tick);
        let now = Now {
            tick,
            since_first: self.time.since_first(tick),
            at_ms: self.instant(tick),
            closed: self.time.closed,
        };
        self.make_room();
        for window in &mut self.windows {
            window.begin(tick);
        }
        self.read_samples(&now);
        self.join(&now);
        let plan = Arc::clone(&self.plan);
        self.look_for_hole(tick, due);
        self.columns.keep_all(&plan, &self.turnover.sizes, self.hole.is_worth_it());
        let runs = std::mem::take(&mut self.runs);
        for run in &runs {
            self.carry_out_run(&plan, run, &now);
        }
        self.runs = runs;
        let transitions = self.decide(&now, out);
        self.use_rows_again(&now);
        self.table.settle(tick, &mut self.targets);
        self.note_stillness(transitions);
        let counters = &mut self.statistics;
        counters.ticks += 1;
        counters.ticks_skipped += skipped;
        counters.transitions += u64::from(transitions);
        counters.conflicts = self.readings.iter().map(|reading| reading.conflicts).sum();
        counters.waiting_samples = self.waiting.held() as u64;
        let first_transition = place(out.records.len()).saturating_sub(transitions);
        out.ticks.push(ClosedTick { at_ms: now.at_ms, skipped, first_transition, transitions });
    }

    /// Sizes everything for the rows that came since the last tick.
    fn make_room(&mut self) {
        for domain in 0..self.turnover.sizes.len() {
            let rows = self.identity.rows.get(domain).map_or(0, Rows::len).next_multiple_of(64);
            let Some(size) = self.turnover.sizes.get_mut(domain).filter(|size| **size < rows) else {
                continue;
            };
            *size = rows;
            self.resize(domain, rows);
        }
    }

    /// Sizes everything of one label set.
    pub(crate) fn resize(&mut self, domain: usize, rows: usize) {
        let plan = &self.plan;
        self.columns.resize(plan, domain, rows);
        let readings = self.readings.iter_mut().filter(|reading| reading.domain == domain);
        readings.for_each(|reading| reading.resize(rows));
        self.clocks.get_mut(domain).into_iter().for_each(|clocks| clocks.resize(rows));
        self.pasts.get_mut(domain).into_iter().for_each(|pasts| pasts.resize(rows));
        let of = |planned: nvp_plan::ids::DomainId| planned.index() == domain;
        let windows = self.windows.iter_mut().zip(&plan.windows).filter(|(_, planned)| of(planned.domain));
        windows.for_each(|(window, _)| window.resize(rows));
        let holds = self.holds.iter_mut().zip(&plan.holds).filter(|(_, planned)| of(planned.domain));
        holds.for_each(|(hold, _)| hold.resize(rows));
        let lags = self.lags.iter_mut().zip(&plan.lags).filter(|(_, planned)| of(planned.domain));
        lags.for_each(|(lag, _)| lag.resize(rows));
        let alerts = self.alerts.iter_mut().zip(&plan.alerts).filter(|(_, planned)| of(planned.domain));
        alerts.for_each(|(alert, _)| alert.resize(rows));
    }

    /// Folds the samples of the tick into inputs and windows.
    fn read_samples(&mut self, now: &Now) {
        for reading in &mut self.readings {
            if let Some(column) = reading.column {
                reading.values = self.columns.take_value(column);
            }
            reading.begin();
        }
        self.remove_feeds(now);
        let slot = self.waiting.take(now.tick);
        for (instant_ms, feeds, values) in slot.iter().flat_map(Slot::runs) {
            self.read_run(instant_ms, feeds, values);
        }
        let mut around = Around {
            at_ms: now.at_ms,
            windows: &mut self.windows,
            table: &self.table,
            targets: &self.targets,
            sources: &mut self.statistics.sources,
        };
        for reading in &mut self.readings {
            reading.finish(&mut around);
            if let Some(column) = reading.column {
                self.columns.put_value(column, std::mem::take(&mut reading.values));
            }
        }
        if let Some(slot) = slot {
            for touch in &slot.touches {
                self.targets.note(touch.lane as usize, touch.target, touch.instant_ms);
            }
            self.waiting.recycle(slot);
        }
    }

    /// Folds samples of one instant into inputs.
    fn read_run(&mut self, instant_ms: i64, mut feeds: &[u32], mut values: &[f64]) {
        while let (Some((&place, more_feeds)), Some((&value, more_values))) =
            (feeds.split_first(), values.split_first())
        {
            let input = self.table.homes.get(place as usize).map_or(NONE, |home| home.input);
            if let Some(reading) = self.readings.get_mut(input as usize) {
                let taken = reading.take_run(input, instant_ms, &self.table.homes, feeds, values);
                (feeds, values) = (feeds.split_at(taken).1, values.split_at(taken).1);
                continue;
            }
            (feeds, values) = (more_feeds, more_values);
            let Some(feed) = self.table.feeds.get(place as usize) else { continue };
            if !feed.is_live {
                refuse(&self.table, &mut self.statistics.sources, place, Refusal::Removed, 1);
            } else if let Some(reading) = self.readings.get_mut(feed.input as usize) {
                let sample = Sample { instant_ms, value, feed: place };
                reading.take_slowly(feed.row, feed.is_contested, &sample);
            }
        }
    }

    fn remove_feeds(&mut self, now: &Now) {
        let mut loose = Vec::new();
        for (input, row, feed) in std::mem::take(&mut self.turnover.removals) {
            if let Some(reading) = self.readings.get_mut(input as usize) {
                reading.remove_feed(row, feed);
                self.identity.let_go(reading.domain, row, &mut loose);
            }
        }
        for (domain, row) in loose {
            self.linger(domain, row, now);
        }
    }

    /// Notes that a row's number may be used again, once nothing remembers it.
    fn linger(&mut self, domain: usize, row: u32, now: &Now) {
        if let Some(rows) = self.identity.rows.get_mut(domain) {
            let stamp = now.since_first;
            rows.stamp(row, stamp);
            let due = stamp.saturating_add(self.turnover.linger_ticks);
            self.turnover.lingering.push_back(Lingering { due, stamp, domain, row });
        }
    }

    /// Brings sets of rows, groups and selections up to date, if rows came or went.
    fn join(&mut self, now: &Now) {
        let has_changed = self.readings.iter().any(|reading| reading.has_changed);
        if !has_changed && self.turnover.joined == self.identity.generation {
            return;
        }
        self.hole.disturb();
        self.turnover.joined = self.identity.generation;
        for reading in &mut self.readings {
            reading.has_changed = false;
        }
        self.refresh_joins();
        let mut dead = Vec::new();
        for (domain, (alive, before)) in self.membership.alive.iter().zip(&self.membership.before).enumerate()
        {
            for (word, (alive, before)) in alive.0.iter().zip(&before.0).enumerate() {
                dead.extend(
                    ones(before & !alive)
                        .filter_map(|bit| Some((domain, u32::try_from(word * 64 + bit).ok()?))),
                );
            }
        }
        for (domain, row) in dead {
            self.linger(domain, row, now);
        }
    }

    /// Computes sets of rows, groups and selections anew.
    pub(crate) fn refresh_joins(&mut self) {
        let Self { membership, identity, plan, .. } = self;
        membership.refresh(plan, identity, &self.readings, &self.turnover.sizes);
        for groups in &mut self.joins.groups {
            let planned = plan.maps.get(groups.map);
            if let Some(planned) = planned {
                let to_rows = self.turnover.sizes.get(planned.to.index()).copied().unwrap_or_default();
                groups.refresh(identity, membership.alive(planned.from.index()), to_rows);
            }
        }
        for (map, selection) in self.joins.selections.iter_mut().enumerate() {
            let (Some(selection), Some(planned)) = (selection, plan.maps.get(map)) else { continue };
            let Some(map) = identity.maps.get(map) else { continue };
            let pairs =
                membership.alive(planned.from.index()).ones().filter_map(|from| Some((from, map.get(from)?)));
            selection.clear();
            selection.extend(
                pairs.filter_map(|(from, to)| Some((u32::try_from(from).ok()?, u32::try_from(to).ok()?))),
            );
        }
    }

    /// Gives numbers of rows free that nothing holds and nothing remembers.
    fn use_rows_again(&mut self, now: &Now) {
        let mut loose = Vec::new();
        while let Some(row) = self.turnover.lingering.pop_front_if(|row| row.due <= now.since_first) {
            let Some(rows) = self.identity.rows.get_mut(row.domain) else { continue };
            let is_alive = self.membership.alive(row.domain).get(row.row as usize);
            if is_alive || rows.is_held(row.row) || !rows.has_stamp(row.row, row.stamp) {
                continue;
            }
            rows.stamp(row.row, 0);
            self.identity.free_row(row.domain, row.row, &mut loose);
            let alerts = self.alerts.iter_mut().zip(&self.plan.alerts);
            for (alert, _) in alerts.filter(|(_, planned)| planned.domain.index() == row.domain) {
                alert.free(row.row as usize);
            }
            self.statistics.rows = self.statistics.rows.saturating_sub(1);
        }
        for (domain, row) in loose {
            self.linger(domain, row, now);
        }
    }
}
