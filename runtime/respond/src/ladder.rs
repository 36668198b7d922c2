//! A ladder that runs for an incident: at which rung it stands, how much of the rung's time is served, when it calls next.
//!
//! Names are kept, not places, so that a ladder goes on under a changed policy. Time is mature time ([`crate::clock`]); what is served
//! of a rung stands still while the incident is acknowledged or suppressed.

pub(crate) mod schedule;
pub(crate) mod walk;

use nvp_plan::response::ladder::{Calls, Rung};
use serde::{Deserialize, Serialize};

use crate::incident::Incident;
use crate::severity::Severity;

/// Whether playbooks may still mend an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedies {
    /// None is asked for.
    None,
    /// One runs, or is about to.
    Hoped,
    /// All that there were have been tried.
    Exhausted,
}

/// A ladder that runs for an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Run {
    pub ladder: String,
    /// The rung that it stands at.
    pub rung: String,
    /// The place that the rung had when it began: where to go on when its name is gone.
    pub place: u32,
    pub is_automatic: bool,
    /// The instant at which nothing of the rung was served; `None` while its time stands still.
    pub origin_ms: Option<i64>,
    /// How much was served when it began to stand still.
    pub served_ms: i64,
    /// When it began to stand still.
    pub still_since_ms: i64,
    /// When it calls next as its rung says, in time served.
    pub call_at_ms: Option<i64>,
    /// A call out of turn, and when it was due, in time served.
    pub urgent: Option<(Urgent, i64)>,
    /// Whether the rung was called since it began.
    pub is_called: bool,
    /// The gravest that was told.
    pub told: Option<Severity>,
    /// How many notifications of the rung have not failed.
    pub alive: u32,
    /// Why the rung reaches nobody, though it was called.
    pub unreached: Option<String>,
    pub is_suppressed: bool,
    /// Whether no alert asks for it any more.
    pub is_released: bool,
    pub has_ended: bool,
    /// Lines for the next call: what was passed over, what failed.
    pub lines: Vec<String>,
    /// Its place in the queue of what is due.
    pub queued_ms: Option<i64>,
}

/// Why a rung is called out of turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Urgent {
    /// It got worse than was told.
    Worse,
    /// The acknowledgement ran out.
    Unacknowledged,
    /// There is something to say (a playbook failed): a call, or a notice where somebody has taken it up.
    Told,
    /// Nobody could be reached before, and the people have changed.
    Reachable,
}

impl Run {
    /// A ladder that is about to begin at its first rung: at an instant, or, where it stands still, when it goes on.
    pub(crate) fn new(ladder: &str, origin_ms: Option<i64>) -> Self {
        Self {
            ladder: ladder.to_owned(),
            rung: String::new(),
            place: 0,
            is_automatic: false,
            origin_ms,
            served_ms: 0,
            still_since_ms: i64::MIN,
            call_at_ms: None,
            urgent: None,
            is_called: false,
            told: None,
            alive: 0,
            unreached: None,
            is_suppressed: false,
            is_released: false,
            has_ended: false,
            lines: Vec::new(),
            queued_ms: None,
        }
    }

    /// The rung begins: at an instant, or, where it stands still, when it goes on.
    pub(crate) fn begin(&mut self, place: usize, rung: &Rung, at_ms: Option<i64>) {
        self.rung.clone_from(&rung.name);
        self.place = u32::try_from(place).unwrap_or(u32::MAX);
        self.is_automatic = matches!(rung.calls, Calls::Automatic);
        self.origin_ms = at_ms;
        self.served_ms = 0;
        self.call_at_ms = (!self.is_automatic).then_some(0);
        self.urgent = None;
        self.is_called = false;
        self.alive = 0;
        self.unreached = None;
        self.has_ended = false;
    }

    /// How much of the rung is served.
    pub(crate) fn served_ms(&self, mature_ms: i64) -> i64 {
        self.origin_ms.map_or(self.served_ms, |origin_ms| mature_ms.saturating_sub(origin_ms))
    }

    /// The rung's time stands still from an instant on, when so much of it is served.
    pub(crate) fn stand_still(&mut self, served_ms: i64, mature_ms: i64) {
        self.served_ms = served_ms;
        self.still_since_ms = mature_ms;
        self.origin_ms = None;
    }

    /// The rung's time goes on from an instant, unless something else holds it. What would be before it stood still is not: a gap
    /// lies between.
    pub(crate) fn go_on(&mut self, at_ms: i64) {
        if self.origin_ms.is_none() && !self.is_suppressed && !self.is_released {
            self.origin_ms = Some(at_ms.max(self.still_since_ms).saturating_sub(self.served_ms));
        }
    }

    /// Whether an incident is graver than the ladder has told. While somebody has taken it up, only what is graver than was taken up
    /// counts, also where the ladder has told nobody.
    pub(crate) fn is_worse_than_told(&self, incident: &Incident) -> bool {
        let taken_up = incident.acknowledged.as_ref().map(|taken_up| taken_up.severity);
        self.told.max(taken_up).is_some_and(|told| incident.severity > told)
    }

    /// When, in time served, the call was due that is due now; `None` when none is.
    pub(crate) fn due_call_ms(&self, served_ms: i64) -> Option<i64> {
        let by_rung = self.call_at_ms.filter(|at_ms| self.origin_ms.is_some() && *at_ms <= served_ms);
        self.urgent.map(|(_, at_ms)| at_ms).or(by_rung)
    }
}
