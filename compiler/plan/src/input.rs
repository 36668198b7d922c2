//! What is read from the wire: which series feed which column, and how long their values stand.

use crate::domain::Match;
use crate::ids::{ColumnId, DomainId, LaneId};
use crate::unit::Scale;

/// A stream of samples: a metric, or a part of a histogram, in one lane of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// The metric's (or, in a test, the given derive's) name in policies.
    pub name: String,
    /// Which part of it.
    pub part: Part,
    /// The wire names that feed it, in full (`x_bucket`, not `x`).
    pub sources: Vec<String>,
    /// The lane it reads.
    pub lane: LaneId,
    /// The domain of its rows.
    pub domain: DomainId,
    /// For each label of the domain, where its value comes from.
    pub labels: Vec<WireLabel>,
    /// What a series' wire labels must match (a selector is resolved once, when a series appears; a label that the wire lacks is
    /// the empty text). Series that do not match do not belong to this input.
    pub matchers: Vec<(String, Match)>,
    /// Whether it counts: resets are told from falls, and a series born while its target was read counts from zero.
    pub counter: bool,
    /// How a wire value becomes one in base units.
    pub scale: Scale,
    /// How often a sample is expected, in ms.
    pub every_ms: i64,
    /// How long a value stands, in ms: up to and including this long after its sample.
    pub stale_ms: i64,
    /// How long after its last sample a row is forgotten, in ms.
    pub forget_ms: i64,
    /// The column that holds the value standing at the tick; `None` when only windows read it.
    pub column: Option<ColumnId>,
}

/// A part of a metric on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The value itself.
    Value,
    /// A histogram's cumulative buckets.
    Bucket,
    /// A histogram's sum.
    Sum,
    /// A histogram's count.
    Count,
}

/// Where the value of a row's label comes from. A label that the wire lacks is the empty text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WireLabel {
    /// A label of this name on the wire; with the values it may have, where it was closed (other series are refused and counted).
    Named(String, Option<Vec<String>>),
    /// All labels of the wire that no other entry names, as canonical text (for `merge`).
    Rest,
}

/// A lane of time: samples of `ago_ms` before, fed by the driver beside the present ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    /// How far back, in ms; a multiple of the tick. The first lane is 0.
    pub ago_ms: i64,
}
