//! What is done about alerts: providers and playbooks, from the tree to `nvp_plan::response`.
//!
//! A playbook's expressions are checked by the same code as all others. What only a playbook knows (its parameters, what `let` found,
//! what a provider reads, what a metric is in its row) stands in them as a slot; once checked, an expression over slots becomes a
//! formula. Who is told of a playbook's end, and when it starts, is not known here.

mod arguments;
mod clause;
mod ends;
mod leaf;
mod limits;
mod playbook;
mod provider;
mod read;
mod slot;
mod step;
mod thing;
mod value;
pub(crate) mod visit;
mod write;
mod written;

pub(crate) use leaf::Leaf;
pub(crate) use provider::{ProviderInfo, WriteInfo};
pub(crate) use read::Deed;
pub(crate) use slot::{Slot, SlotId};
pub(crate) use value::{Formal, Is};

/// The state of the playbook or provider being checked.
#[derive(Debug, Default)]
pub(crate) struct Deeds {
    /// Whether one is.
    pub(crate) is_on: bool,
    /// What stands for what only it knows, in the order met.
    pub(crate) slots: Vec<Slot>,
    /// The look at metrics that is being checked.
    pub(crate) leaf: Option<Leaf>,
    /// Whether something is waited for, so that a `for` has a beginning.
    pub(crate) waits: bool,
    /// The provider whose own clause is being checked: its reads go by their bare names.
    pub(crate) own: Option<usize>,
    /// Where what only it knows was named.
    pub(crate) named: std::collections::BTreeMap<String, nvp_dsl::Span>,
    /// Whether what is read is a snapshot (`before.…`): the reads taken so far.
    pub(crate) before: Option<Vec<nvp_plan::response::formula::ReadCall<crate::typed::Expr>>>,
}
