//! The response beside the evaluation: it hears of alerts' changes tick by tick, of the clock, and of what is given to it. What it wants
//! and notes waits until somebody takes it.

use std::sync::Arc;

use nvp_engine::Engine;
use nvp_plan::response::Lowered;
use nvp_respond::effect::Effects;
use nvp_respond::input::{AlertChange, Input};
use nvp_respond::responder::{Options, Responder};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::course::CourseError;
use crate::decision::Decision;
use crate::given::Given;
use crate::observe::{Observed, alert_change};

/// A response at work.
#[derive(Debug)]
pub(super) struct Answering {
    responder: Responder,
    /// What changed since the last tick was told.
    changes: Vec<AlertChange>,
    effects: Effects,
}

/// Its state as it is kept.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KeptResponse {
    /// Of the policies that it went by.
    policies: [u8; 32],
    state: Vec<u8>,
    changes: Vec<AlertChange>,
}

impl Answering {
    /// One that has seen nothing.
    pub(super) fn new(plan: &Arc<Lowered>) -> Self {
        Self::of(Responder::new(Arc::clone(plan), Options::default()), Vec::new())
    }

    fn of(responder: Responder, changes: Vec<AlertChange>) -> Self {
        Self { responder, changes, effects: Effects::default() }
    }

    /// All that it remembers. What waits to be taken is not in it.
    pub(super) fn snapshot(&self) -> Result<KeptResponse, CourseError> {
        Ok(KeptResponse {
            policies: fingerprint(self.responder.plan()),
            state: self.responder.snapshot()?,
            changes: self.changes.clone(),
        })
    }

    /// One that goes on where another was, by these policies.
    pub(super) fn restore(plan: &Arc<Lowered>, kept: KeptResponse) -> Result<Self, CourseError> {
        let KeptResponse { policies, state, changes } = kept;
        let mut responder = Responder::restore(Arc::clone(plan), Options::default(), &state)?;
        if policies != fingerprint(plan) {
            responder.policy_changed();
        }
        Ok(Self::of(responder, changes))
    }

    /// A decision was taken.
    pub(super) fn decided(&mut self, decision: &Decision) {
        self.changes.extend(alert_change(decision, &self.responder.plan().severities));
    }

    /// Ticks were closed, this one last.
    pub(super) fn ticked(&mut self, engine: &Engine, at_ms: i64) {
        let changes = std::mem::take(&mut self.changes);
        self.step(engine, Input::Tick { at_ms, alerts: &changes });
    }

    /// The clock was looked at.
    pub(super) fn clock(&mut self, engine: &Engine, now_ms: i64) {
        self.step(engine, Input::Clock { now_ms });
    }

    /// Something is given to it.
    pub(super) fn given(&mut self, engine: &Engine, given: &Given) {
        self.step(engine, given.as_input());
    }

    fn step(&mut self, engine: &Engine, input: Input<'_>) {
        self.responder.step(input, &Observed(Some(engine)), &mut self.effects);
    }

    pub(super) fn responder(&self) -> &Responder {
        &self.responder
    }

    pub(super) fn effects(&mut self) -> &mut Effects {
        &mut self.effects
    }
}

/// What tells policies' answers from others.
fn fingerprint(plan: &Lowered) -> [u8; 32] {
    Sha256::digest(format!("{plan:?}").as_bytes()).into()
}
