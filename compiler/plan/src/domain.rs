//! Label sets and how their rows belong together.

use crate::ids::{ColumnId, DomainId, InputId, LendId, MapId, RowsId};

/// The hidden label that holds a bucket's upper bound, as on the wire.
pub const BUCKET_LABEL: &str = "__le__";
/// The hidden label that keeps the series apart that a `merge` will put together: all wire labels the metric does not declare.
pub const SERIES_LABEL: &str = "__series__";

/// The rows of one label set. A row is a value for each label; rows are dense and never move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// The labels' names, sorted. The empty set has exactly one row, always.
    pub labels: Vec<String>,
}

/// A projection: each row of `from` that matches belongs to one row of `to`.
///
/// Read forwards (row → row) it broadcasts, read backwards it groups; the only join structure but [`Lend`].
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// The larger label set.
    pub from: DomainId,
    /// The smaller (or equal) one.
    pub to: DomainId,
    /// For each label of `to`, its place among the labels of `from`.
    pub labels: Vec<u32>,
    /// What a row of `from` must match, by the label's place; all of them.
    pub matchers: Vec<(u32, Match)>,
}

/// The most bytes that a compiled pattern may take: what the checker lets pass, the engine must be able to compile.
pub const PATTERN_BYTES_MAX: usize = 1 << 20;

/// A pattern as it is compiled: the regular expression of the whole value.
#[must_use]
pub fn anchored(pattern: &str) -> String {
    format!("^(?:{pattern})$")
}

/// How a label's value is matched.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Match {
    /// It is this.
    Equal(String),
    /// It is not this.
    NotEqual(String),
    /// It matches this regular expression as a whole.
    Matches(String),
    /// It does not.
    NotMatches(String),
    /// It is one of these.
    In(Vec<String>),
}

/// A join with an info metric that lends some of its labels (`x with info.node`).
///
/// A row of `to` is a row of `base` together with the lent labels of an info row that agrees on `on`.
#[derive(Debug, Clone, PartialEq)]
pub struct Lend {
    /// The domain of what is given labels.
    pub base: DomainId,
    /// The domain of the info metric.
    pub info: DomainId,
    /// The result's domain: base's labels and the lent ones.
    pub to: DomainId,
    /// Labels that must agree: places in `base` and in `info`.
    pub on: Vec<(u32, u32)>,
    /// For each label of `to`, where its value comes from.
    pub labels: Vec<LentLabel>,
    /// The info metric's numbers: an info row counts while it has a value.
    pub value: ColumnId,
}

/// Where a label of a join's result comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LentLabel {
    /// From this place among the labels of the base.
    Base(u32),
    /// From this place among the labels of the info metric.
    Info(u32),
}

/// Which rows of a domain an expression has: a row for every key that one of its own metrics has, or had until forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Rows {
    /// Those of an input's live and not yet forgotten series.
    Input(InputId),
    /// The rows of the map's `to` to which at least one of these (of its `from`) belongs.
    Mapped(RowsId, MapId),
    /// Those of a join: base row and info row both there.
    Lent(RowsId, RowsId, LendId),
    /// All of these sets together, of one domain.
    Union(Vec<RowsId>),
    /// The one row of the empty label set.
    One,
}
