//! The wall clock, made to never go back.
//!
//! Forward it follows at once (after a suspend, say). When the wall clock is set back, this one goes on at half the pace until the
//! wall has caught up: time that stood still would stop the evaluation, and time that went back would make samples late.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The clock of a run.
#[derive(Debug)]
pub(super) struct Clock {
    started: Instant,
    steady: Mutex<Steady>,
}

/// What the clock showed, and when on the monotonic clock.
#[derive(Debug, Clone, Copy)]
struct Steady {
    shown_us: i64,
    at: Duration,
}

impl Clock {
    /// The system's clock; it never shows less than `least_ms`.
    pub(super) fn system(least_ms: i64) -> Self {
        let shown_us = wall_us().max(least_ms.saturating_mul(1_000));
        let steady = Steady { shown_us, at: Duration::ZERO };
        Self { started: Instant::now(), steady: Mutex::new(steady) }
    }

    /// The time, in ms since the Unix epoch; never less than it was.
    pub(super) fn now_ms(&self) -> i64 {
        let mut steady = self.steady.lock().unwrap_or_else(PoisonError::into_inner);
        steady.advance(wall_us(), self.started.elapsed()).div_euclid(1_000)
    }

    /// How long until it shows `at_ms`; zero when it is past.
    pub(super) fn until(&self, at_ms: i64) -> Duration {
        let ms = at_ms.saturating_sub(self.now_ms());
        Duration::from_millis(u64::try_from(ms).unwrap_or_default())
    }

    /// Waits until it shows `at_ms`, however the wall clock is set meanwhile.
    pub(super) async fn wait_until(&self, at_ms: i64) {
        loop {
            let rest = self.until(at_ms);
            if rest.is_zero() {
                return;
            }
            tokio::time::sleep(rest).await;
        }
    }
}

impl Steady {
    fn advance(&mut self, wall_us: i64, at: Duration) -> i64 {
        let passed = i64::try_from(at.saturating_sub(self.at).as_micros()).unwrap_or(i64::MAX);
        if wall_us >= self.shown_us.saturating_add(passed) {
            *self = Self { shown_us: wall_us, at };
            return self.shown_us;
        }
        // Half the pace, in whole pairs of microseconds, so that nothing is lost to frequent calls; never behind the wall.
        let half = passed / 2;
        self.shown_us = self.shown_us.saturating_add(half).max(wall_us);
        self.at += Duration::from_micros(u64::try_from(half.saturating_mul(2)).unwrap_or_default());
        self.shown_us
    }
}

fn wall_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
