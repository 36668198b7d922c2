//! What happens in a run, as lines: see `playbooks/README.md`.

use std::collections::BTreeMap;

use nvp_respond::input::{Deed, Outcome, Request};
use nvp_respond::value::Value;

use super::stage::{Ends, Given, Stage, Way};
use super::words;
use crate::desk::change;
use crate::policy::duration;

/// Does what the lines say: the same lines, with what really came of them.
pub fn tell(stage: &mut Stage, written: &str) -> String {
    let mut told = String::new();
    told.push_str(&words::effects(stage));
    let mut rows = Vec::new();
    let is_input = |line: &&str| line.starts_with(|c: char| c.is_ascii_digit());
    let mut lines = written.lines().filter(is_input).peekable();
    let mut before_ms = 0;
    while let Some(line) = lines.next() {
        let (at, what) = line.split_once(char::is_whitespace).unwrap_or((line, "nothing"));
        let at_ms = duration(at);
        assert!(at_ms >= before_ms, "lines are in the order of time: {line}");
        before_ms = at_ms;
        stage.run_to(at_ms);
        told.push_str(&words::effects(stage));
        told.push_str(line);
        told.push('\n');
        let what = what.trim();
        if let Some(row) = row(what) {
            rows.push(row);
            let is_same =
                |next: &&str| next.split_once(' ').is_some_and(|(then, what)| then == at && row_of(what));
            if !lines.peek().is_some_and(is_same) {
                stage.tick(std::mem::take(&mut rows));
            }
        } else {
            happen(stage, what);
            stage.answer();
        }
        told.push_str(&words::effects(stage));
    }
    told
}

fn row_of(what: &str) -> bool {
    row(what.trim()).is_some()
}

/// `slow{region=eu} is red`, `slow{region=eu} is red of another_service`
fn row(what: &str) -> Option<nvp_respond::input::AlertChange> {
    let (name, level) = what.split_once(" is ").filter(|(name, _)| !name.contains(' '))?;
    let (level, service) = level.split_once(" of ").unwrap_or((level, "gateway"));
    let level = match level {
        "yellow" => Some(0),
        "red" => Some(1),
        "ok" => None,
        _ => return None,
    };
    let (alert, labels) = name.split_once('{').unwrap_or((name, "}"));
    let labels = labels.trim_end_matches('}').split(',').filter(|label| !label.is_empty());
    let labels: Vec<_> = labels.map(|label| label.split_once('=').expect("a label")).collect();
    Some(change(alert, &labels, Some(service), level))
}

fn happen(stage: &mut Stage, what: &str) {
    let words: Vec<&str> = what.split_whitespace().collect();
    let number = |place: usize| words[place].parse().expect(words[place]);
    let rest = |place: usize| words[place..].join(" ");
    let by = |deed| Given::Deed(words[3].to_owned(), deed);
    match words[0] {
        "nothing" => {}
        "see" => {
            let (name, value) = what.trim_start_matches("see ").rsplit_once(" is ").expect(what);
            stage.seen.set(name.trim(), self::value(value));
        }
        "world" => {
            let (name, value) = what.trim_start_matches("world ").rsplit_once(" is ").expect(what);
            let (name, given) = name.trim().trim_end_matches(')').split_once('(').expect(what);
            let (provider, read) = name.split_once('.').expect(what);
            let given =
                given.split(',').map(str::trim).filter(|it| !it.is_empty()).map(self::value).collect();
            assert!(stage.world.set(&stage.plan, (provider, read), given, self::value(value)), "{what}");
        }
        "hands" => hands(stage, &words),
        "answer" => {
            let why = rest(3);
            let outcome = match words[2] {
                "done" => Outcome::Done,
                "failed" => Outcome::Failed(why),
                "unknown" => Outcome::Unknown(why),
                "is" => Outcome::Answered(value(&why)),
                other => panic!("what is {other}?"),
            };
            stage.give(Given::Outcome(number(1), outcome));
        }
        "approve" => {
            let hash = words.get(5).map(|hash| (*hash).to_owned());
            stage.give(by(Deed::Approve(number(1), hash)));
        }
        "abort" => stage.give(by(Deed::Abort(number(1)))),
        "start" => start(stage, &words),
        "ack" => stage.give(by(Deed::Acknowledge(number(1)))),
        "resolve" => stage.give(by(Deed::Resolve(number(1)))),
        "crash" => stage.crash(words.get(2).map_or(0, |lasts| duration(lasts))),
        "jumps" => {
            let back = words[1] == "back";
            let by_ms = duration(words.last().expect("how far"));
            stage.skew_ms += if back { -by_ms } else { by_ms };
            stage.give(Given::Clock(stage.shown_ms()));
        }
        "halt" => stage.give(Given::Halted(Some(rest(1)))),
        "resume" => stage.give(Given::Halted(None)),
        other => panic!("what is {other}?"),
    }
}

/// `start enlarge region=eu for 1 by anna [key K]`
fn start(stage: &mut Stage, words: &[&str]) {
    let after = |word: &str| words.iter().position(|known| *known == word).map(|place| words[place + 1]);
    let arguments = words[2..].iter().filter_map(|word| word.split_once('='));
    let request = Request {
        key: after("key").unwrap_or("k").to_owned(),
        playbook: words[1].to_owned(),
        arguments: arguments.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        incident: after("for").and_then(|number| number.parse().ok()).expect("an incident"),
        why: "it is slow".to_owned(),
    };
    stage.give(Given::Deed(after("by").expect("who").to_owned(), Deed::Start(request)));
}

/// `hands pool.set_size fails after 3s 2 times`
fn hands(stage: &mut Stage, words: &[&str]) {
    let kinds = BTreeMap::from([
        ("succeeds", Ends::Succeeds),
        ("fails", Ends::Fails),
        ("hangs", Ends::Hangs),
        ("silent", Ends::IsDoneSilently),
        ("lies", Ends::Lies),
        ("waits", Ends::Waits),
    ]);
    let place = |word: &str| words.iter().position(|known| *known == word);
    let after_ms = place("after").map_or(0, |place| duration(words[place + 1]));
    let times = place("times").map(|place| words[place - 1].parse().expect("how often"));
    let what = words[1].to_owned();
    // What is said again for good holds instead of what was said before.
    if times.is_none() {
        stage.ways.retain(|way| way.what != what || way.times.is_some());
    }
    stage.ways.push(Way { what, ends: kinds[words[2]], after_ms, times });
}

/// `5`, `true`, `unknown`, `missing`, `[a, b]`, a text
fn value(text: &str) -> Value {
    let text = text.trim();
    match text {
        "true" => Value::Condition(Some(true)),
        "false" => Value::Condition(Some(false)),
        "unknown" => Value::Condition(None),
        "missing" => Value::MISSING,
        _ => match text.strip_prefix('[') {
            Some(list) => {
                let parts = list.trim_end_matches(']').split(',').map(str::trim).filter(|it| !it.is_empty());
                Value::List(parts.map(value).collect())
            }
            None => text.parse().map_or_else(|_| Value::Text(text.to_owned()), Value::Number),
        },
    }
}
