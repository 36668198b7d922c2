//! What is odd about a target's answers, told in the log with its place: each kind of oddity once, for the counters show how often.
//!
//! It decides nothing and leaves nothing out.

use nvp_formats::{Batch, DropReason, Dropped};

/// A sample further than this from our clock is told of, in ms: clocks drift by seconds, and what is wrong is wrong by more.
const CLOCK_DISTANCE_MS_MAX: u64 = 60_000;

/// Tells of one target.
#[derive(Debug)]
pub(super) struct Remarks {
    /// The target's name for people.
    source: String,
    told: [bool; DropReason::ALL.len()],
    clock_told: bool,
}

impl Remarks {
    pub(super) fn new(source: String) -> Self {
        Self { source, told: [false; DropReason::ALL.len()], clock_told: false }
    }

    /// Tells what was left out for a reason not met before.
    pub(super) fn left_out(&mut self, dropped: &Dropped) {
        for (reason, count, example) in dropped.iter() {
            // A value that is missing says so with NaN: nothing is wrong with it.
            let first = self.told.get_mut(reason as usize).is_some_and(|told| !std::mem::replace(told, true));
            if !first || reason == DropReason::NotANumber {
                continue;
            }
            let why = reason.words(count);
            let line = example.map_or(0, |example| example.line);
            let text = example.map(|example| example.text.as_str()).unwrap_or_default();
            let source = self.source.as_str();
            if reason.is_loss() {
                tracing::warn!(
                    source,
                    why,
                    line,
                    text,
                    "the source gives something that is left out; more of it is counted only"
                );
            } else {
                tracing::warn!(
                    source,
                    why,
                    line,
                    text,
                    "the source gives something odd; more of it is counted only"
                );
            }
        }
    }

    /// Tells when the samples from `first` on are far from `at_ms`, the instant of the scrape.
    pub(super) fn clock(&mut self, batch: &Batch, first: usize, at_ms: i64) {
        if self.clock_told {
            return;
        }
        let instants = batch.instants.get(first..).unwrap_or_default();
        let far = instants.iter().find(|instant| instant.abs_diff(at_ms) > CLOCK_DISTANCE_MS_MAX);
        if let Some(instant) = far {
            self.clock_told = true;
            let (source, distance_s) =
                (self.source.as_str(), instant.abs_diff(at_ms).saturating_add(500) / 1_000);
            let direction = if *instant > at_ms { "ahead of" } else { "behind" };
            let why = format!("a timestamp is {distance_s} s {direction} our clock");
            tracing::warn!(
                source,
                why,
                "the source gives samples that are left out as future or late; they are counted"
            );
        }
    }
}
