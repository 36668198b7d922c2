//! `actions`: runs of playbooks; one with its journal; and ending one.

mod page;

use std::collections::BTreeMap;
use std::io::Write as _;

use clap::{Args, Subcommand};
use nvp_control::questions;
use nvp_control::wire::{Action, ActionQuery, Actions, NewAction};
use nvp_journal::words::ActionState;

use super::operate::sheet::{called, plain};
use super::operate::{Clock, Format, Where, deed, json};
use crate::failure::{Exit, Failure};
use crate::options::Global;
use crate::output::Output;
use crate::table::{Align, Table};
use crate::words;

const EXAMPLES: &str = "\
Examples:
  novaevo-policy actions
  novaevo-policy actions 5
  novaevo-policy actions --all --playbook relieve_connection_pool
  novaevo-policy actions start relieve_connection_pool region=eu --incident 3 --why 'p95 is 2 s, CHG-117'
  novaevo-policy actions abort 5

A run that somebody asks for goes the same way as one that an alert began: what it requires, its limits, its approval, which is then
another person's. The same again within a day, or the same `--key`, is the same run.

Where no process runs, the journal in the folder answers, and standard error says so.

Exit codes: 0 answered; done, or so already, 1 there is no such run, it must not be, or the deed is not in the journal, 2 nobody could be asked";

/// What `actions` understands.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// All about this one, with its journal
    #[arg(value_name = "RUN")]
    pub action: Option<u64>,
    /// Those that have ended too
    #[arg(long)]
    pub all: bool,
    /// Only those of this playbook
    #[arg(long, value_name = "PLAYBOOK")]
    pub playbook: Option<String>,
    /// Only those for this incident
    #[arg(long, value_name = "INCIDENT")]
    pub incident: Option<u64>,
    /// The most that are listed, up to 999
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub rows: u32,
    /// Which process.
    #[command(flatten)]
    pub place: Where,
    /// Something to do.
    #[command(subcommand)]
    pub deed: Option<Deed>,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Deed {
    /// Ask for a run of a playbook, for an incident
    Start(Start),
    /// End runs: what they did is taken back
    Abort(Abort),
}

/// What `actions start` understands.
#[derive(Debug, Args)]
pub struct Start {
    /// The playbook
    #[arg(value_name = "PLAYBOOK")]
    pub playbook: String,
    /// Its arguments
    #[arg(value_name = "NAME=VALUE", value_parser = argument)]
    pub arguments: Vec<(String, String)>,
    /// The incident it is for: its ladders say who is called when it fails
    #[arg(long, value_name = "INCIDENT")]
    pub incident: u64,
    /// Why: others read it
    #[arg(long, value_name = "TEXT")]
    pub why: String,
    /// A key of yours: the same one again is the same run
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
}

fn argument(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = pair.ok_or("an argument is written `name=value`")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// What `actions abort` understands.
#[derive(Debug, Args)]
pub struct Abort {
    /// Runs, by number
    #[arg(required = true, value_name = "RUN")]
    pub actions: Vec<u64>,
}

/// Lists runs, shows one, or ends some.
pub fn run(arguments: &Arguments, global: &Global, out: &mut Output) -> Result<Exit, Failure> {
    if let Some(deed) = &arguments.deed {
        if arguments.action.is_some() {
            return Err(Failure::new(
                "`actions RUN` shows a run, `actions start` and `actions abort RUN` begin and end one; say one of them",
            ));
        }
        return match deed {
            Deed::Start(start) => begin(start, &arguments.place, out),
            Deed::Abort(abort) => end(abort, &arguments.place, out),
        };
    }
    let asking = arguments.place.asking(global)?;
    if let Some(number) = arguments.action {
        let page = asking
            .ask(async |client| client.action(number).await, |reader| questions::action(reader, number))?;
        return page::show(number, page.as_ref(), arguments.place.format, out);
    }
    let query = ActionQuery {
        unended: !arguments.all,
        playbook: arguments.playbook.clone(),
        incident: arguments.incident,
        after: None,
        rows: Some(arguments.rows),
    };
    let listed = asking
        .ask(async |client| client.actions(&query).await, |reader| questions::actions(reader, &query))?;
    match arguments.place.format {
        Format::Json => json(&listed, out)?,
        Format::Human => human(&listed, arguments.all, out)?,
    }
    Ok(Exit::Good)
}

fn begin(start: &Start, place: &Where, out: &mut Output) -> Result<Exit, Failure> {
    let mut said = BTreeMap::new();
    for (name, value) in &start.arguments {
        if said.insert(name.clone(), value.clone()).is_some() {
            return Err(Failure::new(format!("`{name}` is said twice")));
        }
    }
    let action = NewAction {
        key: start.key.clone(),
        playbook: start.playbook.clone(),
        arguments: said,
        incident: start.incident,
        why: start.why.clone(),
    };
    action.check().map_err(Failure::new)?;
    let process = place.process()?;
    let done = process.say(async |client| client.start(&action).await)?;
    let number = done.number.map(|number| number.to_string()).unwrap_or_default();
    let sentence = format!("run {number} of {} is asked for by {}", action.called(), done.by);
    let exit = deed::tell(&done, &sentence, place.format, out)?;
    if let (Format::Human, Some(number)) = (place.format, done.number) {
        writeln!(out, "{}", out.paint().dim(&format!("novaevo-policy actions {number} shows how it goes")))?;
    }
    Ok(exit)
}

fn end(abort: &Abort, place: &Where, out: &mut Output) -> Result<Exit, Failure> {
    let process = place.process()?;
    let mut exit = Exit::Good;
    for number in &abort.actions {
        let done = process.say(async |client| client.abort(*number).await)?;
        let sentence = format!("run {number} is aborted by {}; what it did is taken back", done.by);
        exit = deed::worse(exit, deed::tell(&done, &sentence, place.format, out)?);
    }
    Ok(exit)
}

fn human(listed: &Actions, all: bool, out: &mut Output) -> Result<(), Failure> {
    if listed.actions.is_empty() {
        let none = if all { "no run" } else { "no run is under way; `--all` lists those that have ended" };
        writeln!(out, "{none}")?;
        return Ok(());
    }
    let clock = Clock::system();
    let mut table = Table::new(&[
        ("run", Align::Right),
        ("state", Align::Left),
        ("incident", Align::Right),
        ("planned", Align::Left),
        ("playbook", Align::Left),
        ("why", Align::Left),
    ]);
    for action in &listed.actions {
        table.row(row(action, &clock));
    }
    let paint = out.paint();
    let mut lines = table.lines(out.width()).into_iter().map(|line| plain(&line));
    if let Some(head) = lines.next() {
        writeln!(out, "{}", paint.dim(&head))?;
    }
    for (line, action) in lines.zip(&listed.actions) {
        let waits = matches!(action.state, ActionState::Proposed | ActionState::RollingBack);
        let line = if waits { paint.warning(&line) } else { line };
        writeln!(out, "{line}")?;
    }
    if listed.next.is_some() {
        let shown = words::count(listed.actions.len(), "run is", "runs are");
        writeln!(out, "{}", paint.dim(&format!("the newest {shown} shown; `--rows` shows more")))?;
    }
    Ok(())
}

fn row(action: &Action, clock: &Clock) -> Vec<String> {
    let waits_until = action.proposed_until_ms.filter(|_| action.state == ActionState::Proposed);
    let waits =
        waits_until.map(|until_ms| format!("waits for an approval until {}", clock.instant(until_ms)));
    let rolls_back = action.rolling_back_why.clone().filter(|_| action.state == ActionState::RollingBack);
    vec![
        action.number.to_string(),
        action.end.map_or_else(|| action.state.as_str(), |end| end.as_str()).to_owned(),
        action.incident.map(|incident| incident.to_string()).unwrap_or_default(),
        clock.instant(action.planned_ms),
        called(&action.playbook, &action.arguments),
        action.end_why.clone().or(waits).or(rolls_back).unwrap_or_default(),
    ]
}
