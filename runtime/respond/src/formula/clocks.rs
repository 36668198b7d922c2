//! The clocks of `for` in a clause that is waited for. They start when the clause begins to be waited for.

use serde::{Deserialize, Serialize};

/// The clocks of one clause.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub(crate) struct Clocks {
    clocks: Vec<Clock>,
    /// The instant of the look in progress, in ms.
    now_ms: i64,
}

/// It runs while its condition is true, stops while it is unknown, and returns to zero when it is false.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
struct Clock {
    served_ms: i64,
    /// When it was last looked at and true; `None` when it was not true then.
    true_at_ms: Option<i64>,
}

impl Clocks {
    /// So many, at zero.
    pub(crate) fn new(clocks: u32) -> Self {
        Self { clocks: vec![Clock::default(); clocks as usize], now_ms: 0 }
    }

    /// How many.
    pub(crate) fn count(&self) -> usize {
        self.clocks.len()
    }

    /// A look at this instant begins.
    pub(crate) fn begin(&mut self, now_ms: i64) {
        self.now_ms = now_ms;
    }

    /// Nothing is known of the time since the last look: no clock runs through it.
    pub(crate) fn stop(&mut self) {
        for clock in &mut self.clocks {
            clock.true_at_ms = None;
        }
    }

    /// Whether a condition, which is now this, has been true for so long.
    pub(super) fn look(&mut self, place: u32, is: Option<bool>, lasts_ms: i64) -> Option<bool> {
        let clock = self.clocks.get_mut(place as usize)?;
        match is {
            Some(true) => {
                let since_ms = clock.true_at_ms.unwrap_or(self.now_ms);
                clock.served_ms = clock.served_ms.saturating_add(self.now_ms.saturating_sub(since_ms).max(0));
                clock.true_at_ms = Some(self.now_ms);
                Some(clock.served_ms >= lasts_ms)
            }
            Some(false) => {
                *clock = Clock::default();
                Some(false)
            }
            None => {
                clock.true_at_ms = None;
                None
            }
        }
    }
}
