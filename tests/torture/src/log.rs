//! The log of inputs and the snapshot before it, as they would be on disk; and what has not been written down yet.

use std::sync::Arc;

use nvp_plan::response::Lowered;
use nvp_respond::effect::Effects;
use nvp_respond::input::{AlertChange, CallNumber, Deed, Delivery, Input, NotificationNumber, Outcome};
use nvp_respond::responder::{Options, Responder};
use nvp_respond::roster::Roster;

use crate::chance::Seen;

/// An input as it is written down.
#[derive(Debug, Clone)]
pub enum Given {
    Tick(i64, Vec<AlertChange>),
    Clock(i64),
    Started(i64),
    Roster(Roster),
    Halted(Option<String>),
    Outcome(CallNumber, Outcome),
    Delivery(NotificationNumber, Delivery),
    Deed(String, Deed),
}

impl Given {
    /// It, as the response takes it.
    pub fn input(&self) -> Input<'_> {
        match self {
            Self::Tick(at_ms, alerts) => Input::Tick { at_ms: *at_ms, alerts },
            Self::Clock(now_ms) => Input::Clock { now_ms: *now_ms },
            Self::Started(now_ms) => Input::Started { now_ms: *now_ms },
            Self::Roster(roster) => Input::Roster(roster),
            Self::Halted(why) => Input::Halted(why.as_deref()),
            Self::Outcome(call, outcome) => Input::Outcome { call: *call, outcome },
            Self::Delivery(notification, delivery) => {
                Input::Delivery { notification: *notification, delivery }
            }
            Self::Deed(by, deed) => Input::Deed { by, deed },
        }
    }
}

/// An input with what was seen then and what came of it.
#[derive(Debug, Clone)]
pub struct Line {
    pub given: Given,
    seen: Arc<Seen>,
    pub effects: Effects,
}

/// What is on disk, and what is not yet.
#[derive(Debug, Default)]
pub struct Log {
    snapshot: Option<Vec<u8>>,
    durable: Vec<Line>,
    pending: Vec<Line>,
}

/// After so many inputs a snapshot is written.
const SNAPSHOT_EVERY: usize = 200;

impl Log {
    /// An input is about to be written down.
    pub fn push(&mut self, given: Given, seen: &Arc<Seen>, effects: Effects) {
        self.pending.push(Line { given, seen: Arc::clone(seen), effects });
    }

    /// All is written down: gives what may be done outside from now on, in order.
    ///
    /// # Errors
    /// When the state cannot be written down.
    pub fn flush(&mut self, responder: &Responder) -> Result<Vec<Line>, String> {
        let now_durable = self.pending.clone();
        self.durable.append(&mut self.pending);
        if self.durable.len() >= SNAPSHOT_EVERY {
            self.snapshot = Some(responder.snapshot().map_err(|error| error.to_string())?);
            self.durable.clear();
        }
        Ok(now_durable)
    }

    /// The process is cut: what was not written down is lost. Gives the response as it comes back from the disk, how many inputs were
    /// lost, and how many were done again.
    ///
    /// # Errors
    /// When what comes of the inputs that are done again is not what came of them before.
    pub fn crash(&mut self, plan: &Arc<Lowered>) -> Result<(Responder, usize, usize), String> {
        let lost = self.pending.len();
        self.pending.clear();
        let options = Options::default();
        let mut responder = match &self.snapshot {
            None => Responder::new(Arc::clone(plan), options),
            Some(bytes) => {
                Responder::restore(Arc::clone(plan), options, bytes).map_err(|error| error.to_string())?
            }
        };
        for line in &self.durable {
            let mut effects = Effects::default();
            responder.step(line.given.input(), &*line.seen, &mut effects);
            if effects != line.effects {
                return Err(format!(
                    "done again, {:?} came to {effects:?}, and before to {:?}",
                    line.given, line.effects
                ));
            }
        }
        Ok((responder, lost, self.durable.len()))
    }
}
