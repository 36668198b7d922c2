//! Who answers alerts in a run: the configuration bound to the policies, with its secrets fetched.

use std::path::Path;

use nvp_drive::binding::{self, Answers, Bound};
use nvp_drive::live::AnswerOptions;
use nvp_plan::response::Lowered;

use super::Arguments;
use crate::failure::{Exit, Failure};
use crate::options::Global;
use crate::output::Paint;
use crate::{configuration, policies};

/// The journal's file in the folder of the state.
const JOURNAL: &str = "journal.sqlite";
/// Where providers keep what must outlive the process.
const PROVIDERS: &str = "providers";

/// What answers alerts; nothing where no state is kept and the policies answer nothing, or are only to decide.
pub fn prepare(
    arguments: &Arguments,
    global: &Global,
    plan: &Lowered,
    answers: &Answers,
) -> Result<Option<AnswerOptions>, Failure> {
    if arguments.only_decide {
        return Ok(None);
    }
    let Some(folder) = &arguments.state else {
        if plan.reactions.is_empty() {
            return Ok(None);
        }
        let failure = Failure::new(
            "these policies call people or run playbooks, which must be remembered if the process ends, and no state is kept",
        );
        return Err(failure.help("add `--state DIR`, or `--only-decide` to answer nothing"));
    };
    let bound = match binding::bind(plan, answers) {
        Ok(bound) => bound,
        Err(problems) => {
            policies::tell(&configuration::told(&problems, Paint::new(global.color.on_stderr())));
            return Err(Failure::AlreadyTold(Exit::Unable));
        }
    };
    policies::tell(&configuration::told(&bound.warnings, Paint::new(global.color.on_stderr())));
    open(folder, bound).map(Some)
}

/// Fetches secrets and makes channels and providers ready.
fn open(folder: &Path, bound: Bound) -> Result<AnswerOptions, Failure> {
    let Bound { configuration, providers, .. } = bound;
    let (channels, addresses) = configuration.bind().map_err(|errors| {
        Failure::new(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })?;
    let mut serving = Vec::new();
    let kept = folder.join(PROVIDERS);
    if !providers.is_empty() {
        let made = std::fs::create_dir_all(&kept);
        made.map_err(|error| {
            Failure::new(format!("the state cannot be kept: `{}`: {error}", kept.display()))
        })?;
    }
    for (configured, declared) in providers {
        let opened = configured.open(declared, &kept);
        serving.push(opened.map_err(|problem| {
            let failure = Failure::new(format!("`{}`: {}", problem.place, problem.why));
            if problem.help.is_empty() { failure } else { failure.help(problem.help) }
        })?);
    }
    let roster = configuration.roster().clone();
    Ok(AnswerOptions { journal: folder.join(JOURNAL), roster, channels, addresses, providers: serving })
}
