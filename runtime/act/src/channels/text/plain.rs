//! The words where the configuration says none.

use nvp_respond::severity::Severity;

use super::Fields;

/// One line that says how grave and what.
pub(super) fn subject(fields: &Fields<'_>) -> String {
    let what = match fields.reason {
        "resolved" => "RESOLVED",
        "notice" => "notice",
        "ticket" => "ticket",
        "approval" => "approval wanted",
        // Its title says who.
        "acknowledged" => return fields.title.clone(),
        _ => severity(fields.severity),
    };
    format!("[{what}] {}", fields.title)
}

/// All that is known.
pub(super) fn body(fields: &Fields<'_>) -> String {
    let mut lines = vec![why(fields)];
    lines.extend(fields.lines.iter().cloned());
    let labels: Vec<String> = fields.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    if !labels.is_empty() {
        lines.push(format!("labels: {}", labels.join(", ")));
    }
    let alerts = if fields.alerts == 1 { "1 alert".to_owned() } else { format!("{} alerts", fields.alerts) };
    lines.push(format!("since {}, {alerts}, priority {}", fields.since, fields.priority));
    if let Some(runbook) = &fields.runbook {
        lines.push(format!("runbook: {runbook}"));
    }
    match (fields.incident, &fields.link) {
        (Some(incident), Some(link)) => lines.push(format!("incident {incident}: {link}")),
        (Some(incident), None) => lines.push(format!("incident {incident}")),
        (None, _) => {}
    }
    if fields.possible_repeat {
        lines.push("this may have reached you before".to_owned());
    }
    lines.join("\n")
}

fn why(fields: &Fields<'_>) -> String {
    let whom = match (&fields.person, &fields.team) {
        (Some(person), Some(team)) => format!(" to {person} of {team}"),
        (Some(who), None) | (None, Some(who)) => format!(" to {who}"),
        (None, None) => String::new(),
    };
    match fields.reason {
        "page" => {
            let (ladder, rung) = (fields.ladder.unwrap_or_default(), fields.rung.unwrap_or_default());
            let again = match fields.attempt {
                Some(attempt) if attempt > 1 => format!(", call {attempt}"),
                _ => String::new(),
            };
            format!("{} {ladder} {rung}{again}{whom}", severity(fields.severity))
        }
        "worse" => format!("it got worse: {} now{whom}", severity(fields.severity)),
        "unacknowledged" => format!("the acknowledgement ran out{whom}"),
        "resolved" => format!("resolved{whom}"),
        "approval" => {
            let run = fields.action.map_or_else(String::new, |action| format!(" {action}"));
            format!("run{run} waits for an approval{whom}")
        }
        _ => format!("for information{whom}"),
    }
}

/// A severity as it stands in a subject.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Minor => "minor",
        Severity::Major => "MAJOR",
        Severity::Critical => "CRITICAL",
    }
}
