//! `resolve`: an incident is over.

use clap::Args;

use super::operate::{Where, deed};
use crate::failure::{Exit, Failure};
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  novaevo-policy resolve 12
  novaevo-policy resolve 12 13 --format json

Alerts that still stand open it again when they change.

Exit codes: 0 done, or so already, 1 an incident is unknown, or the deed is not in the journal, 2 no process could be asked";

/// What `resolve` understands.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Incidents, by number
    #[arg(required = true, value_name = "INCIDENT")]
    pub incidents: Vec<u64>,
    /// Which process.
    #[command(flatten)]
    pub place: Where,
}

/// Resolves.
pub fn run(arguments: &Arguments, out: &mut Output) -> Result<Exit, Failure> {
    let process = arguments.place.process()?;
    let mut exit = Exit::Good;
    for number in &arguments.incidents {
        let done = process.say(async |client| client.resolve(*number).await)?;
        let sentence = format!("incident {number} is resolved by {}", done.by);
        exit = deed::worse(exit, deed::tell(&done, &sentence, arguments.place.format, out)?);
    }
    Ok(exit)
}
