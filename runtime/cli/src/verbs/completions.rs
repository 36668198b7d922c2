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

/// What is completed.
const NAME: &str = "novaevo-policy";
/// The name that the script for bash is generated with. In one with a hyphen the generator calls a verb's part one thing where it
/// chooses it and another where it writes it, and no verb is ever completed (clap's issue 6421).
const BASH_NAME: &str = "novaevo_policy";

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
    let name = if arguments.shell == Shell::Bash { BASH_NAME } else { NAME };
    clap_complete::generate(arguments.shell, &mut Cli::command(), name, &mut script);
    if arguments.shell == Shell::Bash {
        script = for_our_name(&script);
    }
    std::io::Write::write_all(out, &script)?;
    Ok(Exit::Good)
}

/// A script made for [`BASH_NAME`], registered for [`NAME`]: the lines that begin with `complete` end with what is completed. The
/// rest of it knows the program by the word that was typed.
fn for_our_name(script: &[u8]) -> Vec<u8> {
    let mut text = String::new();
    for line in String::from_utf8_lossy(script).lines() {
        match line.strip_suffix(BASH_NAME).filter(|_| line.trim_start().starts_with("complete ")) {
            Some(registration) => text.extend([registration, NAME]),
            None => text.push_str(line),
        }
        text.push('\n');
    }
    text.into_bytes()
}
