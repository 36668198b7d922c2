//! Windows: what is kept of the past, and what is read off it.
//!
//! A window at tick `t` of length `d` holds the samples in `(t − d, t]`. It is cut into slots of whole ticks at absolute ticks
//! (multiples of the slot since the Unix epoch), so that what it yields depends neither on when the engine started nor on anything
//! but the samples. Up to 512 ticks a slot is one tick. Longer windows move in panes of `pane_ticks`: their oldest edge is the pane
//! boundary at or before `t − d`, so they hold up to one pane more than asked.

use crate::ids::{ColumnId, ConditionId, DomainId, InputId, RowsId};

/// The most slots a window has before its ticks are put together in panes.
pub const SLOTS_MAX: u32 = 512;

/// A window over one source, shared by all that ask the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// What it is a window of.
    pub of: WindowSource,
    /// The domain of its rows.
    pub domain: DomainId,
    /// Its length, in ms, a multiple of the tick.
    pub over_ms: i64,
    /// Its length in ticks.
    pub ticks: u32,
    /// How many ticks make a slot; 1 unless `ticks` is over [`SLOTS_MAX`].
    pub pane_ticks: u32,
    /// What each slot keeps.
    pub keeps: Vec<Keep>,
    /// It is warming (missing, unknown) until the engine has closed this many ticks, its sources' own warming included.
    pub warm_ticks: u32,
    /// The source's canonical text.
    pub text: String,
}

/// What a window is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WindowSource {
    /// Every sample of an input, folded in the order of their instants (of one instant, see the engine).
    Input(InputId),
    /// The column's value at each tick.
    Column(ColumnId),
    /// The condition at each tick at which the row was there.
    Condition(ConditionId, RowsId),
}

/// What a slot keeps of its samples. Each is a monoid, so slots can be put together in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Keep {
    /// Their sum and count.
    Sum,
    /// The smallest.
    Min,
    /// The greatest.
    Max,
    /// Count, mean and sum of squared differences from it.
    Moments,
    /// First and last sample with their instants, their number, and what was lost at resets (a fall from `a` to `b` loses `a`).
    Counter,
    /// First and last sample with their instants, and how often one differed from that before.
    Changes,
    /// Count, means and co-moments of instant and value.
    Slope,
    /// The last value of each tick, one by one.
    Values,
    /// Of conditions: how many ticks were true, false, unknown.
    Truth,
}

/// What is read off a window, row by row. Of nothing all are missing but the counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum WindowFunction {
    /// The mean of the samples.
    Avg,
    /// Their sum; 0 of nothing (a part of pooled means only).
    SumOrZero,
    /// Their number; 0 of nothing.
    Count,
    /// The smallest.
    Min,
    /// The greatest.
    Max,
    /// The population standard deviation.
    Stddev,
    /// A counter's growth per second, extrapolated to the window's edges as Prometheus does.
    Rate,
    /// A counter's growth, likewise.
    Increase,
    /// Last minus first, extrapolated likewise.
    Delta,
    /// The least-squares slope per second.
    Slope,
    /// How often the value changed.
    Changes,
    /// How often a counter fell.
    Resets,
    /// The first value.
    First,
    /// The last value.
    Last,
    /// The quantile in 0..=1 of the ticks' last values, interpolated linearly between ranks.
    Quantile(f64),
    /// How many different values.
    Distinct,
    /// The n-th greatest.
    Top(u32),
    /// The n-th smallest.
    Bottom(u32),
    /// How many ticks were true; 0 of nothing.
    TrueCount,
    /// How many ticks were known; 0 of nothing.
    KnownCount,
}

/// What is read off a window of conditions as a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WindowTest {
    /// Kleene's `or` of the ticks.
    Any,
    /// Kleene's `and` of the ticks.
    All,
}

impl Keep {
    /// How many bytes a slot of one row takes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        match self {
            Self::Sum => 12,
            Self::Min | Self::Max | Self::Values => 8,
            Self::Moments => 24,
            Self::Changes => 40,
            Self::Counter | Self::Slope => 48,
            Self::Truth => 12,
        }
    }
}

impl Window {
    /// How many slots its ring has.
    #[must_use]
    pub const fn slots(&self) -> u32 {
        if self.pane_ticks == 1 { self.ticks } else { self.ticks.div_ceil(self.pane_ticks) + 1 }
    }

    /// The memory it takes for one row, in bytes: a block of slots, what they come to so far, and the one that is open; values that
    /// must all be kept take one for each tick.
    #[must_use]
    pub fn bytes_per_row(&self) -> u64 {
        let stacked = u64::from(self.ticks.div_ceil(self.pane_ticks.max(1))) + 2;
        let slots = |keep| if keep == Keep::Values { u64::from(self.ticks) } else { stacked };
        self.keeps.iter().map(|keep| keep.bytes() * slots(*keep)).sum()
    }
}
