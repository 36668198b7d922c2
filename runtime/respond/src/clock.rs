//! The time of the response: what it is now, and how much of it counts.
//!
//! Two readings. *Now* is an instant in ms since the Unix epoch, by which silences, calendars and rotations are looked up and records
//! are dated; it never goes back. *Mature* time is what rungs, repeats and acknowledgements count in; it starts at the first instant
//! known and then only ever grows by time that is known to have passed, so that a clock that jumps calls nobody.
//!
//! Where they come from:
//!
//! - **Clocks are there** (live; a dry run or a test that feeds them): the journaled clock is the time. A step of at most
//!   [`STEP_MS_MAX`] from the last clock matures; a longer one is a gap: now moves, mature time does not. A step back changes nothing,
//!   and time goes on maturing from what the clock shows then, so that a clock that was set back an hour does not keep people from
//!   being called for an hour. Ticks are behind the clock and move nothing; one before the clock (a source whose clock is wrong)
//!   moves nothing either.
//! - **No clock has been seen yet** (a replay of ticks alone): ticks are the time, and all of it matures, however far apart.
//! - **All sources dead**: clocks come on, ticks do not. Time goes on, ladders mature.
//! - **A start**: the time while the process was stopped has really passed and matures whole, but nobody is called until one tick
//!   has been closed after it ([`Clock::is_confirmed`]). Who says that it started also feeds clocks.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::effect::{Effects, Event};

/// A step of the journaled clock that is longer than this is a gap, in ms.
pub const STEP_MS_MAX: i64 = 5_000;

/// The time of the response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    now_ms: Option<i64>,
    mature_ms: i64,
    /// How far it had matured before the last input that says what time it is.
    mature_before_ms: i64,
    /// What the journaled clock showed last: steps are measured from it, not from now.
    last_clock_ms: Option<i64>,
    is_confirmed: bool,
}

impl Default for Clock {
    fn default() -> Self {
        Self { now_ms: None, mature_ms: 0, mature_before_ms: 0, last_clock_ms: None, is_confirmed: true }
    }
}

impl Clock {
    /// The present instant, in ms since the Unix epoch; 0 before the first input.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.now_ms.unwrap_or(0)
    }

    /// How far time has matured, in ms: the first instant known, and all that has passed since but for gaps.
    #[must_use]
    pub const fn mature_ms(&self) -> i64 {
        self.mature_ms
    }

    /// Whether a tick has been closed since the last start: only then is anybody called.
    #[must_use]
    pub const fn is_confirmed(&self) -> bool {
        self.is_confirmed
    }

    /// When a mature instant is (or was), if there is no gap in between.
    #[must_use]
    pub fn instant_of(&self, mature_ms: i64) -> i64 {
        self.now_ms().saturating_add(mature_ms.saturating_sub(self.mature_ms))
    }

    /// How far time had (or will have) matured at an instant, if there is no gap in between.
    #[must_use]
    pub fn maturity_at(&self, at_ms: i64) -> i64 {
        self.mature_ms.saturating_add(at_ms.saturating_sub(self.now_ms()))
    }

    /// How far time had matured when something ended that the last input found to be over: where that was in a gap, nothing has matured
    /// since.
    #[must_use]
    pub fn maturity_at_end(&self, at_ms: i64) -> i64 {
        self.maturity_at(at_ms).max(self.mature_before_ms)
    }

    /// The evaluation closed a tick.
    pub fn tick(&mut self, at_ms: i64) {
        self.mature_before_ms = self.mature_ms;
        self.is_confirmed = true;
        if self.last_clock_ms.is_none() {
            self.pass_until(at_ms);
        }
    }

    /// The journaled clock shows this. A gap, and a step back as long as one, are recorded; says whether it was one.
    pub fn clock(&mut self, now_ms: i64, out: &mut Effects) -> bool {
        self.mature_before_ms = self.mature_ms;
        let from_ms = self.last_clock_ms.or(self.now_ms);
        self.last_clock_ms = Some(now_ms);
        let Some(from_ms) = from_ms else {
            self.pass_until(now_ms);
            return false;
        };
        let step_ms = now_ms.saturating_sub(from_ms);
        self.now_ms = self.now_ms.max(Some(now_ms));
        let is_gap = step_ms.saturating_abs() > STEP_MS_MAX;
        if is_gap {
            out.record(self.now_ms(), Event::Gap(step_ms));
        } else {
            self.mature_ms = self.mature_ms.saturating_add(step_ms.max(0));
        }
        is_gap
    }

    /// The process started (again).
    pub fn started(&mut self, now_ms: i64) {
        self.mature_before_ms = self.mature_ms;
        self.is_confirmed = false;
        self.last_clock_ms = Some(now_ms);
        self.pass_until(now_ms);
    }

    /// Time passes and matures until an instant, if that is to come.
    fn pass_until(&mut self, at_ms: i64) {
        match self.now_ms {
            None => {
                self.now_ms = Some(at_ms);
                self.mature_ms = at_ms;
            }
            Some(now_ms) if at_ms > now_ms => {
                self.now_ms = Some(at_ms);
                self.mature_ms = self.mature_ms.saturating_add(at_ms.saturating_sub(now_ms));
            }
            Some(_) => {}
        }
    }
}
