//! What a source can promise: nothing older than the collection in progress, and between collections nothing older than now.
//!
//! The collector (which reads the clock to give its samples an instant) and the evaluation (which reads it to promise) meet in
//! one lock, so that a promise is never broken by a collection that was just about to begin.

use std::sync::{Mutex, PoisonError};

use super::clock::Clock;

/// A collection that begins this soon after it was due is given the instant at which it was due, in ms.
const PUNCTUAL_MS: i64 = 250;

/// What one source has promised, and whether it is being asked.
#[derive(Debug)]
pub(super) struct Passage(Mutex<State>);

#[derive(Debug, Clone, Copy)]
struct State {
    /// The last promise.
    promised_ms: i64,
    /// The instant of the collection in progress.
    busy_ms: Option<i64>,
    /// When the next one is due.
    next_ms: i64,
}

impl Passage {
    /// A source that is asked first at `first_ms`.
    pub(super) fn new(first_ms: i64) -> Self {
        Self(Mutex::new(State { promised_ms: i64::MIN, busy_ms: None, next_ms: first_ms }))
    }

    /// A collection begins; all it brings has the instant given back, which no promise covers.
    pub(super) fn begin(&self, clock: &Clock) -> i64 {
        self.begin_at(|| clock.now_ms())
    }

    fn begin_at(&self, now: impl FnOnce() -> i64) -> i64 {
        let mut state = self.lock();
        let now_ms = now();
        let is_punctual = (0..=PUNCTUAL_MS).contains(&now_ms.saturating_sub(state.next_ms));
        let at_ms = if is_punctual { state.next_ms } else { now_ms };
        let at_ms = at_ms.max(state.promised_ms.saturating_add(1));
        state.busy_ms = Some(at_ms);
        at_ms
    }

    /// What a collection brought has been taken in; the next is due at `next_ms`.
    pub(super) fn finish(&self, next_ms: i64) {
        let mut state = self.lock();
        *state = State { busy_ms: None, next_ms, ..*state };
    }

    /// What can be promised now: nothing at or before the instant given back comes any more.
    pub(super) fn promise(&self, clock: &Clock) -> i64 {
        self.promise_at(|| clock.now_ms())
    }

    fn promise_at(&self, now: impl FnOnce() -> i64) -> i64 {
        let mut state = self.lock();
        let next_sample_ms = state.busy_ms.unwrap_or_else(|| now().min(state.next_ms));
        state.promised_ms = state.promised_ms.max(next_sample_ms.saturating_sub(1));
        state.promised_ms
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
