//! Stories: what happens when, and what comes of it, as lines. See `ladders/README.md`.

use nvp_plan::describe::duration as show;
use nvp_respond::effect::{Event, IncidentEvent, Intent, Notification, Reason, Record};
use nvp_respond::input::{AlertChange, Deed, Delivery, Silence};
use nvp_respond::ladder::Remedies;

use crate::desk::{World, change, start_ms};
use crate::policy::duration;

/// Tells the story to a world: the same lines, with what really came of them.
pub fn tell(world: &mut World, story: &str) -> String {
    let mut told = String::new();
    let mut tick: Vec<(AlertChange, Option<String>)> = Vec::new();
    let mut lines = story.lines().filter(|line| is_input(line)).peekable();
    while let Some(line) = lines.next() {
        let (at, what) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let what = what.trim();
        let at_ms = duration(at);
        if !matches!(what, "started" | "jumps") {
            world.run_to(at_ms);
            told.push_str(&effects(world));
        }
        told.push_str(line);
        told.push('\n');
        if let Some(row) = row(what) {
            tick.push(row);
            // Rows at one instant come in one tick.
            let is_more = lines.peek().is_some_and(|next| {
                next.split_once(char::is_whitespace)
                    .is_some_and(|(then, what)| then == at && row_of(what).is_some())
            });
            if is_more {
                continue;
            }
            let rows = std::mem::take(&mut tick);
            let rows: Vec<_> = rows.iter().map(|(row, ladder)| (row.clone(), ladder.as_deref())).collect();
            world.tick(&rows);
        } else {
            happen(world, at_ms, what);
        }
        told.push_str(&effects(world));
    }
    told
}

/// Inputs begin with their time, what comes of them is indented.
fn is_input(line: &str) -> bool {
    line.starts_with(|c: char| c.is_ascii_digit())
}

fn row_of(what: &str) -> Option<()> {
    row(what.trim()).map(|_| ())
}

/// `gateway_slow{region=eu} is red of api_gateway escalate standard`
fn row(what: &str) -> Option<(AlertChange, Option<String>)> {
    let (name, rest) = what.split_once(" is ").filter(|(name, _)| !name.contains(' '))?;
    let (alert, labels) = name.split_once('{').unwrap_or((name, "}"));
    let labels: Vec<_> = labels
        .trim_end_matches('}')
        .split(',')
        .filter(|label| !label.is_empty())
        .map(|label| label.split_once('=').expect("a label"))
        .collect();
    let mut words = rest.split_whitespace();
    let level = words.next()?;
    let place = ["info", "yellow", "orange", "red"].iter().position(|known| *known == level);
    let mut service = None;
    let mut ladder = None;
    while let Some(word) = words.next() {
        match word {
            "of" => service = words.next(),
            "escalate" => ladder = words.next().map(str::to_owned),
            other => panic!("what is {other} in {what}?"),
        }
    }
    let mut row = change(alert, &labels, service, place.map(|place| u32::try_from(place).expect("few")));
    row.is_forgotten = level == "forgotten";
    assert!(place.is_some() || matches!(level, "ok" | "forgotten"), "no such level: {level}");
    Some((row, ladder))
}

fn happen(world: &mut World, at_ms: i64, what: &str) {
    let words: Vec<&str> = what.split_whitespace().collect();
    let number = |place: usize| words[place].parse().expect(words[place]);
    let rest = |place: usize| words[place..].join(" ");
    match words.first().copied().unwrap_or("nothing") {
        "nothing" => {}
        "tick" => world.tick(&[]),
        "started" => world.started(at_ms),
        "jumps" => world.clock(at_ms),
        "ack" => world.deed(words[3], &Deed::Acknowledge(number(1))),
        "resolve" => world.deed(words[3], &Deed::Resolve(number(1))),
        "unsilence" => world.deed(words[3], &Deed::Unsilence(number(1))),
        "silence" => {
            let silence = silence(&words, at_ms);
            world.deed("anna", &Deed::Silence(silence));
        }
        "accepted" => world.delivery(number(1), &Delivery::Accepted),
        "delivered" => world.delivery(number(1), &Delivery::Delivered),
        "failed" => world.delivery(number(1), &Delivery::Failed(rest(2))),
        "remedies" => {
            let are = match words[2] {
                "none" => Remedies::None,
                "hoped" => Remedies::Hoped,
                "exhausted" => Remedies::Exhausted,
                other => panic!("what are {other} remedies?"),
            };
            world.remedies(number(1), are);
        }
        "rung" => {
            let (incident, why) = (number(1), rest(4));
            world.with(|desk, context, out| {
                desk.escalate_to(context, incident, (&[words[2]], words[3]), (&why, false), out);
            });
        }
        "release" => world.with(|desk, context, _| desk.release(context, number(1), words[2])),
        "escalate" => world.with(|desk, context, out| desk.escalate(context, number(1), words[2], out)),
        "people" => {
            let team = world.roster.teams.entry(words[1].to_owned()).or_default();
            team.members = words[3..].iter().map(|name| name.trim_end_matches(',').to_owned()).collect();
            world.with(|desk, context, _| desk.roster_changed(context));
        }
        other => panic!("what is {other}?"),
    }
}

/// `silence KEY for 10m [from 5m] [alert A] [service S]`
fn silence(words: &[&str], at_ms: i64) -> Silence {
    let said = |word: &str| words.iter().position(|known| *known == word).map(|place| words[place + 1]);
    let from_ms = start_ms() + said("from").map_or(at_ms, duration);
    Silence {
        key: words[1].to_owned(),
        alert: said("alert").map(str::to_owned),
        service: said("service").map(str::to_owned),
        labels: Vec::new(),
        from_ms,
        to_ms: from_ms + duration(said("for").expect("a silence says how long")),
        why: "known".to_owned(),
    }
}

/// What came of it since the last time: records, and notifications where they were made.
fn effects(world: &mut World) -> String {
    let mut intents = world.out.intents.drain(..).map(|intent| match intent {
        Intent::Notify(notification) => notification,
        other => panic!("{other:?}"),
    });
    let mut text = String::new();
    let mut last_lines = Vec::new();
    for record in world.out.records.drain(..) {
        let Record { at_ms, event } = record;
        let line = match event {
            Event::Incident(number, IncidentEvent::Notified(made)) => {
                let notification = intents.next().expect("a notification that is recorded is made");
                assert_eq!((notification.number, notification.incident), (made, Some(number)));
                let mut line = told(&notification);
                if notification.lines != last_lines {
                    for known in &notification.lines {
                        line.push_str(&format!("\n      | {known}"));
                    }
                    last_lines = notification.lines;
                }
                line
            }
            Event::Incident(number, event) => format!("incident {number} {}", happened(&event)),
            Event::Silenced(number, silence, by) => {
                format!("silence {number} by {by} until {}", show(silence.to_ms - start_ms()))
            }
            Event::Ignored(why) => format!("ignored: {why}"),
            Event::Gap(gap_ms) => format!("gap of {}", show(gap_ms)),
            Event::Unsilenced(number, by) => format!("silence {number} ended by {by}"),
            other => format!("{other:?}"),
        };
        text.push_str(&format!("  {} {line}\n", show(at_ms - start_ms())));
    }
    assert!(intents.next().is_none(), "a notification that is made is recorded");
    text
}

pub fn told(notification: &Notification) -> String {
    let why = match &notification.reason {
        Reason::Page { ladder, rung, attempt } => format!("page {ladder} {rung} {attempt}"),
        other => format!("{other:?}").to_lowercase(),
    };
    let whom = match (&notification.team, &notification.person) {
        (Some(team), Some(person)) => format!("{team}/{person}"),
        (Some(team), None) => team.clone(),
        _ => "nobody".to_owned(),
    };
    format!("#{} {} to {whom}: {why}: {}", notification.number, notification.channel, notification.title)
}

pub fn happened(event: &IncidentEvent) -> String {
    match event {
        IncidentEvent::Opened { title, services, owner } => {
            let owner = owner.as_deref().map_or(String::new(), |owner| format!(", owner {owner}"));
            format!("opened of {}{owner}: {title}", services.join(", "))
        }
        IncidentEvent::Alert { alert, level, says, labels } => {
            let labels: Vec<_> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let says = if says.is_empty() { String::new() } else { format!(": {says}") };
            format!("alert {alert}{{{}}} {}{says}", labels.join(","), level.as_deref().unwrap_or("ended"))
        }
        IncidentEvent::Rung { ladder, rung, attempt } => format!("rung {ladder} {rung} {attempt}"),
        IncidentEvent::Skipped { ladder, rung, why } => format!("skipped {ladder} {rung}: {why}"),
        IncidentEvent::ReachesNobody { team, channel, why } => {
            format!("reaches nobody: {team} by {channel}: {why}")
        }
        IncidentEvent::Acknowledged(by, until_ms) => {
            format!("acknowledged by {by} until {}", show(until_ms - start_ms()))
        }
        IncidentEvent::Priority(priority, severity) => format!("priority {priority}, {severity:?}"),
        IncidentEvent::Resolved(Some(by)) => format!("resolved by {by}"),
        IncidentEvent::Resolved(None) => "resolved".to_owned(),
        IncidentEvent::Cause(service) => format!("cause {service}"),
        IncidentEvent::Suppressed(why) => format!("suppressed: {why}"),
        IncidentEvent::LadderEnded(ladder) => format!("ladder {ladder} ended"),
        IncidentEvent::AcknowledgementEnded => "acknowledgement ended".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}
