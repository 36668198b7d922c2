//! What a `given` feeds: a sample at each `every` of its target, on a value that holds, moves in a straight line, or is missing.

use nvp_check::typed::{Given, Segment, Until};

const SECONDS_PER_MS: f64 = 0.001;

/// A given with the instants (ms from the test's start) at which its phases began, as far as they have.
#[derive(Debug)]
pub struct Stretches<'a> {
    /// What was written.
    pub given: &'a Given,
    began_ms: Vec<i64>,
}

impl<'a> Stretches<'a> {
    /// At the test's start, in the first phase.
    pub fn new(given: &'a Given) -> Self {
        Self { given, began_ms: vec![0] }
    }

    /// A step has answered: the phase that lasts until then ends.
    pub fn answered(&mut self, what: &Until, at_ms: i64) {
        let present = self.began_ms.len().checked_sub(1).and_then(|place| self.given.phases.get(place));
        let ends = present.and_then(|phase| phase.until.as_ref()).is_some_and(|until| until == what);
        if ends {
            self.began_ms.push(at_ms);
        }
    }

    /// The value fed at an instant (ms from the test's start), in base units; `None` feeds nothing.
    pub fn value_at(&self, at_ms: i64) -> Option<f64> {
        let phases = self.given.phases.iter().zip(&self.began_ms);
        let (phase, began_ms) = phases.rev().find(|(_, began_ms)| **began_ms <= at_ms)?;
        let in_phase_ms = at_ms.saturating_sub(*began_ms);
        let holds = |segment: &&Segment| segment.from_ms <= in_phase_ms && in_phase_ms < segment.until_ms;
        let value = value_within(phase.segments.iter().find(holds)?, in_phase_ms)?;
        Some(if self.given.accumulate { self.accumulated(at_ms) } else { value })
    }

    /// What a counter that grows by these values per second has reached. While nothing is fed it stands still.
    fn accumulated(&self, at_ms: i64) -> f64 {
        let ends_ms = self.began_ms.iter().skip(1).chain([&i64::MAX]);
        let phases = self.given.phases.iter().zip(&self.began_ms).zip(ends_ms);
        let grown = phases.flat_map(|((phase, began_ms), ends_ms)| {
            let in_phase_ms = at_ms.min(*ends_ms).saturating_sub(*began_ms);
            phase.segments.iter().map(move |segment| grown_within(segment, in_phase_ms))
        });
        grown.sum()
    }
}

fn value_within(segment: &Segment, at_ms: i64) -> Option<f64> {
    let value = segment.value?;
    let Some(to) = segment.to else { return Some(value) };
    let length_ms = segment.until_ms.saturating_sub(segment.from_ms);
    if length_ms <= 0 || segment.until_ms == i64::MAX {
        return Some(value);
    }
    let share = at_ms.saturating_sub(segment.from_ms) as f64 / length_ms as f64;
    Some(value + (to - value) * share)
}

fn grown_within(segment: &Segment, at_ms: i64) -> f64 {
    let until_ms = segment.until_ms.min(at_ms);
    let length_ms = until_ms.saturating_sub(segment.from_ms);
    match (value_within(segment, segment.from_ms), value_within(segment, until_ms)) {
        (Some(first), Some(last)) if length_ms > 0 => {
            (first + last) * 0.5 * (length_ms as f64 * SECONDS_PER_MS)
        }
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests;
