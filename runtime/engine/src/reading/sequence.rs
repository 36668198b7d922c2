//! Samples that need their order: several of a row in one tick, NaN, stale markers, rows that come into being.
//!
//! They are folded in the order of (row, instant, value). Of samples of one series and instant that differ the greatest (by IEEE 754's
//! total order, so a NaN before all numbers) is kept and the others are counted; identical ones are one sample. A stale marker by itself is
//! no sample: a row is forgotten so long after its last sample.
#![expect(
    clippy::indexing_slicing,
    reason = "INVARIANT (row order): all columns of a reading have one length, and feeds name rows of its domain only"
)]

use super::{Around, Reading};
use crate::input::is_stale_marker;
use crate::series::NEVER;
use crate::statistics::Refusal;

/// A sample of this tick, its value already scaled, unless it is NaN.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) row: u32,
    pub(crate) instant_ms: i64,
    pub(crate) value: f64,
}

/// How a counter's first sample relates to what its row said before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Birth {
    /// It goes on.
    GoesOn,
    /// It is another series: what it says does not go on from before.
    Anew,
    /// It is a new series of a target that was read before, at this instant: it counts from zero then.
    FromZero(i64),
}

impl Reading {
    /// How the first sample of a feed counts, if it is the first that was ever seen of it.
    pub(super) fn birth(&self, feed: u32, first_ms: i64, around: &Around<'_>) -> Birth {
        let series = around.table.feeds.get(feed as usize).and_then(|feed| around.table.get(feed.series));
        let read_at = series.map_or(NEVER, |series| around.targets.read_at(self.lane, series.target));
        let was_read = read_at != NEVER && around.at_ms.saturating_sub(read_at) <= self.stale_ms;
        if self.is_counter && was_read && read_at < first_ms { Birth::FromZero(read_at) } else { Birth::Anew }
    }

    /// Gives a number to the windows.
    pub(super) fn push(
        &self,
        row: usize,
        instant_ms: i64,
        value: f64,
        birth: Birth,
        around: &mut Around<'_>,
    ) {
        for window in &self.windows {
            let Some(window) = around.windows.get_mut(*window) else { continue };
            if let Birth::FromZero(zero_ms) = birth {
                window.born(row, zero_ms);
            }
            window.push(row, instant_ms, value, birth == Birth::Anew);
        }
    }

    pub(super) fn fold_several(&mut self, around: &mut Around<'_>) {
        let mut entries = std::mem::take(&mut self.several);
        entries.sort_unstable_by(|a, b| {
            (a.row, a.instant_ms).cmp(&(b.row, b.instant_ms)).then(a.value.total_cmp(&b.value))
        });
        for of_row in entries.chunk_by(|a, b| a.row == b.row) {
            self.fold_row(of_row, around);
        }
        self.several = entries;
    }

    fn fold_row(&mut self, entries: &[Entry], around: &mut Around<'_>) {
        let Some(first) = entries.first() else { return };
        let row = first.row as usize;
        let feed = self.feed_of[row];
        let is_known = self.members.get(row);
        let mut birth = if is_known { Birth::GoesOn } else { self.birth(feed, first.instant_ms, around) };
        let (mut last_ms, mut value, mut is_ended) =
            (self.last_ms[row], self.values[row], self.ended.get(row));
        let mut is_there = is_known;
        for at_instant in entries.chunk_by(|a, b| a.instant_ms == b.instant_ms) {
            let Some(entry) = at_instant.last() else { continue };
            around.refuse(feed, Refusal::Duplicate, differing(at_instant.iter().map(|entry| entry.value)));
            if at_instant.iter().any(|entry| !is_stale_marker(entry.value)) {
                (last_ms, is_there) = (entry.instant_ms, true);
            }
            if is_stale_marker(entry.value) {
                (value, is_ended) = (f64::NAN, true);
                continue;
            }
            (value, is_ended) = (entry.value, false);
            if value.is_nan() {
                around.refuse(feed, Refusal::NotANumber, 1);
            } else {
                self.push(row, entry.instant_ms, value, birth, around);
                birth = Birth::GoesOn;
            }
        }
        if is_there {
            self.stand(row, last_ms, value, is_ended);
        }
    }
}

/// How many different values of one instant, in their order, are left out for the last. The same value again is the same sample.
pub(super) fn differing(values: impl Iterator<Item = f64>) -> u64 {
    let (mut left_out, mut before) = (0, None);
    for value in values.map(f64::to_bits) {
        left_out += u64::from(before.is_some_and(|before| before != value));
        before = Some(value);
    }
    left_out
}
