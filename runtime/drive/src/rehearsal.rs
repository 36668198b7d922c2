//! The response on a virtual clock, with hands that only pretend: for tests and dry runs. The same response runs live.
//!
//! Between two ticks of the evaluation the response's own time passes in steps of at most 5 s, as the journaled clock does, and stops
//! wherever something is due: an outcome, what a person does, a timeout, a rung.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use nvp_engine::Engine;
use nvp_plan::response::Lowered;
use nvp_respond::effect::{ActionEvent, Call, Effects, Event, IncidentEvent, Intent, Record};
use nvp_respond::input::{
    ActionNumber, AlertChange, CallNumber, Deed, IncidentNumber, Input, Labels, Outcome, Silence,
};
use nvp_respond::responder::{Options, Responder};
use nvp_respond::roster::{Roster, TeamRoster};

use crate::observe::Observed;

/// The journaled clock's steps, in ms.
const STEP_MS: i64 = 5_000;

/// Who does what is planned.
const SOMEBODY: &str = "somebody";

/// Hands that only pretend.
pub trait Pretend {
    /// What a call comes to, after so many ms; `None` if no answer ever comes.
    fn answer(&mut self, call: &Call, at_ms: i64) -> Option<(i64, Outcome)>;

    /// Something happened.
    fn happened(&mut self, _what: &Happened) {}
}

/// What happened, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    /// The response noted something.
    Record(Record),
    /// The response wanted something done, at this instant (ms since the Unix epoch).
    Intent(i64, Intent),
}

impl Happened {
    /// When, in ms since the Unix epoch.
    #[must_use]
    pub fn at_ms(&self) -> i64 {
        match self {
            Self::Record(record) => record.at_ms,
            Self::Intent(at_ms, _) => *at_ms,
        }
    }
}

/// What somebody will do, where it is not known yet to which incident or run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlannedDeed {
    /// Acknowledge the incidents of an alert's rows that have these labels.
    Acknowledge(String, BTreeMap<String, String>),
    /// Declare them resolved.
    Resolve(String, BTreeMap<String, String>),
    /// Silence the rows for so long, in ms.
    Silence(String, BTreeMap<String, String>, i64),
    /// Approve the runs of a playbook that are under way.
    Approve(String),
    /// Abort them.
    Abort(String),
}

/// Which incidents and runs there are.
#[derive(Debug, Default)]
struct Seen {
    rows: BTreeMap<(String, Labels), IncidentNumber>,
    runs: BTreeMap<ActionNumber, String>,
}

impl Seen {
    fn note(&mut self, record: &Record) {
        match &record.event {
            Event::Incident(number, IncidentEvent::Alert { alert, labels, level, .. }) => {
                let row = (alert.to_string(), labels.clone());
                match level {
                    Some(_) => self.rows.insert(row, *number),
                    None => self.rows.remove(&row),
                };
            }
            Event::Action(number, ActionEvent::Planned { playbook, .. }) => {
                self.runs.insert(*number, playbook.clone());
            }
            Event::Action(number, ActionEvent::End(_)) => drop(self.runs.remove(number)),
            _ => {}
        }
    }

    /// What a planned deed comes to now.
    fn deeds(&self, planned: &PlannedDeed, now_ms: i64) -> Vec<Deed> {
        let incidents = |alert: &String, labels: &BTreeMap<String, String>| -> BTreeSet<IncidentNumber> {
            let fits = |has: &[(String, String)]| {
                labels.iter().all(|(name, value)| has.iter().any(|(n, v)| n == name && v == value))
            };
            let rows = self.rows.iter().filter(|((of, has), _)| of == alert && fits(has));
            rows.map(|(_, number)| *number).collect()
        };
        let runs = |playbook: &String| {
            let runs = self.runs.iter().filter(|(_, of)| *of == playbook);
            runs.map(|(number, _)| *number).collect::<Vec<_>>()
        };
        match planned {
            PlannedDeed::Acknowledge(alert, labels) => {
                incidents(alert, labels).into_iter().map(Deed::Acknowledge).collect()
            }
            PlannedDeed::Resolve(alert, labels) => {
                incidents(alert, labels).into_iter().map(Deed::Resolve).collect()
            }
            PlannedDeed::Approve(playbook) => {
                runs(playbook).into_iter().map(|number| Deed::Approve(number, None)).collect()
            }
            PlannedDeed::Abort(playbook) => runs(playbook).into_iter().map(Deed::Abort).collect(),
            PlannedDeed::Silence(alert, labels, lasts_ms) => vec![Deed::Silence(Silence {
                key: format!("test {alert} {now_ms}"),
                alert: Some(alert.clone()),
                service: None,
                labels: labels.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
                from_ms: now_ms,
                to_ms: now_ms.saturating_add(*lasts_ms),
                why: "the test says so".to_owned(),
            })],
        }
    }
}

/// A rehearsal. Instants are in ms since the Unix epoch.
#[derive(Debug)]
pub struct Rehearsal<P> {
    responder: Responder,
    /// The hands.
    pub pretend: P,
    outcomes: BTreeMap<(i64, CallNumber), Outcome>,
    deeds: VecDeque<(i64, PlannedDeed)>,
    seen: Seen,
    now_ms: Option<i64>,
    effects: Effects,
    happened: Vec<Happened>,
}

impl<P: Pretend> Rehearsal<P> {
    /// One of these policies, with everybody in place.
    pub fn new(plan: Arc<Lowered>, options: Options, roster: &Roster, pretend: P) -> Self {
        let mut rehearsal = Self {
            responder: Responder::new(plan, options),
            pretend,
            outcomes: BTreeMap::new(),
            deeds: VecDeque::new(),
            seen: Seen::default(),
            now_ms: None,
            effects: Effects::default(),
            happened: Vec::new(),
        };
        rehearsal.responder.step(Input::Roster(roster), &Observed(None), &mut rehearsal.effects);
        rehearsal.effects.clear();
        rehearsal
    }

    /// The response.
    pub fn responder(&self) -> &Responder {
        &self.responder
    }

    /// Somebody does something at an instant. Deeds are given in the order of time.
    pub fn plan_deed(&mut self, at_ms: i64, deed: PlannedDeed) {
        self.deeds.push_back((at_ms, deed));
    }

    /// What happened since it was last asked.
    pub fn take_happened(&mut self) -> Vec<Happened> {
        std::mem::take(&mut self.happened)
    }

    /// Time passes until an instant.
    pub fn advance_to(&mut self, engine: &Engine, until_ms: i64) {
        let mut now_ms = self.now_ms.unwrap_or(until_ms);
        loop {
            self.now_ms = Some(now_ms);
            self.step(engine, Input::Clock { now_ms });
            while self.do_due(engine, now_ms) {}
            if now_ms >= until_ms {
                return;
            }
            let outcome_ms = self.outcomes.first_key_value().map(|((at_ms, _), _)| *at_ms);
            let deed_ms = self.deeds.front().map(|(at_ms, _)| *at_ms);
            let due = [self.responder.next_due_ms(), outcome_ms, deed_ms];
            let next_ms = due.into_iter().flatten().fold(now_ms.saturating_add(STEP_MS), i64::min);
            now_ms = next_ms.max(now_ms.saturating_add(1)).min(until_ms);
        }
    }

    /// The evaluation closed a tick, at the instant that time has come to.
    pub fn ticked(&mut self, engine: &Engine, at_ms: i64, alerts: &[AlertChange]) {
        self.now_ms.get_or_insert(at_ms);
        self.step(engine, Input::Tick { at_ms, alerts });
        while self.do_due(engine, at_ms) {}
    }

    /// Does the next thing that is due; says whether there was one.
    fn do_due(&mut self, engine: &Engine, now_ms: i64) -> bool {
        if let Some(((at_ms, call), outcome)) = self.outcomes.pop_first() {
            if at_ms <= now_ms {
                self.step(engine, Input::Outcome { call, outcome: &outcome });
                return true;
            }
            self.outcomes.insert((at_ms, call), outcome);
        }
        if self.deeds.front().is_some_and(|(at_ms, _)| *at_ms <= now_ms)
            && let Some((_, planned)) = self.deeds.pop_front()
        {
            for deed in self.seen.deeds(&planned, now_ms) {
                self.step(engine, Input::Deed { by: SOMEBODY, deed: &deed });
            }
            return true;
        }
        false
    }

    fn step(&mut self, engine: &Engine, input: Input<'_>) {
        let mut effects = std::mem::take(&mut self.effects);
        self.responder.step(input, &Observed(Some(engine)), &mut effects);
        let now_ms = self.now_ms.unwrap_or_default();
        for record in effects.records.drain(..) {
            self.note(Happened::Record(record));
        }
        for intent in effects.intents.drain(..) {
            if let Intent::Call(call) = &intent
                && let Some((after_ms, outcome)) = self.pretend.answer(call, now_ms)
            {
                let at_ms = now_ms.saturating_add(after_ms.max(0));
                self.outcomes.insert((at_ms, call.number), outcome);
            }
            self.note(Happened::Intent(now_ms, intent));
        }
        self.effects = effects;
    }

    fn note(&mut self, what: Happened) {
        if let Happened::Record(record) = &what {
            self.seen.note(record);
        }
        self.pretend.happened(&what);
        self.happened.push(what);
    }
}

/// A roster in which every team is reached by every channel, as one.
#[must_use]
pub fn everybody(plan: &Lowered) -> Roster {
    let channels: BTreeSet<String> = plan.channels.iter().map(|channel| channel.name.clone()).collect();
    let team = |name: &String| {
        let members = vec![SOMEBODY.to_owned()];
        (name.clone(), TeamRoster { shared: channels.clone(), members, ..TeamRoster::default() })
    };
    Roster {
        teams: plan.teams.iter().map(|it| team(&it.name)).collect(),
        people: Default::default(),
        channels: channels.clone(),
        ..Roster::default()
    }
}
