//! Mutation testing of policies: small changes of what they say, and whether any of their tests notices.
//!
//! Each threshold is moved by one unit both ways, each comparison is flipped, each `for` is dropped. A change that `check` refuses is
//! noticed by `check`. The changes are made in the text, so that what is shown is what a person would have written.

mod places;

use std::sync::Arc;

use nvp_dsl::Span;

use crate::generation;
use crate::load::{PolicySet, Stdlib};
use crate::test_run::{Runner, TestOptions};

pub use places::{Change, Mutant, mutants};

/// Who noticed a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noticed {
    /// `check` refuses it.
    Check,
    /// This test fails.
    Test(String),
    /// Nobody.
    Nobody,
}

/// Tries one change: the tests of the set's own files whose names contain `filter`, until one fails.
#[must_use]
pub fn notice(
    set: &PolicySet,
    mutant: &Mutant,
    stdlib: &Stdlib,
    filter: &str,
    options: TestOptions,
) -> Noticed {
    let changed = set.with_edit(mutant.span, &mutant.is, stdlib);
    let checked = generation::check(&changed, stdlib);
    let Some(policy) = checked.policy.map(Arc::new) else { return Noticed::Check };
    let own: Vec<_> = changed.own().collect();
    let runner = Runner::new(&policy, options);
    // The nearest tests are the likeliest to notice.
    let mut tests: Vec<_> = policy
        .tests
        .iter()
        .filter(|test| own.contains(&test.span.file) && test.name.contains(filter))
        .collect();
    tests.sort_by_key(|test| distance(test.span, mutant.span));
    for test in tests {
        match runner.run(test, None) {
            Ok(outcome) if outcome.passed() => {}
            // One that cannot be run any more is noticed too.
            Ok(_) | Err(_) => return Noticed::Test(test.name.clone()),
        }
    }
    Noticed::Nobody
}

/// Tests in the same file first, then those that stand nearest.
fn distance(test: Span, mutant: Span) -> (bool, u32) {
    (test.file != mutant.file, test.start.abs_diff(mutant.start))
}

#[cfg(test)]
mod tests;
