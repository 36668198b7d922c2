//! What a `given` feeds: a sample at each `every` of its target, on a value that holds, moves in a straight line, or is missing.

use nvp_check::typed::{Given, Segment};

const SECONDS_PER_MS: f64 = 0.001;

/// The value fed at an instant (ms from the test's start), in base units; `None` feeds nothing.
pub fn value_at(given: &Given, at_ms: i64) -> Option<f64> {
    let segment =
        given.segments.iter().find(|segment| segment.from_ms <= at_ms && at_ms < segment.until_ms)?;
    let value = value_within(segment, at_ms)?;
    Some(if given.accumulate { accumulated(given, at_ms) } else { value })
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

/// What a counter that grows by these values per second has reached. While nothing is fed it stands still.
fn accumulated(given: &Given, at_ms: i64) -> f64 {
    let grown = |segment: &Segment| {
        let until_ms = segment.until_ms.min(at_ms);
        let length_ms = until_ms.saturating_sub(segment.from_ms);
        match (value_within(segment, segment.from_ms), value_within(segment, until_ms)) {
            (Some(first), Some(last)) if length_ms > 0 => {
                (first + last) * 0.5 * (length_ms as f64 * SECONDS_PER_MS)
            }
            _ => 0.0,
        }
    };
    given.segments.iter().map(grown).sum()
}

#[cfg(test)]
mod tests;
