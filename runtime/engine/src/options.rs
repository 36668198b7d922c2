//! The bounds of the engine's memory and patience. Whatever goes beyond one is refused and counted, never held.

/// The bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The most rows of one label set.
    pub rows_max: u32,
    /// One more than the greatest series number.
    pub series_max: u32,
    /// The most samples that wait for their tick to close.
    pub waiting_samples_max: usize,
    /// The most ticks that have samples waiting.
    pub waiting_ticks_max: usize,
    /// How far ahead of the journaled clock a sample may be, in ms; without a clock, nothing is too far ahead.
    pub ahead_ms_max: i64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rows_max: 1 << 24,
            series_max: 1 << 25,
            waiting_samples_max: 1 << 26,
            waiting_ticks_max: 1 << 18,
            ahead_ms_max: 3_600_000,
        }
    }
}
