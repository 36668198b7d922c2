//! The tick: the smallest `every` of what the whole policy reads, at least a second.
//!
//! It is taken from all alerts and playbooks, whichever of them are lowered, so that a test of one alert has the ticks that production has.

use nvp_check::typed::{MetricId, Policy};

/// The shortest tick, in ms.
const TICK_MS_MIN: i64 = 1_000;
/// The tick of a policy that reads nothing, in ms.
const TICK_MS_IDLE: i64 = 15_000;

/// The tick of a policy whose alerts and playbooks read these metrics, in ms.
pub(crate) fn tick_ms<'r>(policy: &Policy, read: impl Iterator<Item = &'r MetricId>) -> i64 {
    read.filter_map(|id| policy.metrics.get(id.0))
        .map(|metric| metric.every_ms)
        .min()
        .unwrap_or(TICK_MS_IDLE)
        .max(TICK_MS_MIN)
}

/// A duration in ticks, rounded up.
pub(crate) fn ticks(duration_ms: i64, tick_ms: i64) -> u32 {
    let ticks = duration_ms.max(0).div_euclid(tick_ms) + i64::from(duration_ms.rem_euclid(tick_ms) != 0);
    u32::try_from(ticks).unwrap_or(u32::MAX)
}
