//! `man`: the manual, one page for the program and one for each verb.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Arg, ArgAction, Args, Command, CommandFactory as _};
use clap_mangen::Man;

use crate::failure::{Exit, Failure};
use crate::options::Cli;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  novaevo-policy man | man -l -
  novaevo-policy man --to /usr/local/share/man/man1";

/// What `man` understands.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Write all pages into this folder instead of the first one to standard output
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
}

/// Writes the pages.
pub fn run(arguments: &Arguments, out: &mut Output) -> Result<Exit, Failure> {
    let command = with_synopses(Cli::command());
    let Some(folder) = &arguments.to else {
        // Written aside first: the generator does not know a reader that goes away.
        let mut page = Vec::new();
        Man::new(command).render(&mut page)?;
        out.write_all(&page)?;
        return Ok(Exit::Good);
    };
    let unwritable = |error| Failure::new(format!("cannot write to `{}`: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    clap_mangen::generate_to(command, folder).map_err(unwritable)?;
    Ok(Exit::Good)
}

/// The verbs with a synopsis that names the options' values and says what may be repeated; the library's says neither.
fn with_synopses(mut command: Command) -> Command {
    command.build();
    let verbs: Vec<_> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    verbs.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, |verb| {
            let synopsis = synopsis(&verb);
            verb.override_usage(synopsis)
        })
    })
}

/// `novaevo-policy run [--scrape <URL>]... [--host] <PATH>...`
fn synopsis(verb: &Command) -> String {
    let mut words = vec![verb.get_bin_name().unwrap_or_else(|| verb.get_name()).to_owned()];
    let (positional, options): (Vec<_>, Vec<_>) = verb
        .get_arguments()
        .filter(|argument| !argument.is_hide_set())
        .partition(|argument| argument.is_positional());
    words.extend(options.into_iter().filter_map(option));
    words.extend(positional.into_iter().map(Arg::to_string));
    words.join(" ")
}

fn option(option: &Arg) -> Option<String> {
    let name = option.get_long()?;
    let values: String = if option.get_action().takes_values() {
        option.get_value_names().unwrap_or_default().iter().map(|value| format!(" <{value}>")).collect()
    } else {
        String::new()
    };
    let again = if matches!(option.get_action(), ArgAction::Append) { "..." } else { "" };
    Some(format!("[--{name}{values}]{again}"))
}
