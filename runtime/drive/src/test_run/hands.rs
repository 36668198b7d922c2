//! Providers as a test gives them: a read answers what is given, a write ends as is given; one that is not given succeeds at once and
//! changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use nvp_check::typed::{GivenRead, GivenWrite, ReadPhase, ReadValue, Test, Until};
use nvp_dsl::ast::WriteEnds;
use nvp_plan::ids::ObservationId;
use nvp_plan::response::Lowered;
use nvp_plan::response::formula::Constant;
use nvp_plan::response::provider::Provider;
use nvp_respond::effect::{ActionEvent, Call, Event};
use nvp_respond::input::{CallNumber, Outcome};
use nvp_respond::value::Value;

use crate::rehearsal::{Happened, Pretend};

/// The hands of a test.
#[derive(Debug)]
pub struct Hands<'t> {
    plan: Arc<Lowered>,
    test: &'t Test,
    start_ms: i64,
    /// For each given read when its phases began, in ms since the Unix epoch.
    began_ms: Vec<Vec<i64>>,
    /// Steps that have answered since it was last asked, with when.
    answered: Vec<(Until, i64)>,
    /// The writes under way that take a step back, with the step.
    undoing: BTreeMap<CallNumber, String>,
    /// Reads that were asked for and are not given.
    not_given: BTreeSet<String>,
}

impl<'t> Hands<'t> {
    /// For a test that starts at this instant.
    pub fn new(plan: Arc<Lowered>, test: &'t Test, start_ms: i64) -> Self {
        let began_ms = vec![vec![start_ms]; test.reads.len()];
        Self {
            plan,
            test,
            start_ms,
            began_ms,
            answered: Vec::new(),
            undoing: BTreeMap::new(),
            not_given: BTreeSet::new(),
        }
    }

    /// The steps that have answered since it was last asked, with when, in ms from the test's start.
    pub fn take_answered(&mut self) -> Vec<(Until, i64)> {
        let start_ms = self.start_ms;
        self.answered.drain(..).map(|(step, at_ms)| (step, at_ms.saturating_sub(start_ms))).collect()
    }

    /// Reads that were asked for and are not given, `pgbouncer.pool_size`.
    pub fn not_given(&self) -> impl Iterator<Item = &str> {
        self.not_given.iter().map(String::as_str)
    }

    fn read(&mut self, provider: u32, read: usize, call: &Call, at_ms: i64) -> Outcome {
        let arguments: Vec<&Value> = call.arguments.iter().map(|(_, value)| value).collect();
        let is_it = |given: &GivenRead| {
            given.provider.0 == provider && given.read as usize == read && fits(&given.arguments, &arguments)
        };
        let found = self.test.reads.iter().zip(&self.began_ms).find(|(given, _)| is_it(given));
        let Some((given, began_ms)) = found else {
            self.not_given.insert(format!("{}.{}", call.provider, call.operation));
            return Outcome::Failed("the test does not give it".to_owned());
        };
        let phases = given.phases.iter().zip(began_ms);
        let answer = phases.rev().find(|(_, began_ms)| **began_ms <= at_ms);
        let answer = answer.and_then(|(phase, began_ms)| answer_of(phase, at_ms.saturating_sub(*began_ms)));
        match answer {
            Some(value) => Outcome::Answered(value),
            None => Outcome::Failed("the test gives nothing".to_owned()),
        }
    }

    /// The step that has answered, if that is what happened.
    fn answered_by(&mut self, event: &ActionEvent) -> Option<Until> {
        match event {
            ActionEvent::StepAnswered(step) => Some(Until { step: step.clone(), is_undone: false }),
            ActionEvent::Intent { call, step, is_undo: true, .. } => {
                self.undoing.insert(*call, step.clone());
                None
            }
            ActionEvent::Ended { call, outcome } => {
                let step = self.undoing.remove(call)?;
                matches!(outcome, Outcome::Done).then_some(Until { step, is_undone: true })
            }
            _ => None,
        }
    }

    fn write(&self, provider: u32, write: usize, call: &Call) -> Option<(i64, Outcome)> {
        let arguments: Vec<&Value> = call.arguments.iter().map(|(_, value)| value).collect();
        let is_it = |given: &&GivenWrite| {
            given.provider.0 == provider
                && given.write as usize == write
                && fits(&given.arguments, &arguments)
        };
        let Some(given) = self.test.writes.iter().find(is_it) else { return Some((0, Outcome::Done)) };
        match given.ends {
            WriteEnds::Succeeds | WriteEnds::Lies => Some((given.after_ms, Outcome::Done)),
            WriteEnds::Fails => {
                let why = "the test says that it fails".to_owned();
                Some((given.after_ms, Outcome::Failed(why)))
            }
            // The hands give up at the call's own timeout.
            WriteEnds::Hangs => Some((call.timeout_ms, Outcome::Unknown("no answer in time".to_owned()))),
        }
    }
}

impl Pretend for Hands<'_> {
    fn answer(&mut self, call: &Call, at_ms: i64) -> Option<(i64, Outcome)> {
        let plan = Arc::clone(&self.plan);
        let place = plan.providers.iter().position(|provider| provider.name == call.provider)?;
        let provider: &Provider<ObservationId> = plan.providers.get(place)?;
        let place = u32::try_from(place).ok()?;
        if call.write.is_some() {
            let write = provider.writes.iter().position(|write| write.name == call.operation)?;
            return self.write(place, write, call);
        }
        let read = provider.reads.iter().position(|read| read.name == call.operation)?;
        Some((0, self.read(place, read, call, at_ms)))
    }

    fn happened(&mut self, what: &Happened) {
        let Happened::Record(record) = what else { return };
        let Event::Action(_, event) = &record.event else { return };
        let Some(what) = self.answered_by(event) else { return };
        for (given, began_ms) in self.test.reads.iter().zip(&mut self.began_ms) {
            let present = began_ms.len().checked_sub(1).and_then(|place| given.phases.get(place));
            if present.and_then(|phase| phase.until.as_ref()) == Some(&what) {
                began_ms.push(record.at_ms);
            }
        }
        self.answered.push((what, record.at_ms));
    }
}

/// What a phase answers so long after it began.
fn answer_of(phase: &ReadPhase, in_phase_ms: i64) -> Option<Value> {
    let answers = phase.answers.iter().rev();
    let (_, answer) = answers.into_iter().find(|(from_ms, _)| *from_ms <= in_phase_ms)?;
    answer.as_ref().map(|answer| match answer {
        ReadValue::One(constant) => Value::from(constant),
        ReadValue::List(constants) => Value::List(constants.iter().map(Value::from).collect()),
    })
}

/// Whether a call's arguments are those given, as far as they are.
fn fits(given: &BTreeMap<u32, Constant>, arguments: &[&Value]) -> bool {
    given.iter().all(|(place, constant)| {
        arguments.get(*place as usize).is_some_and(|argument| **argument == Value::from(constant))
    })
}
