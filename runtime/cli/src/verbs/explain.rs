//! `explain`: tells more, of a diagnostic's code, of a plan, of why an alert fired or did not.

mod alert;
mod code;
mod plan;

use std::path::PathBuf;

use clap::Args;

use crate::failure::{Exit, Failure};
use crate::options::Global;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  novaevo-policy explain E0312
  novaevo-policy explain plan policies/host
  novaevo-policy explain cpu_high --at 2022-08-22T04:03:00Z --recording day.om.gz --policies policies

TIME is RFC 3339, Unix seconds or Unix milliseconds; the tick explained is the last at or before it.

Exit codes: 0 explained, 1 the policies have errors, 2 nothing of that name, wrong usage, or a file could not be read";

/// What `explain` understands.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, override_usage = "novaevo-policy explain CODE
       novaevo-policy explain plan PATH...
       novaevo-policy explain ALERT --at TIME --recording FILE --policies PATH...")]
pub struct Arguments {
    /// A diagnostic's code, `plan`, or an alert's name
    #[arg(value_name = "CODE|plan|ALERT")]
    pub what: String,
    /// With `plan`: files, or folders with `.nvp` files below them
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// With an alert: when
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// With an alert: the recorded metrics
    #[arg(long, value_name = "FILE")]
    pub recording: Option<PathBuf>,
    /// With an alert: files, or folders with `.nvp` files below them
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub policies: Vec<PathBuf>,
}

/// Explains.
pub fn run(arguments: &Arguments, global: &Global, out: &mut Output) -> Result<Exit, Failure> {
    match (arguments.what.as_str(), &arguments.at, &arguments.recording) {
        ("plan", None, None) if !arguments.paths.is_empty() => plan::run(&arguments.paths, global, out),
        ("plan", None, None) => {
            Err(Failure::new("whose plan?")
                .help("name policies: `novaevo-policy explain plan policies/host`"))
        }
        (name, Some(at), Some(recording)) => {
            let paths = [arguments.policies.as_slice(), arguments.paths.as_slice()].concat();
            alert::run(&alert::Asked { name, at, recording, paths: &paths }, global, out)
        }
        (_, Some(_), None) | (_, None, Some(_)) => {
            Err(Failure::new("an alert is explained at a time in a recording")
                .help("give both `--at TIME` and `--recording FILE`"))
        }
        (name, None, None) => code::run(name, out),
    }
}
