//! Runs `test` blocks: the same engine as everywhere, on a virtual clock that starts at 2020-01-01T00:00:00Z, fed by the givens.

mod coverage;
mod expect;
mod failure;
mod given;
mod nearest;
mod only;
mod run;
mod series;

use std::sync::Arc;

use nvp_check::typed::{Policy, Test};
use nvp_dsl::Span;
use nvp_kernels::Mode;

use crate::decision::Decision;
use crate::generation::GenerationError;

pub use coverage::{Coverage, Covered, CoveredAlert};
pub use failure::{Failure, Moment};

/// When every test begins, in ms since the Unix epoch: 2020-01-01T00:00:00Z.
pub const STARTS_MS: i64 = 1_577_836_800_000;

/// What became of one test.
#[derive(Debug, Clone)]
pub struct TestOutcome {
    /// Its name.
    pub name: String,
    /// Where it is written.
    pub span: Span,
    /// How many ticks it took.
    pub ticks: u64,
    /// The expectations that did not hold, in the order written; none for a test that passed.
    pub failures: Vec<Failure>,
    /// Metrics that its alerts read and that it does not give: they are missing throughout.
    pub not_given: Vec<String>,
    /// All decisions taken, in order.
    pub decisions: Vec<Decision>,
}

impl TestOutcome {
    /// Whether every expectation held.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// What a run of tests is told.
#[derive(Debug, Clone, Copy, Default)]
pub struct TestOptions {
    /// Whether conditions become machine code. Tests have so few rows that interpreting is quicker, so `Auto` interprets.
    pub mode: Mode,
}

/// Runs one test of a policy.
///
/// # Errors
/// When the policy cannot be lowered or compiled.
pub fn run_test(
    policy: &Arc<Policy>,
    test: &Test,
    options: TestOptions,
) -> Result<TestOutcome, GenerationError> {
    let mode = if options.mode == Mode::On { Mode::On } else { Mode::Off };
    let first = run::run(policy, test, mode, run::Look::Quick)?;
    if first.passed() {
        return Ok(first);
    }
    // The engine is deterministic: what failed once fails again, now with a close look at every tick.
    run::run(policy, test, mode, run::Look::Close)
}

#[cfg(test)]
mod tests;
