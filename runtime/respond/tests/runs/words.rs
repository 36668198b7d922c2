//! What comes of inputs, as lines.

use nvp_plan::describe::duration as show;
use nvp_respond::effect::{ActionEvent, Call, Effects, End, Event, IncidentEvent, Intent, Record};
use nvp_respond::input::Outcome;
use nvp_respond::value::Value;

use super::stage::Stage;
use crate::desk::start_ms;
use crate::story;

/// What came of inputs since it was last asked.
pub fn effects(stage: &mut Stage) -> String {
    let now_ms = stage.now_ms();
    stage.out.drain(..).map(|effects| lines(&effects, now_ms)).collect()
}

fn lines(effects: &Effects, _now_ms: i64) -> String {
    let mut intents = effects.intents.iter().filter(|intent| !matches!(intent, Intent::Call(_)));
    let mut calls = effects.intents.iter().filter_map(|intent| match intent {
        Intent::Call(call) => Some(call),
        _ => None,
    });
    let mut text = String::new();
    for Record { at_ms, event } in &effects.records {
        let at = show(at_ms - start_ms());
        let line = match event {
            Event::Incident(_, IncidentEvent::Notified(_)) => continue,
            Event::Incident(number, event) => format!("incident {number} {}", story::happened(event)),
            Event::Action(number, event) => format!("run {number} {}", happened(event)),
            Event::Ignored(why) => format!("ignored: {why}"),
            Event::Gap(gap_ms) if *gap_ms < 0 => format!("gap back of {}", show(-gap_ms)),
            Event::Gap(gap_ms) => format!("gap of {}", show(*gap_ms)),
            Event::RosterChanged => continue,
            other => format!("{other:?}").to_lowercase(),
        };
        text.push_str(&format!("  {at} {line}\n"));
    }
    for call in &mut calls {
        text.push_str(&format!("    call {}\n", called(call)));
    }
    for intent in &mut intents {
        match intent {
            Intent::Notify(notification) => text.push_str(&format!("    {}\n", story::told(notification))),
            Intent::Forget(call) => text.push_str(&format!("    forget {call}\n")),
            Intent::Call(_) => {}
        }
    }
    text
}

fn called(call: &Call) -> String {
    let values: Vec<String> = call.arguments.iter().map(|(_, value)| value.to_string()).collect();
    let name = format!("#{} {}.{}({})", call.number, call.provider, call.operation, values.join(", "));
    let Some(write) = &call.write else { return name };
    let undo = if write.is_undo { "taking back " } else { "" };
    let fences: Vec<String> = write.fences.iter().map(|(name, token)| format!("{name}@{token}")).collect();
    format!("{name} for {undo}`{}`, attempt {}, fences [{}]", write.step, write.attempt, fences.join(", "))
}

fn values(values: &[(String, Value)]) -> String {
    let each: Vec<String> = values.iter().map(|(name, value)| format!("{name} {value}")).collect();
    if each.is_empty() { String::new() } else { format!(" ({})", each.join(", ")) }
}

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Answered(value) => format!("is {value}"),
        Outcome::Done => "is done".to_owned(),
        Outcome::Failed(why) => format!("failed: {why}"),
        Outcome::Unknown(why) => format!("is not known: {why}"),
    }
}

fn happened(event: &ActionEvent) -> String {
    match event {
        ActionEvent::Planned { playbook, arguments, requested, .. } => {
            let asked = requested.as_ref().map(|it| format!(", asked for by {}: {}", it.by, it.why));
            let asked = asked.unwrap_or_default();
            format!("planned: {playbook}{}{asked}", values(arguments))
        }
        ActionEvent::Found(name, value) => format!("found {name} {value}"),
        ActionEvent::Looked { clause, text, is, values: seen } => {
            let is = is.map_or("unknown".to_owned(), |is| is.to_string());
            format!("{clause} `{text}` is {is}{}", values(seen))
        }
        ActionEvent::Proposed(until_ms) => {
            format!("waits for an approval until {}", show(until_ms - start_ms()))
        }
        ActionEvent::Approved(by, why) => {
            format!("approved by {by}{}", why.as_ref().map(|why| format!(": {why}")).unwrap_or_default())
        }
        ActionEvent::Locked(locks) => {
            let locks: Vec<String> = locks.iter().map(|(name, token)| format!("{name}@{token}")).collect();
            format!("locked {}", locks.join(", "))
        }
        ActionEvent::Snapshot { step, item, values: read } => {
            format!("snapshot of `{step}` {item}{}", values(read))
        }
        ActionEvent::Intent { call, step, is_undo, text, attempt, key } => {
            let undo = if *is_undo { "taking back " } else { "" };
            format!("intends #{call} {undo}`{step}` {text}, attempt {attempt}, key {}", short(key))
        }
        ActionEvent::Ended { call, outcome: how } => format!("call {call} {}", outcome(how)),
        ActionEvent::AlreadySo(step) => format!("`{step}` is so already"),
        ActionEvent::StepAnswered(step) => format!("`{step}` has answered"),
        ActionEvent::StepDone(step) => format!("`{step}` is done"),
        ActionEvent::StepFailed(step, why) => format!("failed at `{step}`: {why}"),
        ActionEvent::StepUndone(step) => format!("`{step}` is taken back"),
        ActionEvent::StepKept(step, why) => format!("`{step}` is kept: {why}"),
        ActionEvent::UndoFailed(step, why) => format!("`{step}` is not taken back: {why}"),
        ActionEvent::Drift { step, values } => {
            let each = values.iter().map(|(name, was, is)| format!("{name} was {was}, is {is}"));
            format!("`{step}` has drifted: {}", each.collect::<Vec<_>>().join(", "))
        }
        ActionEvent::RollingBack(why) => format!("takes back: {why}"),
        ActionEvent::Standing(until_ms) => format!("stands until {}", show(until_ms - start_ms())),
        ActionEvent::Aborted(by) => format!("aborted by {by}"),
        ActionEvent::End(end) => ended(end),
        ActionEvent::Observed | ActionEvent::Started => format!("{event:?}").to_lowercase(),
    }
}

fn ended(end: &End) -> String {
    let why = end.why().map(|why| format!(": {why}")).unwrap_or_default();
    format!("ends {}{why}", end.name())
}

/// A key without the instant in it.
fn short(key: &str) -> String {
    key.split('/')
        .filter(|part| part.len() < 13 || part.parse::<i64>().is_err())
        .collect::<Vec<_>>()
        .join("/")
}
