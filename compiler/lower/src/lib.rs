//! nvp-lower: from the typed policy to the plan.
//!
//! Expressions become a graph in which equal ones are one node; the graph becomes steps: kernels where rows can be computed each by
//! itself, and joins, groups, windows and clocks where they cannot. What `absent` and a level's default clearing mean is lowered
//! into plain conditions here, so that the engine knows latches and nothing else. This crate knows no series and no execution.

mod aggregate;
mod alert;
mod expression;
mod finish;
mod graph;
mod histogram;
mod join;
mod kernel;
mod observation;
mod schedule;
mod survey;
mod tables;
mod tick;
mod tree;
mod walk;
mod wire;

use std::collections::{BTreeMap, BTreeSet};

use nvp_check::typed::{AlertId, DeriveId, Expr, Policy};
use nvp_plan::Plan;
use nvp_plan::ids::AlertId as PlanAlertId;

pub use survey::Survey;
pub use walk::children;

/// What of a policy is lowered, and how.
#[derive(Debug, Default)]
pub struct LowerOptions<'a> {
    /// The alerts wanted; `None` for all. Those whose state they read come with them, and with each alert what it does and the
    /// playbooks that it runs. A playbook that none of them runs keeps its id and does nothing; with `None` all are whole.
    pub alerts: Option<&'a BTreeSet<AlertId>>,
    /// What the policy's alerts read, where it is known already; it is found out otherwise.
    pub survey: Option<&'a Survey>,
    /// Derives that are fed like metrics and not computed (a test gives them).
    pub given_derives: BTreeSet<DeriveId>,
    /// Conditions without labels to be watched, in order: [`Plan::probes`].
    pub probes: Vec<&'a Expr>,
}

/// A plan and how it hangs together with the policy.
#[derive(Debug, Clone)]
pub struct Lowered {
    /// What the engine executes.
    pub plan: Plan,
    /// The plan's alert for each of the policy's that was lowered.
    pub alerts: BTreeMap<AlertId, PlanAlertId>,
    /// The wire name that feeds each given derive.
    pub given_derives: BTreeMap<DeriveId, String>,
    /// What answers the alerts; its values are [`Plan::observations`].
    pub response: nvp_plan::response::Lowered,
}

/// A policy that cannot be lowered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LowerError {
    /// An alert's (or probe's, or playbook's) conditions need more registers than a kernel has.
    #[error(
        "`{name}` is too large: its conditions need more than {limit} operations; split it with `derive`"
    )]
    TooLarge {
        /// The alert, or the text of what a test or a playbook asks.
        name: String,
        /// How many there may be.
        limit: usize,
    },
}

/// Lowers a checked policy.
///
/// # Errors
///
/// [`LowerError`] when an alert is too large for one kernel.
pub fn lower(policy: &Policy, options: &LowerOptions<'_>) -> Result<Lowered, LowerError> {
    let (wanted, response) = observation::wanted(policy, options);
    let tick_ms = options.survey.map_or_else(|| Survey::of(policy).tick_ms(), Survey::tick_ms);
    let mut lowering = expression::Lowering::new(policy, &options.given_derives, &wanted, tick_ms);
    for id in &wanted {
        lowering.alert(*id);
    }
    for probe in &options.probes {
        lowering.probe(probe);
    }
    let response = lowering.response(&response);
    lowering.finish(response)
}
