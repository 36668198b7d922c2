//! Why a state changed, as plain data. Rendering is outside: this module knows no text but the plan's.

use nvp_plan::ids::TreeId;

/// The state of an alert's row, as people see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// No level set.
    Ok,
    /// No level set, and one would be were every `for` served.
    Pending,
    /// Stands at this level (its place among the alert's levels, mildest first).
    Level(u32),
    /// The row ended while pending or at a level.
    Forgotten,
}

/// The clause that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Clause {
    /// `when` of this level set it.
    When(u32),
    /// `absent for D is LEVEL` set this level.
    Absent(u32),
    /// `clear when` of this level (or its default) reset it.
    Clear(u32),
    /// `absent clears` reset this level: its `when` is unknown.
    AbsentClears(u32),
    /// This level would be set were every `for` served.
    Pending(u32),
    /// No level would be set any more; this is the mildest that tells when it would.
    NotPending(u32),
    /// All series of the row are forgotten.
    Forgotten,
    /// It changed too often: held at the highest level of late.
    FlappingHeld,
    /// It stopped changing: shown as it is again.
    FlappingReleased,
}

/// The value of a tree's node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NodeValue {
    /// A number; NaN is missing.
    Number(f64),
    /// A condition; `None` is unknown.
    Condition(Option<bool>),
    /// There is no single value here: no such row, or a part that goes over many rows.
    Nowhere,
}

/// Why a transition happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Why<'a> {
    /// The clause that decided.
    pub clause: Clause,
    /// Whether the row is flapping at this tick, and so held at its highest level.
    pub flapping: bool,
    /// The tree that explains the clause.
    pub tree: Option<TreeId>,
    /// The values of the tree's nodes at this tick, in the order of its nodes; empty without a tree.
    pub nodes: &'a [NodeValue],
}

/// The values of a tree's nodes for one row, at the last closed tick.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The tick, in ms since the Unix epoch.
    pub at_ms: i64,
    /// One value a node, in the order of the tree's nodes.
    pub nodes: Vec<NodeValue>,
}
