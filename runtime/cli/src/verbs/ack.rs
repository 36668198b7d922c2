//! `ack`: somebody sees to an incident.

use clap::Args;

use super::operate::{Clock, Where, deed};
use crate::failure::{Exit, Failure};
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  novaevo-policy ack 12
  novaevo-policy ack 12 13 --state /var/lib/novaevo-policy
  novaevo-policy ack 12 --at http://127.0.0.1:9095 --token env:MY_TOKEN

Nobody is called for it for as long as its ladder says (`acknowledged holds 30m`); then they are again, unless it is resolved.

Exit codes: 0 done, or so already, 1 an incident is unknown, or the deed is not in the journal, 2 no process could be asked";

/// What `ack` understands.
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

/// Acknowledges.
pub fn run(arguments: &Arguments, out: &mut Output) -> Result<Exit, Failure> {
    let process = arguments.place.process()?;
    let clock = Clock::system();
    let mut exit = Exit::Good;
    for number in &arguments.incidents {
        let done = process.say(async |client| client.acknowledge(*number).await)?;
        let until =
            done.until_ms.map(|at_ms| format!("; nobody is called for it until {}", clock.with_zone(at_ms)));
        let sentence =
            format!("incident {number} is acknowledged by {}{}", done.by, until.unwrap_or_default());
        exit = deed::worse(exit, deed::tell(&done, &sentence, arguments.place.format, out)?);
    }
    Ok(exit)
}
