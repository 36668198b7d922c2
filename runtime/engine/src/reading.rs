//! Inputs at work: the value each row stands at, and which rows there are.
//!
//! At a tick the samples of its slot are folded in. The common case, one number from the one series of a row that was
//! there before, is written straight into the columns; everything else (several samples in a tick, NaN, rows that come into
//! being) is sorted and goes through [`sequence`]; rows that several series claim go through [`contest`].
#![expect(
    clippy::indexing_slicing,
    reason = "INVARIANT (row order): all columns of a reading have one length, and feeds name rows of its domain only"
)]

pub(crate) mod contest;
pub(crate) mod sequence;

use crate::bits::{Bitmap, ones};
use crate::columns::grow;
use crate::input::is_stale_marker;
use crate::rows::NONE;
use crate::series::{Home, SeriesTable, Targets};
use crate::snapshot::SnapshotError;
use crate::snapshot::kept::{Kept, Reader, Writer};
use crate::statistics::{Refusal, SourceStatistics};
use crate::waiting::Sample;
use crate::window::WindowState;
use contest::{Contest, Contested};
use nvp_plan::ids::ColumnId;
use nvp_plan::input::Input;
use nvp_plan::unit::Scale;
use std::collections::BTreeMap;

/// A row that never had a sample.
const NEVER: i64 = i64::MIN;

/// An input and its rows.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) lane: usize,
    pub(crate) domain: usize,
    pub(crate) column: Option<ColumnId>,
    /// The windows over it, by their places.
    pub(crate) windows: Vec<usize>,
    scale: Scale,
    stale_ms: i64,
    forget_ms: i64,
    is_counter: bool,
    /// The value of the last sample. Lies in the plan's columns between ticks where the input has one.
    pub(crate) values: Vec<f64>,
    /// The instant of the last sample.
    last_ms: Vec<i64>,
    /// Rows with a series that is not forgotten.
    pub(crate) members: Bitmap,
    /// Rows whose value stands.
    standing: Bitmap,
    /// Rows whose series was ended by a stale marker.
    ended: Bitmap,
    /// Members that have no sample yet in this tick.
    open: Bitmap,
    /// Rows with exactly one plain sample in this tick.
    fresh: Bitmap,
    /// Rows whose samples of this tick are in `several`.
    crowded: Bitmap,
    several: Vec<sequence::Entry>,
    contested: Vec<Contested>,
    contests: BTreeMap<u32, Contest>,
    /// The feed of each row that is not contested, or [`NONE`].
    feed_of: Vec<u32>,
    /// For each word of rows a bound: none that stands is older.
    oldest_standing: Vec<i64>,
    /// For each word of rows a bound: no member is older.
    oldest_member: Vec<i64>,
    /// Whether rows came or went since this was last reset.
    pub(crate) has_changed: bool,
    /// Rows missing at this tick because several live series claim them.
    pub(crate) conflicts: u64,
}

/// What folding needs of the rest of the engine.
pub(crate) struct Around<'a> {
    pub(crate) at_ms: i64,
    pub(crate) windows: &'a mut [WindowState],
    pub(crate) table: &'a SeriesTable,
    pub(crate) targets: &'a Targets,
    pub(crate) sources: &'a mut [SourceStatistics],
}

impl Around<'_> {
    fn refuse(&mut self, feed: u32, reason: Refusal, cases: u64) {
        refuse(self.table, self.sources, feed, reason, cases);
    }
}

/// Counts a refusal at the source of a feed.
pub(crate) fn refuse(
    table: &SeriesTable,
    sources: &mut [SourceStatistics],
    feed: u32,
    reason: Refusal,
    cases: u64,
) {
    let series = table.feeds.get(feed as usize).and_then(|feed| table.series.get(feed.series as usize));
    if let Some(source) = series.and_then(|series| sources.get_mut(series.source as usize)) {
        source.refusals.add(reason, cases);
    }
}

/// What a tick begins with is not kept: what came, and which rows it came for.
impl Kept for Reading {
    fn write(&self, to: &mut Writer) -> Result<(), SnapshotError> {
        to.column(&self.values)?;
        to.column(&self.last_ms)?;
        [&self.members, &self.standing, &self.ended].into_iter().try_for_each(|rows| rows.write(to))?;
        to.value(&(&self.contests, &self.feed_of))?;
        to.column(&self.oldest_standing)?;
        to.column(&self.oldest_member)
    }

    fn read(&mut self, from: &mut Reader<'_>) -> Result<(), SnapshotError> {
        from.column(&mut self.values)?;
        from.column(&mut self.last_ms)?;
        let rows = [&mut self.members, &mut self.standing, &mut self.ended];
        rows.into_iter().try_for_each(|rows| rows.read(from))?;
        (self.contests, self.feed_of) = from.value()?;
        from.column(&mut self.oldest_standing)?;
        from.column(&mut self.oldest_member)?;
        // Feeds of rows that came since the last tick are noted beyond the rows of the others.
        if self.feed_of.len() < self.last_ms.len() {
            return Err(SnapshotError::Damaged);
        }
        Ok(())
    }
}

impl Reading {
    pub(crate) fn new(planned: &Input, windows: Vec<usize>) -> Self {
        Self {
            lane: planned.lane.index(),
            domain: planned.domain.index(),
            column: planned.column,
            windows,
            scale: planned.scale,
            stale_ms: planned.stale_ms,
            forget_ms: planned.forget_ms,
            is_counter: planned.counter,
            values: Vec::new(),
            last_ms: Vec::new(),
            members: Bitmap::default(),
            standing: Bitmap::default(),
            ended: Bitmap::default(),
            open: Bitmap::default(),
            fresh: Bitmap::default(),
            crowded: Bitmap::default(),
            several: Vec::new(),
            contested: Vec::new(),
            contests: BTreeMap::new(),
            feed_of: Vec::new(),
            oldest_standing: Vec::new(),
            oldest_member: Vec::new(),
            has_changed: false,
            conflicts: 0,
        }
    }

    /// Sizes everything but the values of an input that has a column.
    pub(crate) fn resize(&mut self, rows: usize) {
        if self.column.is_none() {
            grow(&mut self.values, rows, f64::NAN);
        }
        grow(&mut self.last_ms, rows, NEVER);
        grow(&mut self.feed_of, rows, NONE);
        for bitmap in [
            &mut self.members,
            &mut self.standing,
            &mut self.ended,
            &mut self.open,
            &mut self.fresh,
            &mut self.crowded,
        ] {
            bitmap.0.resize(rows / 64, 0);
        }
        self.oldest_standing.resize(rows / 64, i64::MAX);
        self.oldest_member.resize(rows / 64, i64::MAX);
    }

    /// Lets a series feed a row. Where another does already, all of them are contested from now on.
    pub(crate) fn add_feed(&mut self, row: u32, feed: u32, table: &mut SeriesTable) {
        let at = row as usize;
        if self.feed_of.len() <= at {
            self.feed_of.resize(at + 1, NONE);
        }
        let before = self.feed_of[at];
        if let Some(contest) = self.contests.get_mut(&row) {
            table.contest(feed);
            contest.join(feed);
            return;
        }
        if table.feeds.get(before as usize).is_none_or(|before| !before.is_live) {
            self.feed_of[at] = feed;
            return;
        }
        table.contest(before);
        table.contest(feed);
        let mut contest = Contest::new(before);
        if self.members.get(at) {
            contest.claim(before, self.last_ms[at], self.ended.get(at));
        }
        contest.join(feed);
        self.contests.insert(row, contest);
        // The contest knows them all; a feed noted here might end and its place be another row's.
        self.feed_of[at] = NONE;
    }

    /// Ends a feed: if the row has no other, it is forgotten. Call between [`Reading::begin`] and samples.
    pub(crate) fn remove_feed(&mut self, row: u32, feed: u32) {
        let at = row as usize;
        if let Some(contest) = self.contests.get_mut(&row) {
            contest.leave(feed);
            let (is_over, is_empty) = (contest.is_over(), contest.has_no_claim());
            if is_over {
                self.contests.remove(&row);
                self.feed_of[at] = NONE;
            }
            if is_empty {
                self.forget(at);
            }
            return;
        }
        if self.feed_of[at] == feed {
            self.feed_of[at] = NONE;
        }
        self.forget(at);
    }

    fn forget(&mut self, row: usize) {
        if self.members.get(row) {
            self.members.unset(row);
            self.has_changed = true;
        }
        self.standing.unset(row);
        self.ended.unset(row);
        // What comes for it in this tick begins anew: it is no member that waits for a plain sample.
        self.open.unset(row);
        self.values[row] = f64::NAN;
        self.last_ms[row] = NEVER;
    }

    /// Begins a tick. The columns are sized.
    pub(crate) fn begin(&mut self) {
        self.open.0.copy_from_slice(&self.members.0);
        self.crowded.clear();
        self.several.clear();
        self.contested.clear();
        self.conflicts = 0;
    }

    /// Takes samples of one instant of this tick, in any order, up to the first that is not of this input (whose number is `input`)
    /// or of a contested row; says how many.
    pub(crate) fn take_run(
        &mut self,
        input: u32,
        instant_ms: i64,
        homes: &[Home],
        feeds: &[u32],
        values: &[f64],
    ) -> usize {
        let is_plain = self.scale == Scale::ONE;
        let mut taken = 0;
        // Rows next to each other share a word of bits, so it is kept at hand.
        let (mut word, mut open) = (0, self.open.word(0));
        for (feed, value) in feeds.iter().zip(values) {
            let Some(home) = homes.get(*feed as usize).filter(|home| home.input == input) else { break };
            taken += 1;
            let at = home.row as usize;
            let (its_word, bit) = crate::bits::place(at);
            if its_word != word {
                self.open.0[word] = open;
                (word, open) = (its_word, self.open.0[its_word]);
            }
            if open & bit != 0 && !value.is_nan() {
                open &= !bit;
                self.values[at] = if is_plain { *value } else { self.scale.apply(*value) };
                self.last_ms[at] = instant_ms;
            } else {
                self.open.0[word] = open;
                self.take_slowly(home.row, false, &Sample { instant_ms, value: *value, feed: *feed });
                open = self.open.0[word];
            }
        }
        if let Some(home) = self.open.0.get_mut(word) {
            *home = open;
        }
        taken
    }

    /// Takes a sample of this tick that may not be the one plain sample of its row.
    #[inline(never)]
    pub(crate) fn take_slowly(&mut self, row: u32, is_contested: bool, sample: &Sample) {
        let at = row as usize;
        let value = if sample.value.is_nan() { sample.value } else { self.scale.apply(sample.value) };
        if is_contested {
            self.open.unset(at);
            self.crowded.set(at);
            let (feed, instant_ms) = (sample.feed, sample.instant_ms);
            let is_sample = !is_stale_marker(value);
            self.contested.push(Contested { row, feed, instant_ms, value, is_sample });
            return;
        }
        let has_plain = self.members.get(at) && !self.open.get(at) && !self.crowded.get(at);
        if has_plain {
            self.several.push(sequence::Entry { row, instant_ms: self.last_ms[at], value: self.values[at] });
        }
        self.open.unset(at);
        self.crowded.set(at);
        self.several.push(sequence::Entry { row, instant_ms: sample.instant_ms, value });
    }

    /// Folds what was taken, then lets old values go stale and old rows be forgotten.
    pub(crate) fn finish(&mut self, around: &mut Around<'_>) {
        for (word, fresh) in self.fresh.0.iter_mut().enumerate() {
            *fresh = self.members.0[word] & !self.open.0[word] & !self.crowded.0[word];
        }
        self.stand_fresh();
        for window in &self.windows {
            if let Some(window) = around.windows.get_mut(*window) {
                window.push_fresh(&self.fresh.0, &self.last_ms, &self.values);
            }
        }
        if !self.several.is_empty() {
            self.fold_several(around);
        }
        if !self.contests.is_empty() {
            self.fold_contests(around);
        }
        self.expire(around.at_ms);
        self.forget_old(around.at_ms);
    }

    fn stand_fresh(&mut self) {
        for word in 0..self.fresh.0.len() {
            let fresh = self.fresh.0[word];
            let risen = fresh & !self.standing.0[word];
            if risen != 0 {
                self.standing.0[word] |= risen;
                for bit in ones(risen) {
                    self.oldest_standing[word] =
                        self.oldest_standing[word].min(self.last_ms[word * 64 + bit]);
                }
            }
            self.ended.0[word] &= !fresh;
        }
    }

    /// Notes the last state of a row that took the slow way.
    fn stand(&mut self, row: usize, last_ms: i64, value: f64, is_ended: bool) {
        let (word, bit) = crate::bits::place(row);
        self.last_ms[row] = last_ms;
        self.values[row] = value;
        if self.members.0[word] & bit == 0 {
            self.members.0[word] |= bit;
            self.has_changed = true;
        }
        self.oldest_member[word] = self.oldest_member[word].min(last_ms);
        if is_ended {
            self.ended.0[word] |= bit;
        } else {
            self.ended.0[word] &= !bit;
        }
        if value.is_nan() {
            self.standing.0[word] &= !bit;
        } else {
            self.standing.0[word] |= bit;
            self.oldest_standing[word] = self.oldest_standing[word].min(last_ms);
        }
    }

    fn expire(&mut self, at_ms: i64) {
        let limit = at_ms.saturating_sub(self.stale_ms);
        for word in 0..self.standing.0.len() {
            if self.standing.0[word] == 0 || self.oldest_standing[word] >= limit {
                continue;
            }
            let mut oldest = i64::MAX;
            for bit in ones(self.standing.0[word]) {
                let row = word * 64 + bit;
                if self.last_ms[row] < limit {
                    self.standing.0[word] &= !(1 << bit);
                    self.values[row] = f64::NAN;
                } else {
                    oldest = oldest.min(self.last_ms[row]);
                }
            }
            self.oldest_standing[word] = oldest;
        }
    }

    fn forget_old(&mut self, at_ms: i64) {
        let limit = at_ms.saturating_sub(self.forget_ms);
        for word in 0..self.members.0.len() {
            if self.members.0[word] == 0 || self.oldest_member[word] >= limit {
                continue;
            }
            let mut oldest = i64::MAX;
            for bit in ones(self.members.0[word]) {
                let row = word * 64 + bit;
                if self.last_ms[row] < limit {
                    self.forget(row);
                    if let Some(contest) = u32::try_from(row).ok().and_then(|row| self.contests.get_mut(&row))
                    {
                        contest.forget();
                    }
                } else {
                    oldest = oldest.min(self.last_ms[row]);
                }
            }
            self.oldest_member[word] = oldest;
        }
    }

    /// Whether this tick brought any sample.
    pub(crate) fn is_quiet(&self) -> bool {
        self.fresh.0.iter().all(|word| *word == 0) && self.several.is_empty() && self.contested.is_empty()
    }

    /// An instant up to which no value goes stale and no row is forgotten without a sample.
    pub(crate) fn quiet_through_ms(&self) -> i64 {
        let oldest = |bounds: &[i64], rows: &Bitmap| {
            let bounds = bounds.iter().zip(&rows.0).filter(|(_, rows)| **rows != 0);
            bounds.map(|(bound, _)| *bound).min().unwrap_or(i64::MAX)
        };
        let stale = oldest(&self.oldest_standing, &self.standing).saturating_add(self.stale_ms);
        let forgotten = oldest(&self.oldest_member, &self.members).saturating_add(self.forget_ms);
        let contests = self.contests.values().filter_map(|contest| contest.oldest_live_ms()).min();
        stale.min(forgotten).min(contests.map_or(i64::MAX, |oldest| oldest.saturating_add(self.stale_ms)))
    }

    pub(crate) fn bytes(&self) -> usize {
        let values = if self.column.is_none() { self.values.capacity() } else { 0 };
        (values + self.last_ms.capacity()) * 8
            + self.feed_of.capacity() * 4
            + self.members.0.capacity() * 8 * 8
            + self.several.capacity() * size_of::<sequence::Entry>()
            + self.contested.capacity() * size_of::<Contested>()
            + self.contests.values().map(Contest::bytes).sum::<usize>()
    }
}
