//! nvp-check: from syntax trees to a typed policy: names, units, kinds, labels, constants, and proofs.
//!
//! It knows no plan and no files: it is given trees and returns a [`typed::Policy`] and diagnostics.

mod answers;
mod blocks;
mod checker;
pub mod codes;
mod declared;
mod deeds;
mod expr;
pub mod fuzz;
mod graph;
mod library;
mod lost;
mod order;
mod problems;
mod proofs;
mod scope;
mod set;
mod sink;
mod tree;
pub mod typed;
mod units;
mod walk;

pub use library::Module;
pub use set::{Checked, Set, SetFile, Unproved, uses};

use checker::Checker;
use order::Node;

/// Checks a policy set: reports all problems of all files at once, and says what the set means when there is no error.
///
/// The order of `set.files` decides the order of severities that are equally bad, and nothing else.
#[must_use]
pub fn check(set: &Set<'_>) -> Checked {
    let mut checker = Checker::new(*set);
    checker.check_uses();
    checker.declare_units();
    checker.declare_severities();
    let order = checker.order();
    for node in &order {
        if let Node::Const(at) = node {
            checker.check_const(*at);
            checker.forget_cut_short(*node);
        }
    }
    checker.read_defaults();
    checker.check_metrics();
    checker.check_services();
    checker.check_teams();
    checker.check_ladders();
    checker.check_calendars();
    checker.check_incidents();
    for node in &order {
        match node {
            Node::Const(_) => {}
            Node::Function(at) => checker.check_function(*at),
            Node::Derive(at) => checker.check_derive(*at),
            Node::Alert(at) => checker.check_alert(*at),
        }
        checker.forget_cut_short(*node);
    }
    checker.check_former_names();
    checker.check_maintenances();
    checker.check_providers();
    checker.check_playbooks();
    checker.check_reactions();
    checker.check_escalations_of_playbooks();
    for at in 0..checker.items.alerts.len() {
        checker.check_says(at);
    }
    for at in 0..checker.items.tests.len() {
        checker.check_test(at);
    }
    checker.prove();
    checker.warn_unused();
    checker.finish()
}
