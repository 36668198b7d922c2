//! `novaevo-policy`: one file a verb; what they share is the output, the failures and the global options.
//!
//! Nothing here decides anything about policies: verbs call the crates below and show what comes back.

mod configuration;
mod failure;
mod logging;
mod options;
mod output;
mod pages;
mod policies;
mod progress;
mod recordings;
mod standard_input;
mod table;
mod tree;
mod verbs;
mod view;
mod words;

use std::process::ExitCode;

use clap::Parser as _;

use crate::failure::Exit;
use crate::options::Cli;
use crate::output::Output;

fn main() -> ExitCode {
    let cli = Cli::parse();
    logging::start(&cli.global);
    let mut out = Output::standard(cli.global.color);
    let exit = match verbs::run(&cli, &mut out).and_then(|exit| out.finish().map(|()| exit)) {
        Ok(exit) => exit,
        Err(failure) => failure.report(cli.global.color),
    };
    ExitCode::from(exit as u8)
}

/// Kept beside `main` so that a reader sees the meaning of every exit code at once.
const _: () = {
    assert!(Exit::Good as u8 == 0);
    assert!(Exit::Found as u8 == 1);
    assert!(Exit::Unable as u8 == 2);
};
