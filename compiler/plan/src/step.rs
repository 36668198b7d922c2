//! The steps of a tick, in the order in which they are done.

use crate::ids::{
    AlertId, ColumnId, ConditionId, DomainId, HoldId, KernelId, LagId, LendId, MapId, RowsId, WindowId,
};
use crate::unit::Scale;
use crate::window::{WindowFunction, WindowTest};

/// One step. Each writes columns that no other step writes.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The tick's instant, in seconds since the Unix epoch, into a column without labels.
    Now(ColumnId),
    /// A kernel over all rows of a domain.
    Kernel(KernelStep),
    /// `to[row] = of[map(row)]`: a number of the smaller label set for every row of the larger; missing where a row does not match.
    BroadcastValue {
        /// From the domain of `to` to that of `of`.
        map: MapId,
        /// Read.
        of: ColumnId,
        /// Written.
        to: ColumnId,
    },
    /// The same for conditions; unknown where a row does not match.
    BroadcastCondition {
        /// From the domain of `to` to that of `of`.
        map: MapId,
        /// Read.
        of: ConditionId,
        /// Written.
        to: ConditionId,
    },
    /// `to[map(row)] = of[row]`: a selection; pinned labels make it one to one. Missing where no row matches.
    SelectValue {
        /// From the domain of `of` to that of `to`.
        map: MapId,
        /// Read.
        of: ColumnId,
        /// Written.
        to: ColumnId,
    },
    /// The same for conditions; unknown where no row matches.
    SelectCondition {
        /// From the domain of `of` to that of `to`.
        map: MapId,
        /// Read.
        of: ConditionId,
        /// Written.
        to: ConditionId,
    },
    /// An aggregate across series of a tick's numbers; missing ones are skipped; sums are taken in canonical label order.
    GroupValue {
        /// What is computed.
        function: GroupFunction,
        /// From the domain of `of` to that of `to`.
        map: MapId,
        /// Read.
        of: ColumnId,
        /// Written.
        to: ColumnId,
    },
    /// How many conditions are true, of those that are there; 0 of nothing. With `share`: that over the number known, missing of nothing.
    GroupTruth {
        /// Whether the share is wanted.
        share: bool,
        /// From the domain of `of` to that of `to`.
        map: MapId,
        /// Read.
        of: ConditionId,
        /// The rows that `of` has.
        rows: RowsId,
        /// Written.
        to: ColumnId,
    },
    /// Kleene's `or` or `and` over the rows that are there; unknown of nothing.
    GroupCondition {
        /// Which.
        test: WindowTest,
        /// From the domain of `of` to that of `to`.
        map: MapId,
        /// Read.
        of: ConditionId,
        /// The rows that `of` has.
        rows: RowsId,
        /// Written.
        to: ConditionId,
    },
    /// Takes this tick's samples into a window and reads it off.
    Window {
        /// Which.
        window: WindowId,
        /// Numbers read off it.
        values: Vec<(WindowFunction, ColumnId)>,
        /// Conditions read off it.
        conditions: Vec<(WindowTest, ConditionId)>,
    },
    /// A statistic of all samples of all rows of a group in a window: one pool. It follows the window's own step.
    Pool {
        /// `Stddev`, `Quantile`, `Distinct`, `Top` or `Bottom`.
        function: GroupFunction,
        /// Whose samples.
        window: WindowId,
        /// From the window's domain to that of `to`.
        map: MapId,
        /// Written.
        to: ColumnId,
    },
    /// A histogram's quantile by interpolation within the bucket, as Prometheus does.
    BucketQuantile {
        /// In 0..=1.
        quantile: f64,
        /// From the domain of `of` (with the bucket label) to that of `to`.
        map: MapId,
        /// The place of the bucket label in the domain of `of`.
        bucket_label: u32,
        /// How a bound on the wire becomes one in base units.
        scale: Scale,
        /// The buckets' growth, cumulative in the bound.
        of: ColumnId,
        /// Written.
        to: ColumnId,
    },
    /// The share of a histogram's observations at or below a bound (or above it), interpolated within the bucket.
    BucketShare {
        /// In base units.
        bound: f64,
        /// Whether the share above is wanted.
        above: bool,
        /// From the domain of `of` (with the bucket label) to that of `to`.
        map: MapId,
        /// The place of the bucket label in the domain of `of`.
        bucket_label: u32,
        /// How a bound on the wire becomes one in base units.
        scale: Scale,
        /// The buckets' growth, cumulative in the bound.
        of: ColumnId,
        /// Written.
        to: ColumnId,
    },
    /// A number with labels lent by an info metric; missing where no info row, or info rows of different lent labels, stand.
    LendValue {
        /// The join.
        lend: LendId,
        /// Read, in the join's base.
        of: ColumnId,
        /// Written, in the join's result.
        to: ColumnId,
    },
    /// The same for conditions.
    LendCondition {
        /// The join.
        lend: LendId,
        /// Read, in the join's base.
        of: ConditionId,
        /// Written, in the join's result.
        to: ConditionId,
    },
    /// `c for D`: see [`Hold`].
    Hold {
        /// The clocks.
        hold: HoldId,
        /// The condition.
        of: ConditionId,
        /// True once served.
        to: ConditionId,
    },
    /// The condition as it was some ticks ago; unknown before that.
    Lag {
        /// The delay.
        lag: LagId,
        /// Read.
        of: ConditionId,
        /// Written.
        to: ConditionId,
    },
    /// Moves an alert's latches and yields its transitions.
    Alert(AlertId),
    /// What an alert's state is at this tick; false for rows it does not know, but `Ok`, which is true for them.
    AlertState {
        /// Which; its own step stands before.
        alert: AlertId,
        /// What is asked.
        test: StateTest,
        /// Written, in the alert's domain.
        to: ConditionId,
    },
}

/// A kernel with its operands.
#[derive(Debug, Clone, PartialEq)]
pub struct KernelStep {
    /// Its shape.
    pub kernel: KernelId,
    /// The domain whose rows it runs over.
    pub domain: DomainId,
    /// The columns of numbers it reads; an operand of reach `All` is of the domain without labels.
    pub values: Vec<ColumnId>,
    /// The columns of conditions it reads.
    pub conditions: Vec<ConditionId>,
    /// Its constants.
    pub constants: Vec<f64>,
    /// The columns of numbers it writes.
    pub to_values: Vec<ColumnId>,
    /// The columns of conditions it writes.
    pub to_conditions: Vec<ConditionId>,
}

/// What is computed of a group of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GroupFunction {
    /// The mean.
    Avg,
    /// The smallest.
    Min,
    /// The greatest.
    Max,
    /// The population standard deviation.
    Stddev,
    /// The sum.
    Sum,
    /// How many are there; 0 of nothing.
    Count,
    /// The quantile in 0..=1, interpolated linearly between ranks.
    Quantile(f64),
    /// How many different values.
    Distinct,
    /// The n-th greatest.
    Top(u32),
    /// The n-th smallest.
    Bottom(u32),
}

/// What is asked of an alert's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StateTest {
    /// No level set.
    Ok,
    /// No level set, and one would be were every `for` served.
    Pending,
    /// No level set, and one was.
    Cleared,
    /// The row ended with a level set or pending, and has not come back.
    Forgotten,
    /// Stands at exactly this level (place among the alert's levels).
    Is(u32),
    /// Stands at this level or above.
    AtLeast(u32),
}

/// `c for D`: a clock a row. It runs while `c` is true, stops while unknown, returns to zero when false. It starts at the first true
/// tick; a later tick adds the time since the tick before when `c` was true at both. True once served, false before, unknown while
/// `c` is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// The domain of its rows.
    pub domain: DomainId,
    /// How long, in ms.
    pub for_ms: i64,
    /// The rows whose clocks may run; `None` for all.
    pub rows: Option<RowsId>,
}

/// A delay of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    /// The domain of its rows.
    pub domain: DomainId,
    /// By how many ticks; at least 1.
    pub ticks: u32,
}
