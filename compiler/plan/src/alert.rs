//! Alerts as the engine runs them: latches set and reset by conditions.

use crate::ids::{ConditionId, DomainId, RowsId, TreeId};
use crate::tree::Place;
use crate::unit::Unit;

/// An alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// Its name.
    pub name: String,
    /// The domain of its rows.
    pub domain: DomainId,
    /// The rows it has.
    pub rows: RowsId,
    /// The number (or condition) it is about.
    pub subject: Option<Shown>,
    /// The subject is warming until the engine has closed this many ticks; 0 for one that needs no past. It decides nothing: what
    /// warming means for levels is part of their conditions.
    pub subject_warm_ticks: u32,
    /// Its levels, mildest first.
    pub levels: Vec<Level>,
    /// More than this many level changes less one …
    pub flapping_changes: u32,
    /// … within this long are flapping: it is then held at its highest level until this long passes without a change.
    pub flapping_within_ms: i64,
    /// The text shown to people.
    pub says: Vec<Says>,
    /// Where to read what to do.
    pub runbook: Vec<Says>,
    /// The service it belongs to, where its label `service` does not say so.
    pub service: Option<String>,
}

/// A level: a latch that `set` sets and `reset` resets; `set` wins; unknown does neither.
///
/// `absent` is lowered into the two: what a missing value does is part of when a level is set or reset.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Its severity's name (`red`).
    pub name: String,
    /// Its severity on the outside (`critical`).
    pub severity: String,
    /// Sets the latch.
    pub set: ConditionId,
    /// Resets the latch.
    pub reset: ConditionId,
    /// True when the level would be set were every `for` served.
    pub pending: Option<ConditionId>,
    /// What the policy wrote as `when`, without what `absent` adds: true here means that `when` set it.
    pub when: Option<ConditionId>,
    /// Explains `when`.
    pub tree: Option<TreeId>,
    /// Explains `clear when`.
    pub clear_tree: Option<TreeId>,
}

/// A piece of a text shown to people.
#[derive(Debug, Clone, PartialEq)]
pub enum Says {
    /// As it is.
    Plain(String),
    /// The value of the row's label at this place.
    Label(u32),
    /// A number.
    Value(Shown),
}

/// A value that people see beside an alert's row. It is not kept for every row: where it is a kernel's register, it is computed
/// again for the row asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// Where it is.
    pub at: Place,
    /// The domain of that place; its labels are among the alert's.
    pub domain: DomainId,
    /// The unit in which people see it.
    pub unit: Unit,
}
