//! Alerts at work: latches a level, and the transitions of rows whose shown state changes.
//!
//! Word by word: only words in which a latch, the pending condition or the rows changed are looked into.
#![expect(
    clippy::indexing_slicing,
    reason = "INVARIANT (row order): latches, conditions and rows of a domain have one length; levels are the plan's"
)]

pub(crate) mod flapping;

use crate::beside::Beside;
use crate::bits::{Bitmap, ones, place};
use crate::blocks::Block;
use crate::columns::Columns;
use crate::snapshot::SnapshotError;
use crate::snapshot::kept::{Kept, Reader, Writer};
use crate::why::{Clause, State};
use flapping::{Flapping, Past};
use nvp_kernels::BitsMut;
use nvp_plan::alert::{Alert, Level};
use nvp_plan::step::StateTest;
use std::ops::Range;

/// A row whose shown state changed at this tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Change {
    pub(crate) alert: u32,
    pub(crate) row: u32,
    /// Its place in the order of labels, found when the tick's decisions are written out.
    pub(crate) rank: u32,
    pub(crate) from: State,
    pub(crate) to: State,
    pub(crate) clause: Clause,
    pub(crate) flapping: bool,
}

/// An alert and its rows. Ticks are counted from the engine's first.
#[derive(Debug)]
pub(crate) struct AlertState {
    /// Its place among the alerts.
    place: u32,
    /// The latches of each level.
    latches: Vec<Vec<u64>>,
    /// Rows that would be at a level were every `for` served.
    pending: Vec<u64>,
    /// The rows it knows.
    members: Vec<u64>,
    /// Rows that ended while pending or at a level.
    forgotten: Vec<u64>,
    /// Rows that have been at a level.
    risen: Vec<u64>,
    flapping: Flapping,
}

/// What the alerts of a label set keep of its rows.
pub(crate) type Pasts = Beside<Past>;

/// A row's state, from its bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    is_known: bool,
    /// The highest level set, from 1; 0 for none.
    level: u8,
    is_pending: bool,
}

/// One word of all bitmaps.
#[derive(Debug, Clone, Copy)]
struct Old {
    members: u64,
    pending: u64,
}

impl Kept for AlertState {
    fn write(&self, to: &mut Writer) -> Result<(), SnapshotError> {
        let bitmaps = [&self.pending, &self.members, &self.forgotten, &self.risen];
        self.latches.iter().chain(bitmaps).try_for_each(|bitmap| to.column(bitmap))?;
        self.flapping.write(to)
    }

    fn read(&mut self, from: &mut Reader<'_>) -> Result<(), SnapshotError> {
        let bitmaps = [&mut self.pending, &mut self.members, &mut self.forgotten, &mut self.risen];
        self.latches.iter_mut().chain(bitmaps).try_for_each(|bitmap| from.column(bitmap))?;
        self.flapping.read(from)
    }
}

impl AlertState {
    /// `beside` is its place among the alerts of its label set.
    pub(crate) fn new(place: u32, beside: usize, planned: &Alert, tick_ms: i64) -> Self {
        Self {
            place,
            latches: vec![Vec::new(); planned.levels.len()],
            pending: Vec::new(),
            members: Vec::new(),
            forgotten: Vec::new(),
            risen: Vec::new(),
            flapping: Flapping::new(beside, planned, tick_ms),
        }
    }

    pub(crate) fn resize(&mut self, rows: usize) {
        let bitmaps = [&mut self.pending, &mut self.members, &mut self.forgotten, &mut self.risen];
        for bitmap in self.latches.iter_mut().chain(bitmaps) {
            bitmap.resize(rows / 64, 0);
        }
        self.flapping.resize(rows);
    }

    /// Forgets a row whose number will be used again.
    pub(crate) fn free(&mut self, row: usize) {
        let (word, bit) = place(row);
        for bitmap in [&mut self.forgotten, &mut self.risen] {
            if let Some(found) = bitmap.get_mut(word) {
                *found &= !bit;
            }
        }
    }

    /// Moves the latches of a block and appends what changed.
    pub(crate) fn tick(
        &mut self,
        at: &At<'_>,
        pasts: &mut Pasts,
        scratch: &mut Scratch,
        changes: &mut Vec<Change>,
    ) {
        if at.block.is_first {
            self.flapping.release(at.now, pasts);
        }
        self.find_changed(at, scratch);
        for (place, word) in at.block.words.clone().enumerate() {
            if scratch.changed[place] == 0 {
                continue;
            }
            let known = at.rows.word(word);
            let old = Old { members: self.members[word], pending: self.pending[word] };
            let mut before = Before::default();
            for (level, latches) in at.planned.levels.iter().zip(&mut self.latches) {
                let (set, reset) = at.moves(level);
                before.note(latches[word]);
                latches[word] = moved(latches[word], set[place], reset[place], known);
            }
            self.pending[word] = scratch.pending[place] & known;
            self.members[word] = known;
            for bit in ones(scratch.changed[place]) {
                changes.extend(self.change(at, (word, bit), (old, &before), pasts));
            }
        }
        if at.block.is_last {
            self.flapping.settle(pasts);
        }
    }

    /// Finds the rows whose latches, pending condition or presence change, a column after the other.
    fn find_changed(&self, at: &At<'_>, scratch: &mut Scratch) {
        let words = at.block.words.clone();
        scratch.resize(words.len());
        let known = at.rows.0.get(words.clone()).unwrap_or_default();
        let (changed, pending) = (&mut scratch.changed[..words.len()], &mut scratch.pending[..words.len()]);
        for level in &at.planned.levels {
            if let Some(condition) = level.pending {
                for (all, this) in pending.iter_mut().zip(at.columns.part(condition, &words).is_true) {
                    *all |= this;
                }
            }
        }
        let (members, were_pending) = (&self.members[words.clone()], &self.pending[words.clone()]);
        for (place, changed) in changed.iter_mut().enumerate() {
            let known = known.get(place).copied().unwrap_or_default();
            *changed = (known ^ members[place]) | ((pending[place] & known) ^ were_pending[place]);
        }
        if self.flapping.has_released() {
            for (word, changed) in words.clone().zip(changed.iter_mut()) {
                *changed |= self.flapping.released(word);
            }
        }
        for (level, latches) in at.planned.levels.iter().zip(&self.latches) {
            let (set, reset) = at.moves(level);
            let columns = changed.iter_mut().zip(&latches[words.clone()]).zip(set).zip(reset).zip(known);
            for ((((changed, latch), set), reset), known) in columns {
                *changed |= latch ^ moved(*latch, *set, *reset, *known);
            }
        }
    }

    /// Moves one row from the state it was in; says what people see of it.
    fn change(
        &mut self,
        at: &At<'_>,
        (word, bit): (usize, usize),
        (old, before): (Old, &Before),
        pasts: &mut Pasts,
    ) -> Option<Change> {
        let row = word * 64 + bit;
        let mask = 1_u64 << bit;
        let was = Row {
            is_known: old.members & mask != 0,
            level: before.level(bit),
            is_pending: old.pending & mask != 0,
        };
        let is = self.row(row);
        let was_released = self.flapping.released(word) & mask != 0;
        let was_held = was_released || self.flapping.is_held(row);
        let from = shown(was, self.flapping.peak_if(row, was_held, pasts));
        if is.is_known && was.level != is.level {
            self.flapping.note(row, at.now, (was.level, is.level), pasts);
        }
        if is.level > 0 {
            self.risen[word] |= mask;
        }
        if is.is_known && !was.is_known {
            self.forgotten[word] &= !mask;
            self.risen[word] &= if is.level > 0 { u64::MAX } else { !mask };
            self.flapping.show(row, at.now, pasts);
        }
        let is_held = self.flapping.is_held(row);
        if !is.is_known {
            self.flapping.let_go(row);
        }
        let to = match shown(is, self.flapping.peak_if(row, is_held && is.is_known, pasts)) {
            _ if !is.is_known && was.is_known && from != State::Ok => {
                self.forgotten[word] |= mask;
                State::Forgotten
            }
            to => to,
        };
        if from == to {
            return None;
        }
        self.flapping.show(row, at.now, pasts);
        let clause = if !is.is_known {
            Clause::Forgotten
        } else if was_released && !is_held && was.level == is.level {
            Clause::FlappingReleased
        } else if is_held && to != shown(is, 0) {
            Clause::FlappingHeld
        } else {
            clause(at, row, from, to)
        };
        let row = u32::try_from(row).ok()?;
        Some(Change { alert: self.place, row, rank: 0, from, to, clause, flapping: is_held })
    }

    fn row(&self, row: usize) -> Row {
        let (word, bit) = place(row);
        let level =
            self.latches.iter().rposition(|latch| latch.get(word).is_some_and(|word| word & bit != 0));
        Row {
            is_known: self.members.get(word).is_some_and(|word| word & bit != 0),
            level: level.map_or(0, |level| level as u8 + 1),
            is_pending: self.pending.get(word).is_some_and(|word| word & bit != 0),
        }
    }

    /// The shown state of a row, `None` of one it does not know.
    pub(crate) fn state(&self, row: usize, pasts: &Pasts) -> Option<State> {
        let (word, bit) = place(row);
        let is = self.row(row);
        if is.is_known {
            Some(shown(is, self.flapping.peak_if(row, self.flapping.is_held(row), pasts)))
        } else {
            self.forgotten.get(word).is_some_and(|word| word & bit != 0).then_some(State::Forgotten)
        }
    }

    /// The levels whose latch is set, a bit each.
    pub(crate) fn levels_set(&self, row: usize) -> u16 {
        let (word, bit) = place(row);
        let is_set = |latch: &Vec<u64>| latch.get(word).is_some_and(|word| word & bit != 0);
        self.latches.iter().rev().fold(0, |set, latch| set << 1 | u16::from(is_set(latch)))
    }

    /// Since which tick the row is shown as it is, and whether it is held for flapping.
    pub(crate) fn since(&self, row: usize, pasts: &Pasts) -> (u32, bool) {
        (self.flapping.since(row, pasts), self.flapping.is_held(row))
    }

    /// The rows it knows, and those it forgot while pending or at a level.
    pub(crate) fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        let words = self.members.iter().zip(&self.forgotten).enumerate();
        words.flat_map(|(word, (members, forgotten))| {
            ones(members | forgotten).map(move |bit| word * 64 + bit)
        })
    }

    /// Says of each row of these words whether the alert's state is the one asked for.
    pub(crate) fn test(&self, test: StateTest, words: &Range<usize>, pasts: &Pasts, to: BitsMut<'_>) {
        for (place, word) in words.clone().enumerate() {
            let mut at_least = levels_of(&self.latches, word);
            for bit in ones(self.flapping.held(word)) {
                let peak = usize::from(self.flapping.peak_if(word * 64 + bit, true, pasts));
                for level in at_least.iter_mut().take(peak) {
                    *level |= 1 << bit;
                }
            }
            let any = at_least[0];
            let beyond = |level: u32| at_least.get(level as usize + 1).copied().unwrap_or_default();
            let is_true = match test {
                StateTest::Ok => !any,
                StateTest::Pending => self.pending[word] & !any,
                StateTest::Cleared => self.risen[word] & self.members[word] & !any,
                StateTest::Forgotten => self.forgotten[word],
                StateTest::Is(level) => {
                    at_least.get(level as usize).copied().unwrap_or_default() & !beyond(level)
                }
                StateTest::AtLeast(level) => at_least.get(level as usize).copied().unwrap_or_default(),
            };
            to.is_true[place] = is_true;
            to.is_false[place] = !is_true;
        }
    }

    /// So many ticks do not count.
    pub(crate) fn pause(&mut self, ticks: u32) {
        self.flapping.pause(ticks);
    }

    /// The next tick at which something happens by itself.
    pub(crate) fn next_due(&self) -> u32 {
        self.flapping.next_due()
    }

    pub(crate) fn bytes(&self) -> usize {
        let bitmaps = [&self.pending, &self.members, &self.forgotten, &self.risen];
        self.latches.iter().chain(bitmaps).map(|bitmap| bitmap.capacity() * 8).sum::<usize>()
            + self.flapping.bytes()
    }
}

/// The most levels of an alert; a plan with more is refused.
pub(crate) const LEVELS_MAX: usize = 16;

/// For each level the rows at it or above, from the latches.
fn levels_of(latches: &[Vec<u64>], word: usize) -> [u64; LEVELS_MAX] {
    let mut levels = [0; LEVELS_MAX];
    let mut above = 0;
    for (level, latch) in levels.iter_mut().zip(latches).rev() {
        above |= latch[word];
        *level = above;
    }
    levels
}

/// The latches of a word before they moved.
#[derive(Debug, Default)]
struct Before {
    latches: [u64; LEVELS_MAX],
    levels: usize,
}

impl Before {
    /// Notes the next level's.
    fn note(&mut self, latch: u64) {
        if let Some(before) = self.latches.get_mut(self.levels) {
            *before = latch;
            self.levels += 1;
        }
    }

    /// The highest level that was set, from 1.
    fn level(&self, bit: usize) -> u8 {
        let latches = self.latches.get(..self.levels).unwrap_or_default();
        latches.iter().rposition(|latch| latch >> bit & 1 == 1).map_or(0, |place| place as u8 + 1)
    }
}

/// An alert at a tick.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) planned: &'a Alert,
    pub(crate) columns: &'a Columns,
    /// The rows it has.
    pub(crate) rows: &'a Bitmap,
    /// The tick, counted from the engine's first.
    pub(crate) now: u32,
    /// The rows looked at.
    pub(crate) block: &'a Block,
}

impl<'a> At<'a> {
    /// What sets and what resets a level.
    fn moves(&self, level: &Level) -> (&'a [u64], &'a [u64]) {
        let of = |condition| self.columns.part(condition, &self.block.words).is_true;
        (of(level.set), of(level.reset))
    }
}

/// A word of latches after a tick.
const fn moved(latch: u64, set: u64, reset: u64, known: u64) -> u64 {
    (set | (latch & !reset)) & known
}

/// Memory for one alert after the other: what changes, and what is pending.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    changed: Vec<u64>,
    pending: Vec<u64>,
}

impl Scratch {
    fn resize(&mut self, words: usize) {
        self.changed.resize(words.max(self.changed.len()), 0);
        self.pending.resize(words.max(self.pending.len()), 0);
        self.pending[..words].fill(0);
    }
}

/// What people see of a row held at `peak` (0: not held).
fn shown(row: Row, peak: u8) -> State {
    match row.level.max(peak).checked_sub(1) {
        _ if !row.is_known => State::Ok,
        Some(level) => State::Level(u32::from(level)),
        None if row.is_pending => State::Pending,
        None => State::Ok,
    }
}

/// Which clause brought a row from one state to another.
fn clause(at: &At<'_>, row: usize, from: State, to: State) -> Clause {
    let planned = at.planned;
    let is = |condition| at.columns.part_at(condition, &at.block.words, row);
    let level = |place: u32| planned.levels.get(place as usize);
    let when = |place: u32| level(place)?.when.map(is);
    match (from, to) {
        (State::Level(before), now) if now < from => match when(before) {
            Some(None) => Clause::AbsentClears(before),
            _ => Clause::Clear(before),
        },
        (_, State::Level(now)) => match when(now) {
            Some(Some(true)) | None => Clause::When(now),
            _ => Clause::Absent(now),
        },
        (_, State::Pending) => Clause::Pending(pending_level(planned, |level| {
            level.pending.is_some_and(|pending| is(pending) == Some(true))
        })),
        _ => Clause::NotPending(
            planned
                .levels
                .iter()
                .zip(0..)
                .find(|(level, _)| level.pending.is_some())
                .map_or(0, |(_, place)| place),
        ),
    }
}

fn pending_level(planned: &Alert, is_pending: impl Fn(&Level) -> bool) -> u32 {
    planned
        .levels
        .iter()
        .zip(0..)
        .filter(|(level, _)| is_pending(level))
        .map(|(_, place)| place)
        .last()
        .unwrap_or(0)
}
