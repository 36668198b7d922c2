//! `completions`: what a shell needs to complete our verbs and options.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::failure::{Exit, Failure};
use crate::options::Cli;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  novaevo-policy completions bash > /etc/bash_completion.d/novaevo-policy
  novaevo-policy completions fish > ~/.config/fish/completions/novaevo-policy.fish";

/// What `completions` understands.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// For which shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Writes the script.
pub fn run(arguments: &Arguments, out: &mut Output) -> Result<Exit, Failure> {
    // Written aside first: the generator does not know a reader that goes away.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "novaevo-policy", &mut script);
    std::io::Write::write_all(out, &script)?;
    Ok(Exit::Good)
}
