//! Runs `test` blocks: the same engine as everywhere, on a virtual clock that starts at [`TEST_STARTS_MS`], fed by the givens.

mod answers;
mod coverage;
mod events;
mod expect;
mod failure;
mod given;
mod hands;
mod nearest;
mod only;
mod run;
mod series;
mod witness;

use std::sync::Arc;

use nvp_check::typed::{Policy, Test};
use nvp_dsl::Span;
use nvp_kernels::Mode;
use nvp_lower::Survey;

use crate::decision::Decision;
use crate::generation::GenerationError;
use crate::rehearsal::Happened;

pub use coverage::{Coverage, Covered, CoveredAlert, CoveredClause, CoveredCondition, CoveredLevel};
pub use failure::{Failure, Moment};
pub use nvp_check::typed::TEST_STARTS_MS;

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
    /// What the response did, in order, with its instants in ms since the Unix epoch; nothing where the test says nothing of it.
    pub happened: Vec<Happened>,
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

/// Runs the tests of one policy. The policy is walked once; a test then costs what the alerts it touches cost.
#[derive(Debug)]
pub struct Runner {
    policy: Arc<Policy>,
    survey: Survey,
    mode: Mode,
}

impl Runner {
    /// For the tests of this policy.
    #[must_use]
    pub fn new(policy: &Arc<Policy>, options: TestOptions) -> Self {
        let mode = if options.mode == Mode::On { Mode::On } else { Mode::Off };
        Self { policy: Arc::clone(policy), survey: Survey::of(policy), mode }
    }

    /// Runs one test of the policy, and notes in `coverage`, if there is one, what decided something in it.
    ///
    /// # Errors
    /// When what the test touches cannot be lowered or compiled.
    pub fn run(&self, test: &Test, coverage: Option<&mut Coverage>) -> Result<TestOutcome, GenerationError> {
        let first = run::run(self, test, run::Look::Quick, coverage)?;
        if first.passed() {
            return Ok(first);
        }
        // The engine is deterministic: what failed once fails again, now with a close look at every tick.
        run::run(self, test, run::Look::Close, None)
    }
}

/// Runs one test of a policy; for several, a [`Runner`] walks the policy only once.
///
/// # Errors
/// When what the test touches cannot be lowered or compiled.
pub fn run_test(
    policy: &Arc<Policy>,
    test: &Test,
    options: TestOptions,
) -> Result<TestOutcome, GenerationError> {
    Runner::new(policy, options).run(test, None)
}

#[cfg(test)]
mod tests;
