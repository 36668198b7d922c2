//! `c for D`: a clock a row.
//!
//! A clock is one number: of a running one the tick at which it would have started had it never stopped, of a stopped one how many ticks it
//! has run. Nothing is done for a row whose condition does not change, but when its time may be over: for each word of 64 rows
//! the earliest such tick is known. So a steady tick costs a comparison a word.
#![expect(
    clippy::indexing_slicing,
    reason = "INVARIANT (row order): the clocks, bitmaps and conditions of a domain have one length"
)]

use crate::beside::Beside;
use crate::bits::{Bitmap, ones};
use crate::snapshot::kept::kept;
use nvp_kernels::{Bits, BitsMut};
use nvp_plan::step::Hold;
use std::ops::Range;

/// No clock of the word can be served.
const NEVER: u32 = u32::MAX;

/// The clocks of one `for`. Ticks are counted from the engine's first.
#[derive(Debug)]
pub(crate) struct Clocks {
    /// Its place among the clocks of a row.
    place: usize,
    /// How many ticks after its start a clock is served.
    needed: u32,
    /// Rows whose condition was true at the tick before.
    running: Vec<u64>,
    /// Rows whose clock is not at zero.
    started: Vec<u64>,
    /// Rows whose clock has run long enough.
    served: Vec<u64>,
    /// The earliest tick at which a running clock of the word is served.
    due: Vec<u32>,
    /// The words that something happens to at this tick.
    touched: Vec<usize>,
}

kept!(Clocks { column running, column started, column served, column due });

impl Clocks {
    pub(crate) fn new(place: usize, planned: &Hold, tick_ms: i64) -> Self {
        let ticks = planned.for_ms.max(0).saturating_add(tick_ms - 1) / tick_ms.max(1);
        Self {
            place,
            needed: u32::try_from(ticks).unwrap_or(NEVER),
            running: Vec::new(),
            started: Vec::new(),
            served: Vec::new(),
            due: Vec::new(),
            touched: Vec::new(),
        }
    }

    pub(crate) fn resize(&mut self, rows: usize) {
        for bitmap in [&mut self.running, &mut self.started, &mut self.served] {
            bitmap.resize(rows / 64, 0);
        }
        self.due.resize(rows / 64, NEVER);
        self.touched.clear();
        self.touched.reserve(rows / 64);
    }

    /// Moves the clocks of these words: `allowed` are the rows whose clocks may run, and `to` is true once served.
    pub(crate) fn tick(
        &mut self,
        now: u32,
        words: &Range<usize>,
        allowed: &Bitmap,
        of: Bits<'_>,
        to: BitsMut<'_>,
        clocks: &mut Beside<u32>,
    ) {
        let (from, count) = (words.start, words.len());
        let (of_true, of_false) = (&of.is_true[..count], &of.is_false[..count]);
        let (to_true, to_false) = (&mut to.is_true[..count], &mut to.is_false[..count]);
        let (running, started) = (&self.running[words.clone()], &self.started[words.clone()]);
        let (served, due) = (&self.served[words.clone()], &self.due[words.clone()]);
        let allowed = allowed.0.get(words.clone()).unwrap_or_default();
        let may = |word: usize| allowed.get(word).copied().unwrap_or_default();
        // First the bitmaps alone; then the clocks of the words that need it, whose places in memory are far apart.
        self.touched.clear();
        for word in 0..count {
            let (is_true, is_false, may) = (of_true[word], of_false[word], may(word));
            let moves = Moves::of(is_true & may, is_false | !may, running[word], started[word]);
            to_true[word] = is_true & served[word];
            to_false[word] = is_false | is_true & !served[word];
            if moves.any() | (due[word] <= now) {
                self.touched.push(word);
            }
        }
        for &word in &self.touched {
            let (is_true, is_false, may) = (of_true[word], of_false[word], may(word));
            let at = from + word;
            let moves = Moves::of(is_true & may, is_false | !may, self.running[at], self.started[at]);
            let bits = Words {
                running: &mut self.running[at],
                started: &mut self.started[at],
                served: &mut self.served[at],
                due: &mut self.due[at],
            };
            let each = clocks.each();
            let clocks = OfWord { all: clocks.of_rows(at * 64..at * 64 + 64), each, place: self.place };
            bits.change(clocks, now, self.needed, moves);
            to_true[word] = is_true & self.served[at];
            to_false[word] = is_false | is_true & !self.served[at];
        }
    }

    /// Stops all clocks before tick `now`; they go on with the next tick at which their condition is true.
    pub(crate) fn pause(&mut self, now: u32, clocks: &mut Beside<u32>) {
        for (word, (running, due)) in self.running.iter_mut().zip(&mut self.due).enumerate() {
            *due = NEVER;
            for bit in ones(std::mem::take(running)) {
                if let Some(clock) = clocks.get_mut(word * 64 + bit, self.place) {
                    *clock = now.saturating_sub(1).saturating_sub(*clock);
                }
            }
        }
    }

    /// The earliest tick at which a clock may be served.
    pub(crate) fn next_due(&self) -> u32 {
        self.due.iter().copied().min().unwrap_or(NEVER)
    }

    pub(crate) fn bytes(&self) -> usize {
        (self.running.capacity() + self.started.capacity() + self.served.capacity()) * 8
            + self.due.capacity() * 4
            + self.touched.capacity() * 8
    }
}

/// The rows of a word whose clocks go back to zero, start and stop.
struct Moves {
    reset: u64,
    starts: u64,
    stops: u64,
}

impl Moves {
    /// From the rows whose clocks run, those whose clocks are to be at zero, and what was.
    #[inline(always)]
    const fn of(runs: u64, zero: u64, running: u64, started: u64) -> Self {
        let reset = zero & started;
        Self { reset, starts: runs & !running, stops: running & !runs & !reset }
    }

    const fn any(&self) -> bool {
        self.reset | self.starts | self.stops != 0
    }
}

/// The clocks of one hold in a word of rows, among those of others.
struct OfWord<'a> {
    all: &'a mut [u32],
    each: usize,
    place: usize,
}

impl OfWord<'_> {
    #[inline]
    fn at(&mut self, bit: usize) -> &mut u32 {
        &mut self.all[bit * self.each + self.place]
    }
}

/// One word of the clocks' bitmaps.
struct Words<'a> {
    running: &'a mut u64,
    started: &'a mut u64,
    served: &'a mut u64,
    due: &'a mut u32,
}

impl Words<'_> {
    fn change(self, mut clocks: OfWord<'_>, now: u32, needed: u32, moves: Moves) {
        for bit in ones(moves.reset) {
            *clocks.at(bit) = 0;
        }
        *self.running &= !(moves.reset | moves.stops);
        *self.started &= !moves.reset;
        *self.served &= !moves.reset;
        for bit in ones(moves.stops) {
            let clock = clocks.at(bit);
            *clock = now.saturating_sub(1).saturating_sub(*clock);
        }
        for bit in ones(moves.starts) {
            let clock = clocks.at(bit);
            *clock = now.saturating_sub(*clock);
            *self.due = (*self.due).min(clock.saturating_add(needed));
        }
        *self.running |= moves.starts;
        *self.started |= moves.starts;
        if *self.due > now {
            return;
        }
        *self.due = NEVER;
        for bit in ones(*self.running & !*self.served) {
            let over = clocks.at(bit).saturating_add(needed);
            if over <= now {
                *self.served |= 1 << bit;
            } else {
                *self.due = (*self.due).min(over);
            }
        }
    }
}

#[cfg(test)]
mod tests;
