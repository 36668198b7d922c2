//! What happened, as the journal writes it down.

use nvp_journal::words::{ActionEnd, Severity};
use nvp_journal::{
    ActionEvent, Call, Change, IncidentEvent, Notification, Outcome, ProcessEvent, Reason, Silence,
    WriteIntent,
};
use nvp_respond::effect::{self, Effects, Event, Intent, Record};
use nvp_respond::input;
use nvp_respond::value::Value;
use serde_json::json;

/// All of it, in order: what happened, then what is to be done.
pub fn changes(effects: &Effects, now_ms: i64) -> Vec<Change> {
    let happened = effects.records.iter().map(|Record { at_ms, event }| change(*at_ms, event));
    let wanted = effects.intents.iter().filter_map(|intent| match intent {
        Intent::Notify(notification) => Some(Change::Notify(notify(notification, now_ms))),
        Intent::Call(call) => Some(Change::Call(made(call, now_ms))),
        Intent::Forget(_) => None,
    });
    happened.chain(wanted).collect()
}

fn change(at_ms: i64, event: &Event) -> Change {
    match event {
        Event::Incident(number, event) => {
            Change::Incident { incident: *number, at_ms, event: incident(event) }
        }
        Event::Action(number, event) => Change::Action { action: *number, at_ms, event: action(event) },
        Event::Gap(gap_ms) => Change::Process { at_ms, event: ProcessEvent::Gap { gap_ms: *gap_ms } },
        Event::Started => Change::Process { at_ms, event: ProcessEvent::Started },
        Event::RosterChanged => Change::Roster { at_ms, roster: json!({}) },
        Event::Silenced(number, what, by) => {
            let input::Silence { key, alert, service, labels, from_ms, to_ms, why } = what.clone();
            let what = Silence { key, alert, service, labels, from_ms, to_ms, why };
            Change::Silenced { silence: *number, at_ms, by: by.clone(), what }
        }
        Event::Unsilenced(number, by) => Change::Unsilenced { silence: *number, at_ms, by: by.clone() },
        Event::Ignored(what) => {
            Change::Process { at_ms, event: ProcessEvent::Ignored { what: what.clone() } }
        }
        Event::Notification(..) => panic!("no channel answers here"),
    }
}

fn severity(severity: nvp_respond::severity::Severity) -> Severity {
    Severity::parse(&format!("{severity:?}").to_lowercase()).unwrap()
}

fn incident(event: &effect::IncidentEvent) -> IncidentEvent {
    match event.clone() {
        effect::IncidentEvent::Opened { title, services, owner } => {
            IncidentEvent::Opened { title, services, owner }
        }
        effect::IncidentEvent::Reopened => IncidentEvent::Reopened,
        effect::IncidentEvent::Alert { alert, labels, level, says } => {
            IncidentEvent::Alert { alert, labels, service: None, level, says }
        }
        effect::IncidentEvent::Cause(service) => IncidentEvent::Cause { service },
        effect::IncidentEvent::Priority(priority, grave) => {
            IncidentEvent::Priority { priority, severity: severity(grave) }
        }
        effect::IncidentEvent::Rung { ladder, rung, attempt } => {
            IncidentEvent::Rung { ladder, rung, attempt }
        }
        effect::IncidentEvent::Suppressed(why) => IncidentEvent::Suppressed { why },
        effect::IncidentEvent::Unsuppressed => IncidentEvent::Unsuppressed,
        effect::IncidentEvent::Notified(notification) => IncidentEvent::Notified { notification },
        effect::IncidentEvent::Acknowledged(by, until_ms) => IncidentEvent::Acknowledged { by, until_ms },
        effect::IncidentEvent::Remedy(action, playbook) => IncidentEvent::Remedy { action, playbook },
        effect::IncidentEvent::Resolved(by) => IncidentEvent::Resolved { by },
        effect::IncidentEvent::LadderEnded(ladder) => IncidentEvent::LadderEnded { ladder },
        other => panic!("this story has none of it: {other:?}"),
    }
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Number(number) => json!(number),
        Value::Condition(is) => json!(is),
        Value::Text(text) => json!(text),
        Value::List(values) => values.iter().map(json).collect(),
    }
}

fn named(values: &[(String, Value)]) -> Vec<(String, serde_json::Value)> {
    values.iter().map(|(name, value)| (name.clone(), json(value))).collect()
}

fn outcome(outcome: &input::Outcome) -> Outcome {
    match outcome.clone() {
        input::Outcome::Answered(value) => Outcome::Answered { value: json(&value) },
        input::Outcome::Done => Outcome::Done,
        input::Outcome::Failed(why) => Outcome::Failed { why },
        input::Outcome::Unknown(why) => Outcome::Unknown { why },
    }
}

fn action(event: &effect::ActionEvent) -> ActionEvent {
    use effect::ActionEvent as From;
    match event.clone() {
        From::Planned { playbook, arguments, incident, source_hash } => {
            ActionEvent::Planned { playbook, arguments: named(&arguments), incident, source_hash }
        }
        From::Found(name, value) => ActionEvent::Found { name, value: json(&value) },
        From::Proposed(until_ms) => ActionEvent::Proposed { until_ms },
        From::Approved(by, why) => ActionEvent::Approved { by, why },
        From::Locked(locks) => ActionEvent::Locked { locks },
        From::Started => ActionEvent::Started,
        From::Snapshot { step, item, values } => ActionEvent::Snapshot { step, item, values: named(&values) },
        From::Intent { call, step, is_undo, text, attempt, key } => {
            ActionEvent::Intent { call, step, is_undo, write: text, attempt, key }
        }
        From::Ended { call, outcome: ended } => ActionEvent::Ended { call, outcome: outcome(&ended) },
        From::AlreadySo(step) => ActionEvent::AlreadySo { step },
        From::StepAnswered(step) => ActionEvent::StepAnswered { step },
        From::StepDone(step) => ActionEvent::StepDone { step },
        From::StepFailed(step, why) => ActionEvent::StepFailed { step, why },
        From::StepUndone(step) => ActionEvent::StepUndone { step },
        From::UndoFailed(step, why) => ActionEvent::UndoFailed { step, why },
        From::RollingBack(why) => ActionEvent::RollingBack { why },
        From::Aborted(by) => ActionEvent::Aborted { by },
        From::End(end) => {
            ActionEvent::End { end: ActionEnd::parse(end.name()).unwrap(), why: end.why().map(str::to_owned) }
        }
        other => panic!("this story has none of it: {other:?}"),
    }
}

fn notify(from: &effect::Notification, made_ms: i64) -> Notification {
    let from = from.clone();
    let reason = match from.reason {
        effect::Reason::Page { ladder, rung, attempt } => Reason::Page { ladder, rung, attempt },
        effect::Reason::Worse => Reason::Worse,
        effect::Reason::Unacknowledged => Reason::Unacknowledged,
        effect::Reason::Resolved => Reason::Resolved,
        effect::Reason::Notice => Reason::Notice,
        effect::Reason::Ticket => Reason::Ticket,
        effect::Reason::Approval(action) => Reason::Approval { action },
    };
    Notification {
        number: from.number,
        key: from.key,
        made_ms,
        incident: from.incident,
        reason,
        channel: from.channel,
        team: from.team,
        person: from.person,
        severity: severity(from.severity),
        priority: from.priority,
        title: from.title,
        lines: from.lines,
        labels: from.labels,
        runbook: from.runbook,
        alerts: from.alerts,
        since_ms: from.since_ms,
    }
}

fn made(from: &effect::Call, intended_ms: i64) -> Call {
    let write = from.write.clone().map(|write| WriteIntent {
        step: write.step,
        is_undo: write.is_undo,
        attempt: write.attempt,
        key: write.key,
        fences: write.fences,
    });
    Call {
        number: from.number,
        action: from.action,
        intended_ms,
        provider: from.provider.clone(),
        operation: from.operation.clone(),
        arguments: named(&from.arguments),
        write,
        timeout_ms: from.timeout_ms,
    }
}
