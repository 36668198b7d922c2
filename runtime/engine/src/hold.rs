//! `c for D`: a clock a row.
//!
//! A clock is one number: of a running one the tick at which it would have started had it never stopped, of a stopped one how many ticks it
//! has run. Nothing is done for a row whose condition does not change, but when its time may be over: for each word of 64 rows
//! the earliest such tick is known. So a steady tick costs a comparison a word.
#![expect(
    clippy::indexing_slicing,
    reason = "INVARIANT (row order): the clocks, bitmaps and conditions of a domain have one length"
)]

use crate::bits::{Bitmap, Truth, ones};
use crate::columns::grow;
use nvp_plan::step::Hold;

/// No clock of the word can be served.
const NEVER: u32 = u32::MAX;

/// The clocks of one `for`. Ticks are counted from the engine's first.
#[derive(Debug)]
pub(crate) struct Clocks {
    /// How many ticks after its start a clock is served.
    needed: u32,
    clock: Vec<u32>,
    /// Rows whose condition was true at the tick before.
    running: Vec<u64>,
    /// Rows whose clock is not at zero.
    started: Vec<u64>,
    /// Rows whose clock has run long enough.
    served: Vec<u64>,
    /// The earliest tick at which a running clock of the word is served.
    due: Vec<u32>,
}

impl Clocks {
    pub(crate) fn new(planned: &Hold, tick_ms: i64) -> Self {
        let ticks = planned.for_ms.max(0).saturating_add(tick_ms - 1) / tick_ms.max(1);
        Self {
            needed: u32::try_from(ticks).unwrap_or(NEVER),
            clock: Vec::new(),
            running: Vec::new(),
            started: Vec::new(),
            served: Vec::new(),
            due: Vec::new(),
        }
    }

    pub(crate) fn resize(&mut self, rows: usize) {
        grow(&mut self.clock, rows, 0);
        for bitmap in [&mut self.running, &mut self.started, &mut self.served] {
            bitmap.resize(rows / 64, 0);
        }
        self.due.resize(rows / 64, NEVER);
    }

    /// Moves the clocks: `allowed` are the rows whose clocks may run, and `to` is true once served.
    pub(crate) fn tick(&mut self, now: u32, is_warming: bool, allowed: &Bitmap, of: &Truth, to: &mut Truth) {
        let known = if is_warming { 0 } else { u64::MAX };
        for word in 0..self.running.len() {
            let may = allowed.word(word);
            let is_true = of.is_true[word] & known;
            let is_false = of.is_false[word] & known;
            let runs = is_true & may;
            let reset = (is_false | !may) & self.started[word];
            let starts = runs & !self.running[word];
            let stops = self.running[word] & !runs & !reset;
            if reset | starts | stops != 0 {
                self.change(word, now, reset, starts, stops);
            }
            if self.due[word] <= now {
                self.serve(word, now);
            }
            let served = is_true & self.served[word];
            to.is_true[word] = served;
            to.is_false[word] = is_false | is_true & !served;
        }
    }

    fn change(&mut self, word: usize, now: u32, reset: u64, starts: u64, stops: u64) {
        for bit in ones(reset) {
            self.clock[word * 64 + bit] = 0;
        }
        self.running[word] &= !(reset | stops);
        self.started[word] &= !reset;
        self.served[word] &= !reset;
        for bit in ones(stops) {
            let clock = &mut self.clock[word * 64 + bit];
            *clock = now.saturating_sub(1).saturating_sub(*clock);
        }
        for bit in ones(starts) {
            let clock = &mut self.clock[word * 64 + bit];
            *clock = now.saturating_sub(*clock);
            self.due[word] = self.due[word].min(clock.saturating_add(self.needed));
        }
        self.running[word] |= starts;
        self.started[word] |= starts;
    }

    fn serve(&mut self, word: usize, now: u32) {
        let mut due = NEVER;
        for bit in ones(self.running[word] & !self.served[word]) {
            let over = self.clock[word * 64 + bit].saturating_add(self.needed);
            if over <= now {
                self.served[word] |= 1 << bit;
            } else {
                due = due.min(over);
            }
        }
        self.due[word] = due;
    }

    /// The earliest tick at which a clock may be served.
    pub(crate) fn next_due(&self) -> u32 {
        self.due.iter().copied().min().unwrap_or(NEVER)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.clock.capacity() * 4
            + (self.running.capacity() + self.started.capacity() + self.served.capacity()) * 8
            + self.due.capacity() * 4
    }
}

#[cfg(test)]
mod tests;
