//! `approve`: a playbook's run that waits for somebody may begin.

use clap::Args;
use nvp_control::wire::Approve;

use super::operate::{Where, deed};
use crate::failure::{Exit, Failure};
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  novaevo-policy actions 5
  novaevo-policy approve 5
  novaevo-policy approve 5 --hash 3f1c…

`actions 5` shows what the run would do and the hash of the playbook's text; with `--hash` the approval is for that text and no other.
Where the playbook says `approval by TEAM`, only who is in it may approve.

Exit codes: 0 done, or so already, 1 the run is unknown, does not wait, or you may not approve it; or the approval is not in the
journal, 2 no process could be asked";

/// What `approve` understands.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The run, by number
    #[arg(value_name = "RUN")]
    pub action: u64,
    /// Only if the playbook's text has this hash
    #[arg(long, value_name = "HASH")]
    pub hash: Option<String>,
    /// Which process.
    #[command(flatten)]
    pub place: Where,
}

/// Approves.
pub fn run(arguments: &Arguments, out: &mut Output) -> Result<Exit, Failure> {
    let process = arguments.place.process()?;
    let number = arguments.action;
    let approve = Approve { hash: arguments.hash.clone() };
    let done = process.say(async |client| client.approve(number, &approve).await)?;
    let sentence = format!("run {number} is approved by {}", done.by);
    deed::tell(&done, &sentence, arguments.place.format, out)
}
