//! Who answers alerts in a run: the configuration bound to the policies, with its secrets fetched.

use std::path::Path;

use nvp_drive::binding::{self, Bound, Problem};
use nvp_drive::live::AnswerOptions;
use nvp_plan::response::Lowered;

use super::Arguments;
use super::config::Setup;
use crate::configuration::{Told, missing_of_answers, missing_under, refuse, tell, weak_tokens};
use crate::failure::{Exit, Failure};
use crate::options::Global;
use crate::policies::Policies;

/// The journal's file in the folder of the state.
const JOURNAL: &str = "journal.sqlite";
/// Where providers keep what must outlive the process.
const PROVIDERS: &str = "providers";

/// What answers alerts; nothing where no state is kept and the policies answer nothing, or are only to decide.
pub fn prepare(
    arguments: &Arguments,
    global: &Global,
    plan: &Lowered,
    (setup, loaded): (&Setup, &Policies),
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
    let told = |problems: &[Problem]| {
        Told::new(problems, &setup.written, loaded.set.sources.clone(), &loaded.set.files)
    };
    let bound = match binding::bind(plan, &setup.answers) {
        Ok(bound) => bound,
        Err(problems) => {
            tell(&told(&problems), global.color);
            return Err(Failure::AlreadyTold(Exit::Unable));
        }
    };
    tell(&told(&bound.warnings), global.color);
    let is_declared = |name: &str| plan.providers.iter().any(|provider| provider.name == name);
    let mut missing = missing_of_answers(&setup.answers, &is_declared);
    missing.extend(missing_under(&setup.written, "control"));
    missing.extend(weak_tokens(&setup.control));
    refuse(&told(&missing), global.color)?;
    open(folder, bound, plan.incidents.reopen_ms)
        .map_err(|unfit| match unfit {
            Unfit::Told(failure) => failure,
            Unfit::Placed(problems) => {
                tell(&told(&problems), global.color);
                Failure::AlreadyTold(Exit::Unable)
            }
        })
        .map(Some)
}

/// Why what is configured cannot be made ready.
enum Unfit {
    /// Something of the machine.
    Told(Failure),
    /// Something of the configuration.
    Placed(Vec<Problem>),
}

/// Fetches secrets and makes channels and providers ready.
fn open(folder: &Path, bound: Bound, remembered_ms: i64) -> Result<AnswerOptions, Unfit> {
    let Bound { configuration, providers, .. } = bound;
    let (channels, addresses) =
        configuration.bind().map_err(|errors| Unfit::Placed(errors.iter().map(Problem::from).collect()))?;
    let mut serving = Vec::new();
    let kept = folder.join(PROVIDERS);
    if !providers.is_empty() {
        let made = std::fs::create_dir_all(&kept);
        made.map_err(|error| {
            Unfit::Told(Failure::new(format!("the state cannot be kept: `{}`: {error}", kept.display())))
        })?;
    }
    for (configured, declared) in providers {
        let opened = configured.open(declared, &kept);
        serving.push(opened.map_err(|problem| Unfit::Placed(vec![problem.into()]))?);
    }
    let roster = configuration.roster().clone();
    let journal = folder.join(JOURNAL);
    Ok(AnswerOptions { journal, roster, channels, addresses, providers: serving, remembered_ms })
}
