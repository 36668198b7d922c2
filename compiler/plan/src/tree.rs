//! Trees that explain an expression: each node says where its value is to be found.

use crate::ids::{ColumnId, ConditionId, DomainId, StepId};
use crate::kernel::Register;
use crate::unit::Unit;

/// An expression, as written, with its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// The node at the root is the last; every node stands after its children.
    pub nodes: Vec<TreeNode>,
}

/// A node of a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct TreeNode {
    /// The expression's text.
    pub text: String,
    /// The unit in which people see it (of a condition: [`Unit::Number`], unused).
    pub unit: Unit,
    /// Where its value is.
    pub at: Place,
    /// The domain of that place; its labels are among those of the row explained (else the node has no single value there).
    pub domain: DomainId,
    /// The places of its parts among the nodes.
    pub children: Vec<u32>,
}

/// Where a value is to be found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place {
    /// A fixed number.
    Number(f64),
    /// A column of numbers.
    Column(ColumnId),
    /// A column of conditions.
    Condition(ConditionId),
    /// A register inside a kernel step, computed again for the row.
    Register(StepId, Register),
}
