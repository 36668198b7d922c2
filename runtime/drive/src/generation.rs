//! Generations: a policy set checked, lowered and compiled, ready for an engine.

use std::sync::Arc;

use nvp_check::typed::Policy;
use nvp_check::{Checked, Set, SetFile};
use nvp_dsl::diagnostic::{Diagnostic, Severity};
use nvp_engine::PlanError;
use nvp_kernels::{CompileError, Mode, Program};
use nvp_lower::{LowerError, LowerOptions, Lowered};
use nvp_plan::Plan;

use crate::load::{PolicySet, Stdlib};

/// A policy set that can be run.
#[derive(Debug, Clone)]
pub struct Generation {
    /// What it means.
    pub policy: Arc<Policy>,
    /// What is executed.
    pub plan: Arc<Plan>,
    /// Its kernels.
    pub program: Arc<Program>,
    /// What answers its alerts; it reads the plan's observations.
    pub response: Arc<nvp_plan::response::Lowered>,
}

/// Why a checked policy cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenerationError {
    /// Something in it is too large.
    #[error(transparent)]
    Lower(#[from] LowerError),
    /// Its conditions could not be made ready.
    #[error("the conditions cannot be compiled: {0}")]
    Compile(#[from] CompileError),
    /// The plan does not fit together.
    #[error("the plan does not fit together: {0}")]
    Plan(#[from] PlanError),
}

/// Checks a loaded set. The diagnostics are the set's own, of its texts, and the checker's, by file and place.
#[must_use]
pub fn check(set: &PolicySet, stdlib: &Stdlib) -> Checked {
    let files: Vec<_> = set
        .files
        .iter()
        .map(|file| {
            let text = set.sources.file(file.id).map_or("", nvp_dsl::SourceFile::text);
            SetFile { id: file.id, text, tree: &file.tree, module: file.module.as_deref() }
        })
        .collect();
    let mut checked = nvp_check::check(&Set { files: &files, modules: &stdlib.library() });
    checked.diagnostics.extend(set.diagnostics.iter().cloned());
    checked
        .diagnostics
        .sort_by(|a, b| (a.primary.span, a.code, &a.title).cmp(&(b.primary.span, b.code, &b.title)));
    if checked.diagnostics.iter().any(is_error) {
        checked.policy = None;
    }
    checked
}

/// Whether a diagnostic refuses the set.
#[must_use]
pub fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error
}

impl Generation {
    /// Makes a checked policy ready to run: all alerts, every derive computed.
    ///
    /// # Errors
    /// See [`GenerationError`].
    pub fn new(policy: Arc<Policy>, mode: Mode) -> Result<Self, GenerationError> {
        let mut lowered = nvp_lower::lower(&policy, &LowerOptions::default())?;
        let response = Arc::new(std::mem::take(&mut lowered.response));
        let (plan, program) = compile(lowered, mode)?;
        Ok(Self { policy, plan, program, response })
    }
}

/// Compiles a lowered policy.
pub(crate) fn compile(lowered: Lowered, mode: Mode) -> Result<(Arc<Plan>, Arc<Program>), CompileError> {
    let program = Program::compile(&lowered.plan.kernels, mode)?;
    Ok((Arc::new(lowered.plan), Arc::new(program)))
}
