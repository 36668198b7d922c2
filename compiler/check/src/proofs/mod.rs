//! What checking proves beyond types: rules that cannot mean what they say.
//!
//! Everything here is sound or silent: an error is reported only with a proof, and what could not be decided is noted apart.

mod buckets;
mod conditions;
mod deeds;
mod formulas;
mod intervals;
mod levels;
mod ranges;
mod selection;
mod thresholds;

use nvp_dsl::Diagnostic;
use nvp_plan::show;

use crate::checker::{Checker, MetricInfo};
use crate::set::Unproved;
use crate::typed::{Expr, Policy, Type};
use ranges::Range;

/// The proofs over one policy.
struct Prover<'p> {
    policy: &'p Policy,
    metrics: &'p [Option<MetricInfo>],
    /// By derive.
    ranges: Vec<Option<Range>>,
    found: Vec<Diagnostic>,
    unproved: Vec<Unproved>,
}

impl Checker<'_> {
    /// Proves what can be proved of the derives and alerts that were checked.
    pub(crate) fn prove(&mut self) {
        let mut prover = Prover {
            policy: &self.policy,
            metrics: &self.metrics,
            ranges: Vec::with_capacity(self.policy.derives.len()),
            found: Vec::new(),
            unproved: Vec::new(),
        };
        for derive in &self.policy.derives {
            // Each derive stands after those that it reads.
            let range = prover.range(&derive.value);
            prover.ranges.push(range);
            prover.thresholds(&derive.value);
        }
        for alert in &self.policy.alerts {
            for level in &alert.levels {
                for condition in level.when.iter().chain(&level.clear) {
                    prover.thresholds(condition);
                }
            }
            prover.levels(alert);
        }
        for (_, playbook) in self.playbooks.iter().flatten() {
            prover.formulas(playbook);
        }
        let Prover { found, unproved, .. } = prover;
        self.unproved.extend(unproved);
        self.sink.report_all(found);
        self.prove_deeds();
    }
}

/// A number as the expression's values are shown.
fn shown(value: f64, like: &Expr) -> String {
    match &like.ty {
        Type::Value(unit) => show::value(value, unit),
        Type::Condition => value.to_string(),
    }
}
