//! All about an incident.

use nvp_control::wire::{Entry, Incident, IncidentPage, Notification};
use nvp_journal::words::IncidentState;

use super::super::operate::sheet::{Sheet, called, plain};
use super::super::operate::{self, Clock, Format};
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::table::{Align, Table};

/// Shows it, or that there is none.
pub fn show(
    number: u64,
    page: Option<&IncidentPage>,
    format: Format,
    out: &mut Output,
) -> Result<Exit, Failure> {
    operate::show(&format!("incident {number}"), page, format, out, human)
}

fn human(page: &IncidentPage, sheet: &mut Sheet) {
    let clock = Clock::system();
    head(&page.incident, &clock, sheet);
    sheet.part("what happened");
    sheet.entries(&with_names(page), page.timeline_left_out, &clock);
    if !page.notifications.is_empty() {
        sheet.part("who was told");
        if page.are_notifications_left_out {
            sheet.line("  only the last ones are shown; the table `notifications` in the journal has all");
        }
        sheet.table(&told(&page.notifications, &clock));
    }
    if !page.actions.is_empty() {
        sheet.part("what was run");
        let mut table = Table::new(&[
            ("run", Align::Right),
            ("state", Align::Left),
            ("playbook", Align::Left),
            ("why", Align::Left),
        ]);
        for action in &page.actions {
            table.row(vec![
                action.number.to_string(),
                action.end.map_or_else(|| action.state.as_str(), |end| end.as_str()).to_owned(),
                called(&action.playbook, &action.arguments),
                action.end_why.clone().unwrap_or_default(),
            ]);
        }
        sheet.table(&table);
    }
    let number = page.incident.number;
    let what_next = match page.incident.state {
        IncidentState::Open => Some(format!("novaevo-policy ack {number}")),
        IncidentState::Acknowledged => Some(format!("novaevo-policy resolve {number}")),
        IncidentState::Resolved => None,
    };
    sheet.next(what_next.as_deref());
}

/// The timeline, with whom each notification was for in place of its number.
fn with_names(page: &IncidentPage) -> Vec<Entry> {
    let mut timeline = page.timeline.clone();
    for entry in timeline.iter_mut().filter(|entry| entry.kind == "notified") {
        let number = entry.detail.get("notification").and_then(serde_json::Value::as_u64);
        if let Some(one) = page.notifications.iter().find(|one| Some(one.number) == number) {
            let whom = one.person.as_ref().or(one.team.as_ref());
            let whom = whom.map(|whom| format!("{whom} ")).unwrap_or_default();
            entry.text = format!("tells {whom}by {} ({})", one.channel, one.reason.as_str());
        }
    }
    timeline
}

fn head(incident: &Incident, clock: &Clock, sheet: &mut Sheet) {
    let paint = sheet.paint();
    let state = incident.state.as_str();
    let state = match incident.state {
        IncidentState::Open => paint.error(state),
        IncidentState::Acknowledged => paint.warning(state),
        IncidentState::Resolved => paint.good(state),
    };
    let mut grave: Vec<String> =
        incident.severity.iter().map(|severity| severity.as_str().to_owned()).collect();
    grave.extend(incident.priority.map(|priority| format!("priority {priority}")));
    sheet.line(&format!(
        "{}  {state}  {}",
        paint.bold(&format!("incident {}", incident.number)),
        grave.join(", ")
    ));
    sheet.line(&plain(&incident.title));
    sheet.line("");
    sheet.known("services", &incident.services.join(", "));
    sheet.known("probable cause", incident.cause.as_deref().unwrap_or_default());
    sheet.known("owner", incident.owner.as_deref().unwrap_or_default());
    sheet.known("opened", &clock.with_zone(incident.opened_ms));
    if let (Some(at_ms), Some(by)) = (incident.acknowledged_ms, &incident.acknowledged_by) {
        let until =
            incident.acknowledged_until_ms.map(|until_ms| format!(", until {}", clock.instant(until_ms)));
        let ended = if until.is_none() { ", over" } else { "" };
        sheet.known(
            "acknowledged",
            &format!("{} by {by}{}{ended}", clock.instant(at_ms), until.unwrap_or_default()),
        );
    }
    if let Some(at_ms) = incident.reopened_ms {
        let times = crate::words::count(incident.times_reopened, "time", "times");
        sheet.known("opened again", &format!("{}, {times}", clock.instant(at_ms)));
    }
    if let Some(at_ms) = incident.resolved_ms.filter(|_| incident.state == IncidentState::Resolved) {
        let by =
            incident.resolved_by.as_ref().map_or_else(|| "by itself".to_owned(), |by| format!("by {by}"));
        sheet.known("resolved", &format!("{} {by}", clock.instant(at_ms)));
    }
}

fn told(notifications: &[Notification], clock: &Clock) -> Table {
    let mut table = Table::new(&[
        ("made", Align::Left),
        ("reason", Align::Left),
        ("rung", Align::Left),
        ("channel", Align::Left),
        ("whom", Align::Left),
        ("state", Align::Left),
        ("since", Align::Left),
        ("why", Align::Left),
    ]);
    for one in notifications {
        let whom = one.person.as_ref().or(one.team.as_ref());
        // The instant of its gravest news.
        let steps =
            [one.acknowledged_ms, one.seen_ms, one.delivered_ms, one.failed_ms, one.sent_ms, one.accepted_ms];
        table.row(vec![
            clock.time(one.made_ms),
            one.reason.as_str().to_owned(),
            one.rung.clone().unwrap_or_default(),
            one.channel.clone(),
            whom.cloned().unwrap_or_default(),
            one.state.as_str().to_owned(),
            steps.into_iter().flatten().next().map(|at_ms| clock.time(at_ms)).unwrap_or_default(),
            one.failed_why.clone().unwrap_or_default(),
        ]);
    }
    table
}
