//! Loading and checking policies for a verb, and telling what is wrong with them.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use nvp_check::typed::Policy;
use nvp_check::{Checked, Unproved};
use nvp_drive::generation::{self, Generation, GenerationError, is_error};
use nvp_drive::load::{self, PolicySet, Problem, Stdlib};
use nvp_dsl::diagnostic::Diagnostic;
use nvp_dsl::{SourceMap, render};
use nvp_kernels::Mode;
use nvp_lower::LowerError;

use crate::failure::{Exit, Failure};
use crate::options::{Color, Global, Jit};
use crate::output::Paint;
use crate::{standard_input, words};

/// A set with what checking found.
pub struct Policies {
    /// The texts and trees.
    pub set: PolicySet,
    /// What it means, if it is sound.
    pub policy: Option<Arc<Policy>>,
    /// Errors and warnings, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// What could be neither proved nor refuted.
    pub unproved: Vec<Unproved>,
}

/// Where modules come from.
pub fn stdlib(global: &Global) -> Stdlib {
    global.stdlib.clone().map_or_else(Stdlib::built_in, Stdlib::in_folder)
}

/// How kernels are run.
pub fn mode(global: &Global) -> Mode {
    match global.jit {
        Jit::Auto => Mode::Auto,
        Jit::On => Mode::On,
        Jit::Off => Mode::Off,
    }
}

/// Loads and checks; what is wrong is in the result.
pub fn check(paths: &[PathBuf], global: &Global) -> Policies {
    let stdlib = stdlib(global);
    let set = if standard_input::is_named(paths) {
        match standard_input::read(paths) {
            Ok(text) => load::load_text(standard_input::NAME, &text, &stdlib),
            Err(problem) => {
                let mut set = PolicySet::default();
                set.problems.push(problem);
                set
            }
        }
    } else {
        load::load(paths, &stdlib)
    };
    let Checked { policy, diagnostics, unproved } = generation::check(&set, &stdlib);
    Policies { set, policy: policy.map(Arc::new), diagnostics, unproved }
}

/// Loads and checks for a verb that needs sound policies. Otherwise what is wrong is told on standard error.
pub fn sound(paths: &[PathBuf], global: &Global) -> Result<(Policies, Arc<Policy>), Failure> {
    let policies = check(paths, global);
    if !policies.set.problems.is_empty() {
        tell_problems(&policies.set.problems, global.color);
        return Err(Failure::AlreadyTold(Exit::Unable));
    }
    if let Some(policy) = policies.policy.clone() {
        return Ok((policies, policy));
    }
    let errors: Vec<_> =
        policies.diagnostics.iter().filter(|diagnostic| is_error(diagnostic)).cloned().collect();
    tell_diagnostics(&errors, &policies.set.sources, global.color);
    let told = format!("{}\n", words::count(errors.len(), "error", "errors"));
    drop(io::stderr().lock().write_all(told.as_bytes()));
    Err(Failure::AlreadyTold(Exit::Found))
}

/// Loads, checks and compiles for a verb that runs policies.
pub fn ready(paths: &[PathBuf], global: &Global) -> Result<(Policies, Generation), Failure> {
    let (policies, policy) = sound(paths, global)?;
    let generation = Generation::new(Arc::clone(&policy), mode(global)).map_err(|error| {
        let declared = match &error {
            GenerationError::Lower(LowerError::TooLarge { name, .. }) => {
                policy.alerts.iter().find(|alert| alert.name == *name)
            }
            _ => None,
        };
        let failure = not_ready(&error);
        match declared {
            Some(alert) => {
                failure.help(format!("it is written at {}", words::place(alert.span, &policies.set.sources)))
            }
            None => failure,
        }
    })?;
    Ok((policies, generation))
}

/// Why sound policies could not be made ready to run.
pub fn not_ready(error: &GenerationError) -> Failure {
    let failure = Failure::new(error.to_string());
    match error {
        GenerationError::Lower(_) | GenerationError::Plan(_) => failure,
        GenerationError::Compile(_) => {
            failure.help("`--jit off` interprets conditions and needs no executable memory")
        }
    }
}

/// Why a plan cannot be run.
pub fn no_plan(error: nvp_engine::PlanError) -> Failure {
    not_ready(&error.into())
}

/// Tells what could not be read.
pub fn tell_problems(problems: &[Problem], color: Color) {
    let paint = Paint::new(color.on_stderr());
    let mut text = String::new();
    for problem in problems {
        text.push_str(&format!(
            "{}: `{}`: {}\n",
            paint.error("error"),
            problem.path.display(),
            problem.problem
        ));
        if let Some(help) = &problem.help {
            text.push_str(&format!("{}: {help}\n", paint.help("help")));
        }
    }
    // Standard error may be gone; then there is nobody to tell.
    drop(io::stderr().lock().write_all(text.as_bytes()));
}

/// Tells diagnostics on standard error.
pub fn tell_diagnostics(diagnostics: &[Diagnostic], sources: &SourceMap, color: Color) {
    let text = render::human(diagnostics, sources, color.on_stderr());
    drop(io::stderr().lock().write_all(text.as_bytes()));
}
