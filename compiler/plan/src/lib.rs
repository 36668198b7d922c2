//! nvp-plan: what is executed, as data.
//!
//! A plan is a list of steps over columns; each column belongs to a domain (the rows of one label set). Windows and equal
//! sub-expressions are shared. The engine does the steps once a tick, in order. This crate depends on nothing and executes nothing;
//! it knows no text of policies, no series, no time.

pub mod alert;
pub mod describe;
pub mod domain;
pub mod ids;
pub mod input;
pub mod kernel;
pub mod response;
pub mod show;
pub mod step;
pub mod tree;
pub mod unit;
pub mod window;

use ids::{ConditionId, DomainId, TreeId};
use unit::Unit;

/// Everything that the engine executes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// The distance of ticks, in ms: the smallest `every` of the plan, at least 1,000. Ticks are its multiples since the Unix epoch.
    pub tick_ms: i64,
    /// The lanes of time; the first is the present.
    pub lanes: Vec<input::Lane>,
    /// The label sets. The first is the one without labels.
    pub domains: Vec<domain::Domain>,
    /// The projections between them.
    pub maps: Vec<domain::Map>,
    /// The joins with info metrics.
    pub lends: Vec<domain::Lend>,
    /// What is read from the wire.
    pub inputs: Vec<input::Input>,
    /// The sets of rows that expressions have; one stands after those it is made of.
    pub rows: Vec<domain::Rows>,
    /// The columns of numbers.
    pub columns: Vec<Column>,
    /// The columns of conditions.
    pub conditions: Vec<Condition>,
    /// The windows.
    pub windows: Vec<window::Window>,
    /// The clocks of `for`.
    pub holds: Vec<step::Hold>,
    /// The delays of conditions.
    pub lags: Vec<step::Lag>,
    /// The kernels' shapes.
    pub kernels: Vec<kernel::Kernel>,
    /// What is done at each tick, in order.
    pub steps: Vec<step::Step>,
    /// The alerts, in the order of their names.
    pub alerts: Vec<alert::Alert>,
    /// Trees that explain expressions.
    pub trees: Vec<tree::Tree>,
    /// Conditions without labels that a test or a person watches.
    pub probes: Vec<Probe>,
    /// Values that playbooks read, by their place.
    pub observations: Vec<alert::Shown>,
}

/// A column of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The domain of its rows.
    pub domain: DomainId,
    /// The canonical text of what it holds.
    pub text: String,
    /// The unit in which people see it.
    pub unit: Unit,
}

/// A column of conditions.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The domain of its rows.
    pub domain: DomainId,
    /// The canonical text of what it holds.
    pub text: String,
}

/// A watched condition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Probe {
    /// The condition, in the domain without labels.
    pub condition: ConditionId,
    /// Explains it.
    pub tree: TreeId,
}
