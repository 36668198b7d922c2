//! A run in small: a real policy's response, a real journal, and the desk before them. What a run has beside it (sources, a clock of its own,
//! hands) is the tests'.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use nvp_drive::generation::{Generation, check};
use nvp_drive::live::control::{Answer, Asked, Desk};
use nvp_drive::load::{Stdlib, load_text};
use nvp_journal::{Batch, Journal, Options, Position};
use nvp_kernels::Mode;
use nvp_plan::ids::ObservationId;
use nvp_respond::Observe;
use nvp_respond::effect::{Effects, Intent, Record};
use nvp_respond::input::{AlertChange, Deed, Input, Outcome};
use nvp_respond::responder::Responder;
use nvp_respond::roster::{Roster, TeamRoster};
use nvp_respond::value::Value;
use tokio::sync::mpsc::Receiver;

/// The policy.
const POLICY: &str = include_str!("gateway.nvp");

/// Nothing of the evaluation is asked for by this policy.
struct Nothing;

impl Observe for Nothing {
    fn observe(&self, _: ObservationId, _: &[(String, String)]) -> Value {
        Value::MISSING
    }
}

/// The response and its journal.
pub struct World {
    responder: Responder,
    journal: Journal,
    path: PathBuf,
    input: u64,
    /// The instant of the last tick.
    at_ms: i64,
}

/// The wall clock, in ms since the Unix epoch.
pub fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

impl World {
    /// A world in a state's folder, in which the gateway of region `eu` is slow: incident 1, and a run that waits for an approval.
    pub fn with_a_slow_gateway(folder: &Path) -> Self {
        let mut world = Self::quiet(folder);
        world.slow("eu");
        world
    }

    /// One in which nothing has happened yet.
    pub fn quiet(folder: &Path) -> Self {
        let stdlib = Stdlib::built_in();
        let checked = check(&load_text("gateway.nvp", POLICY, &stdlib), &stdlib);
        let policy = checked.policy.unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
        let generation = Generation::new(Arc::new(policy), Mode::Off).unwrap();
        let responder = Responder::new(generation.response, nvp_respond::responder::Options::default());
        let path = folder.join(nvp_control::JOURNAL);
        let journal = Journal::open(&path, Options::default()).unwrap();
        // What happens before people come has happened lately.
        let now_ms = now_ms() - 300_000;
        let mut world = Self { responder, journal, path, input: 0, at_ms: now_ms };
        let mut roster = Roster::default();
        for (team, member) in [("operations", "anna"), ("dba", "boris"), ("dba", "root")] {
            roster
                .teams
                .entry(team.to_owned())
                .or_insert_with(TeamRoster::default)
                .members
                .push(member.to_owned());
            roster.people.insert(member.to_owned(), ["sms".to_owned()].into());
        }
        roster.channels.insert("sms".to_owned());
        world.step(Input::Roster(&roster)).1.unwrap();
        world.step(Input::Started { now_ms }).1.unwrap();
        world.step(Input::Clock { now_ms }).1.unwrap();
        world.step(Input::Tick { at_ms: now_ms, alerts: &[] }).1.unwrap();
        world
    }

    /// The gateway of a region is slow.
    pub fn slow(&mut self, region: &str) {
        let plan = Arc::clone(self.responder.plan());
        let red = plan.severities.iter().position(|severity| severity.name == "red").unwrap();
        let change = AlertChange {
            alert: "gateway_slow".into(),
            labels: vec![("region".to_owned(), region.to_owned())].into(),
            service: Some("api_gateway".into()),
            level: Some(red as u32),
            is_forgotten: false,
            says: format!("gateway in {region} takes 612ms").into(),
            runbook: None,
        };
        self.tick(&[change]);
        // The playbook is run when it has been red for 15 s.
        for _ in 0..3 {
            self.tick(&[]);
        }
    }

    /// Five seconds later.
    fn tick(&mut self, alerts: &[AlertChange]) {
        self.at_ms += 5_000;
        let at_ms = self.at_ms;
        self.step(Input::Clock { now_ms: at_ms }).1.unwrap();
        self.step(Input::Tick { at_ms, alerts }).1.unwrap();
    }

    /// An input, and all that is answered to what it calls for; what happened, and whether it is durable.
    fn step(&mut self, input: Input<'_>) -> (Vec<Record>, Result<(), nvp_journal::JournalError>) {
        let mut effects = Effects::default();
        self.responder.step(input, &Nothing, &mut effects);
        let durable = self.take_down(&effects);
        // Reads are answered, writes are done; what comes of that is another input's.
        for intent in effects.intents {
            if let Intent::Call(call) = intent {
                let outcome = match call.write {
                    Some(_) => Outcome::Done,
                    None => Outcome::Answered(Value::Number(100.0)),
                };
                self.step(Input::Outcome { call: call.number, outcome: &outcome }).1.ok();
            }
        }
        (effects.records, durable)
    }

    fn take_down(&mut self, effects: &Effects) -> Result<(), nvp_journal::JournalError> {
        self.input += 1;
        let input = self.input;
        let changes = nvp_drive::journaled::changes(effects, None, now_ms());
        let numbered =
            changes.into_iter().zip(0_u32..).map(|(change, ordinal)| (Position { input, ordinal }, change));
        let batch: Batch = numbered.collect();
        self.journal.write(batch)?.durable().map(drop)
    }

    /// A person's deed.
    pub fn deed(&mut self, by: &str, deed: &Deed) -> Answer {
        self.step(Input::Clock { now_ms: now_ms() }).1.ok();
        let (records, durable) = self.step(Input::Deed { by, deed });
        Answer { records, durable }
    }

    /// A desk before it; the world ends when the desk does.
    pub fn desk(self) -> Desk {
        let (desk, heard) = Desk::new(&self.path);
        std::thread::spawn(move || self.hear(heard));
        desk
    }

    fn hear(mut self, mut heard: Receiver<Asked>) {
        while let Some(Asked { by, deed, answer }) = heard.blocking_recv() {
            let answered = self.deed(&by, &deed);
            // Who asked may have gone.
            drop(answer.send(answered));
        }
    }
}
