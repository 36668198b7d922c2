//! `man`: the manual, one page for the program and one for each verb.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _};
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
    let command = Cli::command();
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
