//! What goes into the engine. It is everything the engine ever learns of the world: it knows no clock, no socket and no file.
//!
//! Inputs borrow; the engine copies what it keeps. A source is opened once, a series is announced once, then samples come in columns.

use nvp_plan::ids::LaneId;

/// A series' number, dense, given by whoever reads the wire. It never shows in a decision.
pub type SeriesId = u32;

/// A source's number, dense, given by whoever opens it.
pub type SourceId = u32;

/// Prometheus' stale marker: a sample of these bits ends its series at once. Every other NaN is a missing value.
pub const STALE_MARKER: f64 = f64::from_bits(0x7ff0_0000_0000_0002);

/// Whether `value` is the stale marker, bit for bit.
#[must_use]
pub const fn is_stale_marker(value: f64) -> bool {
    value.to_bits() == STALE_MARKER.to_bits()
}

/// One input. All instants are in ms since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Input<'a> {
    /// A source is there. Ticks wait for it (see `watermark.rs`).
    SourceOpened {
        /// Its number.
        source: SourceId,
        /// Its name, for people.
        name: &'a str,
        /// How long, in ms, a tick waits for it: its samples may come in this much later than their instants. With 0 it is waited
        /// for only as long as no [`Input::Clock`] has passed the tick.
        waits_ms: i64,
    },
    /// A promise: nothing at or before this instant comes any more from this source.
    SourceClosed {
        /// Whose promise.
        source: SourceId,
        /// Through which instant.
        through_ms: i64,
    },
    /// The source is gone; nothing waits for it any more. Its series stay until they are stale and forgotten.
    SourceEnded {
        /// Which.
        source: SourceId,
    },
    /// A series is there: before its first sample, and again after it was removed.
    Appeared {
        /// Where it comes from.
        source: SourceId,
        /// Its number from now on.
        series: SeriesId,
        /// Its name on the wire.
        name: &'a str,
        /// Its labels on the wire, sorted by name.
        labels: &'a [(&'a str, &'a str)],
    },
    /// The series' target was removed by discovery or a scaler: it is forgotten at the next tick, its waiting samples are dropped.
    Removed {
        /// Which.
        series: SeriesId,
    },
    /// Samples, in any order; the three columns are of one length (what is longer is left out).
    Samples {
        /// Where they come from.
        source: SourceId,
        /// The lane they are for. The instants are the samples' own: the engine adds the lane's `ago_ms`.
        lane: LaneId,
        /// Whose samples.
        series: &'a [SeriesId],
        /// Their instants.
        instants: &'a [i64],
        /// Their values, as on the wire.
        values: &'a [f64],
    },
    /// The journaled wall clock: closes the ticks whose grace is over.
    Clock {
        /// What it shows.
        now_ms: i64,
    },
    /// Nobody looked between the last tick and this instant: the process was down, or the machine slept. Nothing matures in that time:
    /// its ticks are gone over but those for which samples wait, and the clocks of `for` stand still. To come before the
    /// [`Input::Clock`] that is so much later.
    Gap {
        /// Through which instant.
        through_ms: i64,
    },
}
