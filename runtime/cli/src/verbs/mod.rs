//! The verbs, one file each.

use clap::Subcommand;

use crate::failure::{Exit, Failure};
use crate::options::Cli;
use crate::output::Output;

pub mod check;
pub mod completions;
pub mod dry_run;
pub mod explain;
pub mod explore;
pub mod fmt;
pub mod man;
pub mod run;
pub mod test;

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Say what is wrong with policies, and prove what can be proved
    Check(check::Arguments),
    /// Lay policies out in the one canonical way
    Fmt(fmt::Arguments),
    /// Run the policies' own `test` blocks on a virtual clock
    Test(test::Arguments),
    /// Show what policies would have done over recorded metrics
    DryRun(dry_run::Arguments),
    /// Watch live metrics
    Run(run::Arguments),
    /// Tell more: of a diagnostic's code, of a plan, of why an alert fired or did not
    Explain(explain::Arguments),
    /// Try every way in which playbooks can fail, time out or crash, and show the ends they reach
    Explore(explore::Arguments),
    /// Write a script that lets a shell complete verbs and options
    Completions(completions::Arguments),
    /// Write the manual
    Man(man::Arguments),
}

/// Does what was asked.
pub fn run(cli: &Cli, out: &mut Output) -> Result<Exit, Failure> {
    match &cli.verb {
        Verb::Check(arguments) => check::run(arguments, &cli.global, out),
        Verb::Fmt(arguments) => fmt::run(arguments, &cli.global, out),
        Verb::Test(arguments) => test::run(arguments, &cli.global, out),
        Verb::DryRun(arguments) => dry_run::run(arguments, &cli.global, out),
        Verb::Run(arguments) => run::run(arguments, &cli.global, out),
        Verb::Explain(arguments) => explain::run(arguments, &cli.global, out),
        Verb::Explore(arguments) => explore::run(arguments, &cli.global, out),
        Verb::Completions(arguments) => completions::run(arguments, out),
        Verb::Man(arguments) => man::run(arguments, out),
    }
}
