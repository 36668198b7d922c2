//! What it costs to answer alerts: a storm from one tick to the journal, many playbooks in flight, many timers over a restart.
//! `cargo bench -p novaevo-tests --bench response`.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark talks and may fail"
)]

use std::sync::Arc;
use std::time::Instant;

use nvp_drive::generation::{Generation, check};
use nvp_drive::journaled;
use nvp_drive::load::{Stdlib, load_text};
use nvp_drive::rehearsal::everybody;
use nvp_journal::{Batch, Change, Journal, JournalError, Options, Position};
use nvp_kernels::Mode;
use nvp_plan::ids::ObservationId;
use nvp_plan::response::Lowered;
use nvp_respond::Observe;
use nvp_respond::effect::{ActionEvent, Effects, End, Event, Intent};
use nvp_respond::input::{AlertChange, Input, Outcome};
use nvp_respond::responder::Responder;
use nvp_respond::value::Value;

const ALERTS: usize = 100_000;
const RUNS: usize = 1_000;
/// How many changes a run hands over at once, and at first.
const PART_CHANGES_MAX: usize = 1_000;
const FIRST_PART_CHANGES_MAX: usize = 100;
/// When it all begins, in ms since the Unix epoch.
const START_MS: i64 = 1_790_000_000_000;

const POLICY: &str = r#"
use std.severities
defaults { absent holds  labels instance }
metric load: number { every 1s  stale 5s }
service plant { tier 1  owner crew }
team crew
channel hook
escalation at_once {
  N1  crew by hook for 15m  every 5m
  acknowledged holds 30m
}
alert busy on load { red when > 5  says "load is {value}"  service plant  at red escalate at_once }
"#;

const PLAYBOOK: &str = r#"
use std.severities
defaults { absent holds  labels instance }
metric load: number { every 1s  stale 5s }
provider valve {
  read   opening(pipe: text) -> number
  write  turn(pipe: text, to: number)
         undo turn(pipe, to: before.opening(pipe))  idempotent  probe opening(pipe) == to  locks pipe
}
alert busy on load { red when > 5  at red run relieve(instance) }
playbook relieve(instance: text) {
  require  load{instance} > 5
  limit    1 per instance every 30m, at most 1000 at once
  autonomy auto
  step open { do valve.turn(instance, to: 2)  timeout 10s }
  verify   load{instance} < 3 for 2s within 60s
}
"#;

fn plan(text: &str) -> Arc<Lowered> {
    let stdlib = Stdlib::built_in();
    let checked = check(&load_text("bench.nvp", text, &stdlib), &stdlib);
    let policy = checked.policy.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
    Generation::new(Arc::new(policy), Mode::Off).expect("it can be run").response
}

/// A load that is the same everywhere.
struct Load(f64);

impl Observe for Load {
    fn observe(&self, _: ObservationId, _: &[(String, String)]) -> Value {
        Value::Number(self.0)
    }
}

fn change(row: usize, service: Option<String>, level: Option<u32>) -> AlertChange {
    AlertChange {
        alert: "busy".into(),
        labels: vec![("instance".to_owned(), format!("host-{row:06}"))].into(),
        service: service.map(Into::into),
        level,
        is_forgotten: false,
        says: format!("load of host-{row:06} is 9").into(),
        runbook: None,
    }
}

fn begun(plan: &Arc<Lowered>) -> Responder {
    let mut responder = Responder::new(Arc::clone(plan), nvp_respond::responder::Options::default());
    let mut effects = Effects::default();
    responder.step(Input::Roster(&everybody(plan)), &Load(9.0), &mut effects);
    responder.step(Input::Clock { now_ms: START_MS }, &Load(9.0), &mut effects);
    responder
}

/// The last red level's place among the severities.
fn red(plan: &Lowered) -> Option<u32> {
    let place = plan.severities.iter().position(|severity| severity.name == "red");
    place.and_then(|place| u32::try_from(place).ok())
}

/// From a tick in which all fire until all of it is in the journal.
fn storm(title: &str, service: &dyn Fn(usize) -> String) -> Responder {
    let plan = plan(POLICY);
    let mut responder = begun(&plan);
    let level = red(&plan);
    let changes: Vec<AlertChange> = (0..ALERTS).map(|row| change(row, Some(service(row)), level)).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let journal =
        Journal::open(&folder.path().join("journal.sqlite"), Options::default()).expect("a journal");
    let started = Instant::now();
    let mut effects = Effects::default();
    responder.step(Input::Tick { at_ms: START_MS, alerts: &changes }, &Load(9.0), &mut effects);
    let stepped = started.elapsed();
    let pages = effects.intents.len();
    let is_page = |change: &Change| matches!(change, Change::Notify(_));
    let mut tickets = std::collections::VecDeque::new();
    let (mut first, mut last) = (None, None);
    let mut wait = |tickets: &mut std::collections::VecDeque<(bool, nvp_journal::Ticket)>| {
        let Some((has_page, ticket)) = tickets.pop_front() else { return };
        ticket.durable().expect("it is written");
        if has_page {
            first.get_or_insert(started.elapsed());
            last = Some(started.elapsed());
        }
    };
    let mut rows = journaled::changes(&effects, None, START_MS).zip(0..).peekable();
    let (mut all, mut part_changes_max) = (0, FIRST_PART_CHANGES_MAX);
    while rows.peek().is_some() {
        let (mut batch, mut has_page) = (Batch::new(), false);
        for (change, ordinal) in rows.by_ref().take(part_changes_max) {
            has_page |= is_page(&change);
            batch.push_at(Position { input: 1, ordinal }, change);
        }
        all += batch.len();
        part_changes_max = PART_CHANGES_MAX;
        loop {
            match journal.write(batch.clone()) {
                Ok(ticket) => break tickets.push_back((has_page, ticket)),
                Err(JournalError::QueueFull { .. }) => wait(&mut tickets),
                Err(error) => panic!("{error}"),
            }
        }
        while tickets
            .front()
            .is_some_and(|(_, ticket)| ticket.durable_within(std::time::Duration::ZERO).is_some())
        {
            wait(&mut tickets);
        }
    }
    while !tickets.is_empty() {
        wait(&mut tickets);
    }
    let reader = journal.reader().expect("it can be read");
    let [incidents, _, notifications, ..] = reader.numbers().expect("it can be read");
    assert_eq!(notifications, pages as u64, "no page is lost");
    println!(
        "{title}: {ALERTS} alerts in one tick, {incidents} incidents, {pages} pages, {all} rows: decided {:.0} ms, first page durable {:.0} ms, last {:.2} s, all rows {:.2} s",
        stepped.as_secs_f64() * 1e3,
        first.unwrap_or_default().as_secs_f64() * 1e3,
        last.unwrap_or_default().as_secs_f64(),
        started.elapsed().as_secs_f64(),
    );
    responder
}

/// Many playbooks at once, each from its alert to its end, with hands that answer at once.
fn playbooks() {
    let plan = plan(PLAYBOOK);
    let mut responder = begun(&plan);
    let level = red(&plan);
    let changes: Vec<AlertChange> = (0..RUNS).map(|row| change(row, None, level)).collect();
    let started = Instant::now();
    let (mut effects, mut inputs, mut ends, mut in_flight_max) = (Effects::default(), 0_u64, 0, 0);
    let mut valves = std::collections::BTreeMap::new();
    let mut now_ms = START_MS;
    responder.step(Input::Tick { at_ms: now_ms, alerts: &changes }, &Load(9.0), &mut effects);
    while ends < RUNS {
        let Effects { intents, records } = std::mem::take(&mut effects);
        let ended = |event: &Event| matches!(event, Event::Action(_, ActionEvent::End(end)) if *end == End::Succeeded);
        ends += records.iter().filter(|record| ended(&record.event)).count();
        in_flight_max = in_flight_max.max(responder.actions().count());
        if intents.is_empty() {
            now_ms += 1_000;
            assert!(now_ms < START_MS + 600_000, "they come to no end: {ends}");
            responder.step(Input::Clock { now_ms }, &Load(1.0), &mut effects);
            responder.step(Input::Tick { at_ms: now_ms, alerts: &[] }, &Load(1.0), &mut effects);
            inputs += 2;
        }
        for intent in intents {
            let Intent::Call(call) = intent else { continue };
            let pipe = call.arguments.first().map(|(_, pipe)| pipe.to_string()).unwrap_or_default();
            let outcome = if call.write.is_some() {
                valves.insert(pipe, 2.0);
                Outcome::Done
            } else {
                Outcome::Answered(Value::Number(valves.get(&pipe).copied().unwrap_or(1.0)))
            };
            let outcome = Input::Outcome { call: call.number, outcome: &outcome };
            responder.step(outcome, &Load(9.0), &mut effects);
            inputs += 1;
        }
    }
    let took = started.elapsed();
    println!(
        "playbooks: {RUNS} from alert to success, {in_flight_max} in flight at once, {inputs} inputs: {:.0} ms, {:.0} µs an input",
        took.as_secs_f64() * 1e3,
        took.as_secs_f64() * 1e6 / inputs as f64
    );
}

/// The state of the response with a timer for each incident, written down and read again.
fn restart(responder: &Responder) {
    let started = Instant::now();
    let state = responder.snapshot().expect("it can be written down");
    let written = started.elapsed();
    let started = Instant::now();
    let again = Responder::restore(Arc::clone(responder.plan()), responder.options(), &state);
    let again = again.expect("it can be read");
    let read = started.elapsed();
    assert_eq!(again.next_due_ms(), responder.next_due_ms());
    println!(
        "restart: {} incidents with a timer each, {:.1} MB: written {:.0} ms, restored {:.0} ms",
        again.desk().incidents().count(),
        state.len() as f64 / 1e6,
        written.as_secs_f64() * 1e3,
        read.as_secs_f64() * 1e3
    );
}

fn main() {
    storm("one service", &|_| "plant".to_owned());
    let many = storm("a service each", &|row| format!("service-{row:06}"));
    restart(&many);
    playbooks();
}
