//! Who would have been called, and what would have been done: the response's part of a dry run's summary.

use std::io::Write as _;

use nvp_drive::dry_run::{Answered, IncidentSummary};
use nvp_drive::instant::{show_duration, show_instant_short};

use crate::failure::Failure;
use crate::output::Output;
use crate::table::{Align, Table};
use crate::words;

/// The blanks before the table.
const INDENT: usize = 2;
/// The most incidents in the table.
const INCIDENTS_MAX: usize = 50;
/// The most reasons of refusals that are told of a playbook.
const REASONS_MAX: usize = 3;

/// Writes the part; nothing where there was no incident that anybody would have answered.
pub fn write(answered: &Answered, out: &mut Output) -> Result<(), Failure> {
    let called: Vec<(&u64, &IncidentSummary)> =
        answered.incidents.iter().filter(|(_, incident)| !incident.rungs.is_empty()).collect();
    if called.is_empty() && answered.playbooks.is_empty() {
        return Ok(());
    }
    let paint = out.paint();
    let incidents = words::count(answered.incidents.len() as u64, "incident", "incidents");
    writeln!(out, "\n{}", paint.bold(&format!("{incidents}, had nobody and nothing mended them")))?;
    let mut table = Table::new(&[
        ("incident", Align::Right),
        ("about", Align::Left),
        ("priority", Align::Right),
        ("opened", Align::Left),
        ("lasted", Align::Right),
        ("cause", Align::Left),
        ("rungs", Align::Left),
    ]);
    for (number, incident) in called.iter().take(INCIDENTS_MAX) {
        let lasted =
            incident.resolved_ms.map(|at_ms| show_duration(at_ms.saturating_sub(incident.opened_ms)));
        table.row(vec![
            number.to_string(),
            incident.title.clone(),
            incident.priority.map(|priority| priority.to_string()).unwrap_or_default(),
            show_instant_short(incident.opened_ms),
            lasted.unwrap_or_else(|| "still open".to_owned()),
            incident.cause.clone().unwrap_or_default(),
            incident.rungs.join(" "),
        ]);
    }
    for line in table.lines(out.width().map(|width| width.saturating_sub(INDENT))) {
        writeln!(out, "  {line}")?;
    }
    if called.len() > INCIDENTS_MAX {
        let more = words::count((called.len() - INCIDENTS_MAX) as u64, "incident", "incidents");
        writeln!(out, "  {}", paint.dim(&format!("and {more} more")))?;
    }
    for line in lines(answered) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn lines(answered: &Answered) -> Vec<String> {
    let mut lines = Vec::new();
    for ((rung, team), calls) in &answered.calls {
        lines.push(format!("{rung} would have called {team} {}", words::count(*calls, "time", "times")));
    }
    for (name, playbook) in &answered.playbooks {
        if playbook.began > 0 {
            lines.push(format!("{name} would have begun {}", words::count(playbook.began, "time", "times")));
        }
        let mut refused: Vec<(&String, &u64)> = playbook.refused.iter().collect();
        refused.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        for (why, count) in refused.into_iter().take(REASONS_MAX) {
            let times = words::count(*count, "time", "times");
            lines.push(format!("{name} would have been refused {times}: {why}"));
        }
    }
    lines
}
