//! The response of a test: a rehearsal with the test's own hands and people, and the events it expects.

use std::sync::Arc;

use nvp_check::typed::{AlertId, Deed, Policy, Test, Until};
use nvp_engine::Engine;
use nvp_plan::response::Lowered;
use nvp_respond::responder::Options;

use super::TEST_STARTS_MS;
use super::events::EventWatch;
use super::expect::Verdict;
use super::failure::Failure;
use super::hands::Hands;
use crate::decision::Decision;
use crate::observe::alert_change;
use crate::rehearsal::{Happened, PlannedDeed, Rehearsal, everybody};

/// The response of a test.
#[derive(Debug)]
pub struct Answers<'t> {
    rehearsal: Rehearsal<Hands<'t>>,
    watches: Vec<EventWatch<'t>>,
    happened: Vec<Happened>,
}

impl<'t> Answers<'t> {
    /// At the test's start: everybody is in place and can be reached by every channel.
    pub fn new(policy: &'t Policy, test: &'t Test, plan: Arc<Lowered>) -> Self {
        let hands = Hands::new(Arc::clone(&plan), test, TEST_STARTS_MS);
        let roster = everybody(&plan);
        let mut rehearsal = Rehearsal::new(plan, Options::default(), &roster, hands);
        for given in &test.deeds {
            let deed = planned(policy, &given.deed);
            rehearsal.plan_deed(TEST_STARTS_MS.saturating_add(given.at_ms), deed);
        }
        let watches = test.events.iter().map(|expected| EventWatch::new(policy, expected)).collect();
        Self { rehearsal, watches, happened: Vec::new() }
    }

    /// Time passes until an instant; gives the steps that have answered, with when (ms from the test's start).
    pub fn advance_to(&mut self, engine: &Engine, until_ms: i64) -> Vec<(Until, i64)> {
        self.rehearsal.advance_to(engine, until_ms);
        self.note(until_ms, false)
    }

    /// The evaluation closed a tick, the `last` of the test or not; gives the steps that have answered.
    pub fn ticked(
        &mut self,
        engine: &Engine,
        at_ms: i64,
        decisions: &[Decision],
        last: bool,
    ) -> Vec<(Until, i64)> {
        let severities = &self.rehearsal.responder().plan().severities;
        let changes: Vec<_> =
            decisions.iter().filter_map(|decision| alert_change(decision, severities)).collect();
        self.rehearsal.ticked(engine, at_ms, &changes);
        self.note(at_ms, last)
    }

    /// Whether an expected event is not decided yet.
    pub fn is_open(&self) -> bool {
        self.watches.iter().any(|watch| watch.verdict == Verdict::Open)
    }

    /// Reads that were asked for and are not given.
    pub fn not_given(&self) -> impl Iterator<Item = String> + '_ {
        self.rehearsal.pretend.not_given().map(str::to_owned)
    }

    /// The expected events that did not happen as they should.
    pub fn failures(&self) -> Vec<Failure> {
        let failed = |watch: &EventWatch<'_>| match &watch.verdict {
            Verdict::Failed(problem) => {
                let expected = watch.expected;
                Some(Failure::of_event(expected.text.clone(), expected.span, problem.clone()))
            }
            Verdict::Open | Verdict::Held => None,
        };
        self.watches.iter().filter_map(failed).collect()
    }

    /// All that happened.
    pub fn into_happened(self) -> Vec<Happened> {
        self.happened
    }

    fn note(&mut self, now_ms: i64, last: bool) -> Vec<(Until, i64)> {
        for what in self.rehearsal.take_happened() {
            let at_ms = what.at_ms();
            for watch in &mut self.watches {
                watch.see(&what, at_ms.saturating_sub(TEST_STARTS_MS));
            }
            self.happened.push(what);
        }
        for watch in &mut self.watches {
            watch.decide(now_ms.saturating_sub(TEST_STARTS_MS), last);
        }
        self.rehearsal.pretend.take_answered()
    }
}

fn planned(policy: &Policy, deed: &Deed) -> PlannedDeed {
    let alert = |id: &AlertId| policy.alerts.get(id.0).map(|alert| alert.name.clone()).unwrap_or_default();
    let playbook = |place: usize| {
        policy.response.playbooks.get(place).map(|playbook| playbook.name.clone()).unwrap_or_default()
    };
    match deed {
        Deed::Acknowledge(id, labels) => PlannedDeed::Acknowledge(alert(id), labels.clone()),
        Deed::Resolve(id, labels) => PlannedDeed::Resolve(alert(id), labels.clone()),
        Deed::Silence(id, labels, lasts_ms) => PlannedDeed::Silence(alert(id), labels.clone(), *lasts_ms),
        Deed::Approve(id) => PlannedDeed::Approve(playbook(id.index())),
        Deed::Abort(id) => PlannedDeed::Abort(playbook(id.index())),
    }
}
