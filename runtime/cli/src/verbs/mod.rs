//! The verbs, one file each.

use clap::Subcommand;

use crate::failure::{Exit, Failure};
use crate::options::Cli;
use crate::output::Output;

pub mod ack;
pub mod actions;
pub mod approve;
pub mod check;
pub mod completions;
pub mod dry_run;
pub mod explain;
pub mod explore;
pub mod fmt;
pub mod incidents;
pub mod journal;
pub mod man;
pub mod operate;
pub mod resolve;
pub mod run;
pub mod silence;
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
    /// Say what is wrong, of a process that runs or of its journal; all about one incident
    Incidents(incidents::Arguments),
    /// See to incidents: nobody is called for them for a while
    Ack(ack::Arguments),
    /// Say that incidents are over
    Resolve(resolve::Arguments),
    /// Let a playbook's run begin that waits for it
    Approve(approve::Arguments),
    /// Let nobody be called for what is known: begin, list, end
    Silence(silence::Arguments),
    /// Show runs of playbooks, with their journals; end them
    Actions(actions::Arguments),
    /// Prove that nobody has changed the journal; copy it
    Journal(journal::Arguments),
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
        Verb::Incidents(arguments) => incidents::run(arguments, &cli.global, out),
        Verb::Ack(arguments) => ack::run(arguments, out),
        Verb::Resolve(arguments) => resolve::run(arguments, out),
        Verb::Approve(arguments) => approve::run(arguments, out),
        Verb::Silence(arguments) => silence::run(arguments, &cli.global, out),
        Verb::Actions(arguments) => actions::run(arguments, &cli.global, out),
        Verb::Journal(arguments) => journal::run(arguments, &cli.global, out),
        Verb::Completions(arguments) => completions::run(arguments, out),
        Verb::Man(arguments) => man::run(arguments, out),
    }
}
