//! What the response did, as lines for people and as objects for machines.

use nvp_respond::effect::{ActionEvent, Event, IncidentEvent, Intent, Notification, Reason, Record};
use nvp_respond::input::Delivery;
use nvp_respond::value::Value;
use serde_json::json;

use crate::instant::show_duration;
use crate::rehearsal::Happened;

/// What happened as a line for people, without its instant; nothing of what is only of use to machines.
#[must_use]
pub fn line(what: &Happened) -> Option<String> {
    match what {
        Happened::Intent(_, Intent::Notify(notification)) => Some(told(notification)),
        Happened::Intent(_, Intent::Call(_) | Intent::Forget(_)) => None,
        Happened::Record(record) => of_event(&record.event),
    }
}

/// What happened as an object of the decision log.
#[must_use]
pub fn object(what: &Happened) -> serde_json::Value {
    match what {
        Happened::Intent(at_ms, Intent::Notify(notification)) => {
            json!({ "at": at_ms, "decision": "notify", "notification": notification })
        }
        Happened::Intent(at_ms, Intent::Call(call)) => {
            json!({ "at": at_ms, "decision": "call", "call": call })
        }
        Happened::Intent(at_ms, Intent::Forget(call)) => {
            json!({ "at": at_ms, "decision": "forget", "call": call })
        }
        Happened::Record(Record { at_ms, event }) => match event {
            Event::Incident(number, event) => {
                json!({ "at": at_ms, "decision": "incident", "incident": number, "event": event })
            }
            Event::Action(number, event) => {
                json!({ "at": at_ms, "decision": "action", "action": number, "event": event })
            }
            other => json!({ "at": at_ms, "decision": "response", "event": other }),
        },
    }
}

/// A notification in a line.
fn told(notification: &Notification) -> String {
    let whom = match (&notification.team, &notification.person) {
        (Some(team), Some(person)) => format!("{team} ({person})"),
        (Some(team), None) => team.clone(),
        (None, Some(person)) => person.clone(),
        (None, None) => "all".to_owned(),
    };
    let channel = &notification.channel;
    let title = &notification.title;
    match &notification.reason {
        Reason::Page { rung, attempt: 1, .. } => format!("{rung} calls {whom} by {channel}: {title}"),
        Reason::Page { rung, attempt, .. } => {
            format!("{rung} calls {whom} by {channel}, for the {} time: {title}", ordinal(*attempt))
        }
        Reason::Worse => format!("{whom} is told by {channel} that it got worse: {title}"),
        Reason::Unacknowledged => format!("{whom} is called again by {channel}: {title}"),
        Reason::Resolved => format!("{whom} is told by {channel} that it is resolved: {title}"),
        Reason::Notice => format!("{whom} is told by {channel}: {title}"),
        Reason::Ticket => format!("a ticket is written by {channel}: {title}"),
        Reason::Acknowledged => format!("{whom} is shown by {channel} that somebody sees to it: {title}"),
        Reason::Approval(run) => format!("{whom} is asked by {channel} to approve run {run}: {title}"),
    }
}

fn of_event(event: &Event) -> Option<String> {
    match event {
        Event::Incident(number, event) => Some(format!("incident {number} {}", of_incident(event)?)),
        Event::Action(number, event) => Some(format!("run {number} {}", of_action(event)?)),
        Event::Notification(number, Delivery::Failed(why)) => {
            Some(format!("notification {number} failed: {why}"))
        }
        Event::Notification(..) => None,
        Event::Gap(ms) => Some(format!("the clock jumped by {}: nothing matured", show_duration(*ms))),
        Event::Started => Some("started".to_owned()),
        Event::RosterChanged => None,
        Event::Silenced(number, silence, by) => Some(format!("silence {number} by {by}: {}", silence.why)),
        Event::Unsilenced(number, by) => Some(format!("silence {number} ended by {by}")),
        Event::Ignored(why) => Some(format!("ignored: {why}")),
    }
}

fn of_incident(event: &IncidentEvent) -> Option<String> {
    Some(match event {
        IncidentEvent::Opened { title, .. } => format!("opened: {title}"),
        IncidentEvent::Reopened => "opened again".to_owned(),
        IncidentEvent::Cause(service) => format!("probably comes from `{service}`"),
        IncidentEvent::Rung { ladder, rung, attempt: 1 } => format!("is at {rung} of `{ladder}`"),
        IncidentEvent::Rung { .. } | IncidentEvent::Alert { .. } | IncidentEvent::Priority(..) => {
            return None;
        }
        IncidentEvent::Notified(_) => return None,
        IncidentEvent::Skipped { ladder, rung, why } => format!("passed {rung} of `{ladder}` over: {why}"),
        IncidentEvent::Suppressed(why) => format!("calls nobody: {why}"),
        IncidentEvent::Unsuppressed => "may call people again".to_owned(),
        IncidentEvent::ReachesNobody { team, channel, why } => {
            format!("reaches nobody of `{team}` by {channel}: {why}")
        }
        IncidentEvent::Acknowledged(by, _) => format!("acknowledged by {by}"),
        IncidentEvent::AcknowledgementEnded => "is no longer acknowledged".to_owned(),
        IncidentEvent::LadderEnded(ladder) => format!("came to the end of `{ladder}`"),
        IncidentEvent::Remedy(run, playbook) => format!("tries `{playbook}` (run {run})"),
        IncidentEvent::Resolved(Some(by)) => format!("resolved by {by}"),
        IncidentEvent::Resolved(None) => "resolved".to_owned(),
    })
}

fn of_action(event: &ActionEvent) -> Option<String> {
    Some(match event {
        ActionEvent::Planned { playbook, arguments, .. } => {
            let given: Vec<String> = arguments.iter().map(|(_, value)| value.to_string()).collect();
            format!("of `{playbook}({})` is looked into", given.join(", "))
        }
        ActionEvent::Found(name, value) => format!("found `{name}` to be {value}"),
        ActionEvent::Looked { clause, text, is, values } => looked(clause, text, *is, values)?,
        ActionEvent::Proposed(_) => "waits for an approval".to_owned(),
        ActionEvent::Approved(by, Some(why)) => format!("is approved by {by}: {why}"),
        ActionEvent::Approved(by, None) => format!("is approved by {by}"),
        ActionEvent::Observed => "would begin, and only observes".to_owned(),
        ActionEvent::Started => "begins".to_owned(),
        ActionEvent::Locked(_) | ActionEvent::Ended { .. } | ActionEvent::StepAnswered(_) => return None,
        ActionEvent::Snapshot { step, values, .. } => {
            let read: Vec<String> = values.iter().map(|(text, value)| format!("{text} is {value}")).collect();
            format!("`{step}`: before it, {}", read.join(", "))
        }
        ActionEvent::Intent { step, is_undo: false, text, attempt, .. } => {
            attempted(step, "does", text, *attempt)
        }
        ActionEvent::Intent { step, text, attempt, .. } => attempted(step, "takes back by", text, *attempt),
        ActionEvent::AlreadySo(step) => format!("`{step}`: it is so already"),
        ActionEvent::StepDone(step) => format!("`{step}` is done"),
        ActionEvent::StepFailed(_, why) => why.clone(),
        ActionEvent::StepUndone(step) => format!("`{step}` is taken back"),
        ActionEvent::StepKept(step, why) => format!("`{step}` is kept: {why}"),
        ActionEvent::UndoFailed(step, why) => format!("`{step}` could not be taken back: {why}"),
        ActionEvent::Drift { step, values } => {
            let is: Vec<String> =
                values.iter().map(|(text, was, is)| format!("{text} was {was} and is {is}")).collect();
            format!("`{step}`: somebody else changed it: {}", is.join(", "))
        }
        ActionEvent::RollingBack(why) => format!("takes back what it did: {why}"),
        ActionEvent::Standing(_) => "succeeded, and stands as a measure".to_owned(),
        ActionEvent::Aborted(by) => format!("is aborted by {by}"),
        ActionEvent::End(end) => {
            let why = end.why().map(|why| format!(": {why}")).unwrap_or_default();
            format!("ends {}{why}", end.name())
        }
    })
}

fn attempted(step: &str, how: &str, text: &str, attempt: u32) -> String {
    let again = if attempt > 1 { format!(", attempt {attempt}") } else { String::new() };
    format!("`{step}` {how} {text}{again}")
}

/// A condition that was looked at; one that is waited for is worth a line when it is true, or what is asked once always.
fn looked(clause: &str, text: &str, is: Option<bool>, values: &[(String, Value)]) -> Option<String> {
    let is_asked = matches!(clause, "require" | "storm" | "probe");
    if clause == "storm" && is == Some(false) || !is_asked && is != Some(true) {
        return None;
    }
    let how = is.map_or("not known", |is| if is { "true" } else { "false" });
    let values: Vec<String> = values.iter().map(|(text, value)| format!("{text} is {value}")).collect();
    let seen = if values.is_empty() { String::new() } else { format!(" ({})", values.join(", ")) };
    Some(format!("{clause} `{text}` is {how}{seen}"))
}

/// `2nd`, `11th`.
fn ordinal(number: u32) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}
