//! `incidents`: what is wrong, and all about one of them.

mod page;

use std::io::Write as _;

use clap::{Args, ValueEnum};
use nvp_control::questions;
use nvp_control::wire::{Incident, IncidentQuery, Incidents, Standing};
use nvp_journal::words::IncidentState;

use super::operate::sheet::plain;
use super::operate::{Clock, Format, Where, json};
use crate::failure::{Exit, Failure};
use crate::options::Global;
use crate::output::Output;
use crate::table::{Align, Table};
use crate::words;

const EXAMPLES: &str = "\
Examples:
  novaevo-policy incidents
  novaevo-policy incidents 12
  novaevo-policy incidents --show all --service database
  novaevo-policy incidents --format json | jq '.incidents[] | select(.priority == 1)'

Where no process runs, the journal in the folder answers, and standard error says so.

Exit codes: 0 answered, 1 there is no such incident, 2 nobody could be asked";

/// What `incidents` understands.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// All about this one
    #[arg(value_name = "INCIDENT")]
    pub incident: Option<u64>,
    /// Which ones, by how they stand
    #[arg(long, value_enum, default_value_t = Show::Unresolved, value_name = "WHICH")]
    pub show: Show,
    /// Only those that are about this service
    #[arg(long, value_name = "SERVICE")]
    pub service: Option<String>,
    /// The most that are listed, up to 999
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub rows: u32,
    /// Which process.
    #[command(flatten)]
    pub place: Where,
}

/// Which incidents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Show {
    // Open and acknowledged ones.
    Unresolved,
    Open,
    Acknowledged,
    Resolved,
    All,
}

impl Show {
    const fn standing(self) -> Standing {
        match self {
            Self::Unresolved => Standing::Unresolved,
            Self::Open => Standing::Open,
            Self::Acknowledged => Standing::Acknowledged,
            Self::Resolved => Standing::Resolved,
            Self::All => Standing::All,
        }
    }

    /// What there is none of.
    const fn none(self) -> &'static str {
        match self {
            Self::Unresolved => "no incident that is not resolved; `--show all` lists the others",
            Self::Open => "no incident is open",
            Self::Acknowledged => "no incident is acknowledged",
            Self::Resolved => "no incident is resolved",
            Self::All => "no incident",
        }
    }
}

/// Lists incidents, or shows one.
pub fn run(arguments: &Arguments, global: &Global, out: &mut Output) -> Result<Exit, Failure> {
    let asking = arguments.place.asking(global)?;
    if let Some(number) = arguments.incident {
        let page = asking.ask(
            async |client| client.incident(number).await,
            |reader| questions::incident(reader, number),
        )?;
        return page::show(number, page.as_ref(), arguments.place.format, out);
    }
    let query = IncidentQuery {
        state: arguments.show.standing(),
        service: arguments.service.clone(),
        after: None,
        rows: Some(arguments.rows),
    };
    let listed = asking
        .ask(async |client| client.incidents(&query).await, |reader| questions::incidents(reader, &query))?;
    match arguments.place.format {
        Format::Json => json(&listed, out)?,
        Format::Human => human(&listed, arguments.show, out)?,
    }
    Ok(Exit::Good)
}

fn human(listed: &Incidents, show: Show, out: &mut Output) -> Result<(), Failure> {
    if listed.incidents.is_empty() {
        writeln!(out, "{}", show.none())?;
        return Ok(());
    }
    let clock = Clock::system();
    let mut table = Table::new(&[
        ("number", Align::Right),
        ("state", Align::Left),
        ("severity", Align::Left),
        ("priority", Align::Right),
        ("opened", Align::Left),
        ("title", Align::Left),
        ("cause", Align::Left),
        ("owner", Align::Left),
        ("acknowledged by", Align::Left),
    ]);
    for incident in &listed.incidents {
        table.row(row(incident, &clock));
    }
    let paint = out.paint();
    let mut lines = table.lines(out.width()).into_iter().map(|line| plain(&line));
    if let Some(head) = lines.next() {
        writeln!(out, "{}", paint.dim(&head))?;
    }
    for (line, incident) in lines.zip(&listed.incidents) {
        let line = match incident.state {
            IncidentState::Open => paint.error(&line),
            IncidentState::Acknowledged => paint.warning(&line),
            IncidentState::Resolved => line,
        };
        writeln!(out, "{line}")?;
    }
    if listed.next.is_some() {
        let shown = words::count(listed.incidents.len(), "incident is", "incidents are");
        writeln!(out, "{}", paint.dim(&format!("the newest {shown} shown; `--rows` shows more")))?;
    }
    Ok(())
}

fn row(incident: &Incident, clock: &Clock) -> Vec<String> {
    let acknowledged =
        incident.acknowledged_by.as_ref().filter(|_| incident.state == IncidentState::Acknowledged);
    vec![
        incident.number.to_string(),
        incident.state.as_str().to_owned(),
        incident.severity.map(|severity| severity.as_str().to_owned()).unwrap_or_default(),
        incident.priority.map(|priority| priority.to_string()).unwrap_or_default(),
        clock.instant(incident.opened_ms),
        incident.title.clone(),
        incident.cause.clone().unwrap_or_default(),
        incident.owner.clone().unwrap_or_default(),
        acknowledged.cloned().unwrap_or_default(),
    ]
}
