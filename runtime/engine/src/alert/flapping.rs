//! Flapping: rows whose level changes too often are held at the highest level of late.
//!
//! Only changes between levels, and between a level and none, count, and of those that go one way in a row the first: a ladder of
//! levels that is climbed and left is no more than one that has a single rung. A row is let go when no change counted for as long as they
//! are counted. For each row the changes of late are counted in two bytes; one queue for all rows says when a change is no longer of late.
#![expect(
    clippy::indexing_slicing,
    reason = "INVARIANT (row order): the counts and bitmaps of a domain have one length"
)]

use crate::beside::Beside;
use crate::snapshot::SnapshotError;
use crate::snapshot::kept::{Kept, Reader, Writer};
use nvp_plan::alert::Alert;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// What an alert keeps of a row.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Past {
    /// The tick of the last change of the shown state.
    since: u32,
    /// Changes of late.
    recent: u16,
    /// The highest level of late, from 1.
    peak: u8,
    /// Whether the last change that counts was to a higher level.
    is_up: bool,
}

/// The changes of late, and since when a row is shown as it is. Ticks are counted from the engine's first.
#[derive(Debug)]
pub(crate) struct Flapping {
    /// The alert's place among those of its label set.
    place: usize,
    /// As many changes of late are flapping.
    changes: u32,
    within_ticks: u32,
    held: Vec<u64>,
    /// How many rows are held: mostly none, and then nobody need look.
    held_rows: usize,
    /// Rows let go at this tick.
    released: Vec<u64>,
    has_released: bool,
    /// Each change of late: its tick and row, in order of time.
    log: VecDeque<(u32, u32)>,
}

/// No row is let go between ticks.
impl Kept for Flapping {
    fn write(&self, to: &mut Writer) -> Result<(), SnapshotError> {
        to.column(&self.held)?;
        to.value(&self.log)
    }

    fn read(&mut self, from: &mut Reader<'_>) -> Result<(), SnapshotError> {
        from.column(&mut self.held)?;
        self.held_rows = self.held.iter().map(|word| word.count_ones() as usize).sum();
        self.log = from.value()?;
        if self.log.iter().any(|(_, row)| *row as usize >= self.held.len() * 64) {
            return Err(SnapshotError::Damaged);
        }
        Ok(())
    }
}

impl Flapping {
    pub(crate) fn new(place: usize, planned: &Alert, tick_ms: i64) -> Self {
        let ticks = planned.flapping_within_ms.max(0) / tick_ms.max(1);
        Self {
            place,
            changes: planned.flapping_changes.max(1),
            within_ticks: u32::try_from(ticks).unwrap_or(u32::MAX),
            held: Vec::new(),
            held_rows: 0,
            released: Vec::new(),
            has_released: false,
            log: VecDeque::new(),
        }
    }

    pub(crate) fn resize(&mut self, rows: usize) {
        self.held.resize(rows / 64, 0);
        self.released.resize(rows / 64, 0);
    }

    /// Begins a tick: changes that are no longer of late do not count, and rows without any are let go.
    pub(crate) fn release(&mut self, now: u32, pasts: &mut Beside<Past>) {
        let within = self.within_ticks;
        while let Some((_, row)) = self.log.pop_front_if(|(at, _)| at.saturating_add(within) <= now) {
            let at = row as usize;
            let Some(past) = pasts.get_mut(at, self.place) else { continue };
            past.recent = past.recent.saturating_sub(1);
            if past.recent > 0 {
                continue;
            }
            let (word, bit) = crate::bits::place(at);
            if self.held[word] & bit != 0 {
                self.held[word] &= !bit;
                self.held_rows -= 1;
                self.released[word] |= bit;
                self.has_released = true;
            } else {
                past.peak = 0;
            }
        }
    }

    /// Ends a tick.
    pub(crate) fn settle(&mut self, pasts: &mut Beside<Past>) {
        if !self.has_released {
            return;
        }
        self.has_released = false;
        for word in 0..self.released.len() {
            for bit in crate::bits::ones(std::mem::take(&mut self.released[word])) {
                let past = pasts.get_mut(word * 64 + bit, self.place);
                if let Some(past) = past.filter(|past| past.recent == 0) {
                    past.peak = 0;
                }
            }
        }
    }

    /// Notes a change between levels (from 1; 0 is none).
    pub(crate) fn note(&mut self, row: usize, now: u32, (from, to): (u8, u8), pasts: &mut Beside<Past>) {
        let (Ok(number), Some(past)) = (u32::try_from(row), pasts.get_mut(row, self.place)) else { return };
        if past.recent == 0 {
            past.peak = 0;
        } else if past.is_up == (to > from) {
            // On its way, not back: a ladder of levels is climbed and left once, however many rungs it has.
            past.peak = past.peak.max(to);
            return;
        }
        past.is_up = to > from;
        self.log.push_back((now, number));
        past.recent = past.recent.saturating_add(1);
        past.peak = past.peak.max(from).max(to);
        if u32::from(past.recent) >= self.changes {
            let (word, bit) = crate::bits::place(row);
            self.held_rows += usize::from(self.held[word] & bit == 0);
            self.held[word] |= bit;
        }
    }

    /// The row is not known any more: it is not held, but what it did of late still counts.
    pub(crate) fn let_go(&mut self, row: usize) {
        if self.is_held(row) {
            let (word, bit) = crate::bits::place(row);
            self.held[word] &= !bit;
            self.held_rows -= 1;
        }
    }

    pub(crate) fn is_held(&self, row: usize) -> bool {
        let (word, bit) = crate::bits::place(row);
        self.held(word) & bit != 0
    }

    /// The rows of a word that are held.
    pub(crate) fn held(&self, word: usize) -> u64 {
        if self.held_rows == 0 { 0 } else { self.held.get(word).copied().unwrap_or_default() }
    }

    /// The rows of a word let go at this tick.
    pub(crate) fn released(&self, word: usize) -> u64 {
        if self.has_released { self.released.get(word).copied().unwrap_or_default() } else { 0 }
    }

    /// Whether any row was let go at this tick.
    pub(crate) fn has_released(&self) -> bool {
        self.has_released
    }

    /// The level at which a held row is shown, from 1; 0 if it is not held.
    pub(crate) fn peak_if(&self, row: usize, is_held: bool, pasts: &Beside<Past>) -> u8 {
        if is_held { pasts.get(row, self.place).map_or(0, |past| past.peak) } else { 0 }
    }

    /// The tick at which the shown state changed last.
    pub(crate) fn since(&self, row: usize, pasts: &Beside<Past>) -> u32 {
        pasts.get(row, self.place).map_or(0, |past| past.since)
    }

    /// Notes that the shown state changes.
    pub(crate) fn show(&self, row: usize, now: u32, pasts: &mut Beside<Past>) {
        if let Some(past) = pasts.get_mut(row, self.place) {
            past.since = now;
        }
    }

    /// So many ticks do not count: changes of late are as recent as before.
    pub(crate) fn pause(&mut self, ticks: u32) {
        self.log.iter_mut().for_each(|(at, _)| *at = at.saturating_add(ticks));
    }

    /// The tick at which the oldest change is no longer of late.
    pub(crate) fn next_due(&self) -> u32 {
        self.log.front().map_or(u32::MAX, |(at, _)| at.saturating_add(self.within_ticks))
    }

    pub(crate) fn bytes(&self) -> usize {
        (self.held.capacity() + self.released.capacity()) * 8 + self.log.capacity() * 8
    }
}
