//! What people are told of an incident: a line, and what is known.

use std::fmt::Write as _;

use super::Incident;
use super::rows::{Row, Rows};

/// So many rows are told one by one.
const ROWS_TOLD_MAX: usize = 10;

/// What a row is about, in a line.
pub(crate) fn of_row(row: &Row) -> String {
    if !row.says.is_empty() {
        return if row.service == row.alert {
            row.says.to_string()
        } else {
            format!("{}: {}", row.service, row.says)
        };
    }
    let mut line = if row.service == row.alert { String::new() } else { format!("{}: ", row.service) };
    let _ = write!(line, "{}{} is {}", row.alert, labels(&row.labels), row.level);
    line
}

/// What the incident is about now, in a line: its worst row, and how many others there are.
pub(crate) fn title(incident: &Incident, rows: &Rows) -> String {
    let worst = incident.standing.worst_first().find_map(|number| rows.get(number));
    let mut line = format!("P{} {}", incident.priority, worst.map_or_else(|| incident.title.clone(), of_row));
    let others = incident.alerts().saturating_sub(1);
    if others > 0 {
        let _ = write!(line, " (and {others} more)");
    }
    line
}

/// What is known of the incident, a line each.
pub(crate) fn lines(incident: &Incident, rows: &Rows) -> Vec<String> {
    let told = incident.standing.worst_first().filter_map(|number| rows.get(number)).take(ROWS_TOLD_MAX);
    let mut lines: Vec<String> = told
        .map(|row| {
            let mut line = format!("{}{} is {}", row.alert, labels(&row.labels), row.level);
            if !row.says.is_empty() {
                let _ = write!(line, ": {}", row.says);
            }
            line
        })
        .collect();
    let untold = incident.alerts().saturating_sub(lines.len());
    if untold > 0 {
        lines.push(format!("… and {untold} more"));
    }
    if incident.services.len() > 1 {
        let failing = incident.services.iter().filter(|(_, service)| service.standing() > 0);
        let names: Vec<_> = failing.map(|(name, _)| name.as_str()).take(ROWS_TOLD_MAX).collect();
        if !names.is_empty() {
            lines.push(format!("services: {}", names.join(", ")));
        }
        if let Some(cause) = &incident.cause {
            lines.push(format!("probable cause: {cause}"));
        }
    }
    if incident.forgotten > 0 {
        lines.push(format!("alerts that ended because their data ended: {}", incident.forgotten));
    }
    lines
}

/// The runbook of the worst row that has one, among those that are told.
pub(crate) fn runbook(incident: &Incident, rows: &Rows) -> Option<String> {
    let told = incident.standing.worst_first().filter_map(|number| rows.get(number)).take(ROWS_TOLD_MAX);
    told.filter_map(|row| row.runbook.as_ref().map(ToString::to_string)).next()
}

/// `{region="eu"}`; nothing where there are none.
pub(crate) fn labels(labels: &[(String, String)]) -> String {
    if labels.is_empty() {
        return String::new();
    }
    let all: Vec<_> = labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    format!("{{{}}}", all.join(", "))
}
