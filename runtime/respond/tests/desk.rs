//! A desk with everything around it, and its own clock.

use std::collections::BTreeMap;

use nvp_plan::response::Lowered;
use nvp_respond::clock::{Clock, STEP_MS_MAX};
use nvp_respond::context::Context;
use nvp_respond::desk::Desk;
use nvp_respond::effect::Effects;
use nvp_respond::incident::services::Services;
use nvp_respond::input::{AlertChange, Deed, Delivery, IncidentNumber};
use nvp_respond::ladder::Remedies;
use nvp_respond::roster::Roster;

/// The instant at which stories begin: a Monday.
pub const START: &str = "2026-01-05T00:00:00Z";

pub fn start_ms() -> i64 {
    START.parse::<jiff::Timestamp>().expect("an instant").as_millisecond()
}

/// A desk with everything around it.
#[derive(Debug, Clone)]
pub struct World {
    pub plan: Lowered,
    services: Services,
    pub roster: Roster,
    pub clock: Clock,
    pub desk: Desk,
    pub remedies: BTreeMap<IncidentNumber, Remedies>,
    pub out: Effects,
}

impl World {
    pub fn new(plan: Lowered, roster: Roster) -> Self {
        let services = Services::of(&plan);
        let mut clock = Clock::default();
        let mut out = Effects::default();
        clock.clock(start_ms(), &mut out);
        Self { plan, services, roster, clock, desk: Desk::default(), remedies: BTreeMap::new(), out }
    }

    /// Does something with the desk, and lets it advance.
    pub fn with<T>(&mut self, does: impl FnOnce(&mut Desk, &Context<'_>, &mut Effects) -> T) -> T {
        let context =
            Context { plan: &self.plan, services: &self.services, roster: &self.roster, clock: &self.clock };
        let given = does(&mut self.desk, &context, &mut self.out);
        let remedies = |number| self.remedies.get(&number).copied().unwrap_or(Remedies::None);
        self.desk.advance(&context, &remedies, &mut self.out);
        given
    }

    /// The journaled clock shows this much after the start.
    pub fn clock(&mut self, after_ms: i64) {
        self.clock.clock(start_ms() + after_ms, &mut self.out);
        self.with(|_, _, _| ());
    }

    /// The process starts again.
    pub fn started(&mut self, after_ms: i64) {
        self.clock.started(start_ms() + after_ms);
        self.with(|_, _, _| ());
    }

    /// How much later than the start it is, in ms.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms() - start_ms()
    }

    /// The clock goes on to so much after the start, as it does live.
    pub fn run_to(&mut self, after_ms: i64) {
        while self.now_ms() < after_ms {
            let due_ms = self.next_due_ms().filter(|due_ms| *due_ms > self.now_ms());
            let step_ms = (self.now_ms() + STEP_MS_MAX).min(after_ms);
            self.clock(due_ms.map_or(step_ms, |due_ms| due_ms.min(step_ms)));
        }
    }

    pub fn next_due_ms(&self) -> Option<i64> {
        let (plan, services, roster, clock) = (&self.plan, &self.services, &self.roster, &self.clock);
        self.desk.next_due_ms(&Context { plan, services, roster, clock }).map(|due_ms| due_ms - start_ms())
    }

    /// A tick is closed in which these rows changed; each may ask for a ladder.
    pub fn tick(&mut self, changes: &[(AlertChange, Option<&str>)]) {
        self.clock.tick(self.clock.now_ms());
        self.with(|desk, context, out| {
            for (change, ladder) in changes {
                let incident = desk.alert(context, change, out).map(|(_, incident)| incident);
                if let (Some(ladder), Some(incident), Some(_)) = (ladder, incident, change.level) {
                    desk.escalate(context, incident, ladder, out);
                }
            }
        });
    }

    pub fn deed(&mut self, by: &str, deed: &Deed) {
        self.with(|desk, context, out| desk.deed(context, by, deed, out));
    }

    pub fn delivery(&mut self, number: u64, delivery: &Delivery) {
        self.with(|desk, context, out| desk.delivery(context, number, delivery, out));
    }

    pub fn remedies(&mut self, incident: IncidentNumber, are: Remedies) {
        self.remedies.insert(incident, are);
        self.with(|desk, context, _| desk.remedies_changed(context, incident));
    }

    /// The policy changes.
    pub fn change_policy(&mut self, plan: Lowered) {
        self.services = Services::of(&plan);
        self.plan = plan;
        self.with(|desk, context, _| desk.policy_changed(context));
    }

    /// What is to be written down of it, as bytes.
    pub fn snapshot(&self) -> Vec<u8> {
        postcard::to_stdvec(&(&self.clock, &self.desk)).expect("it can be written down")
    }

    /// The same, from what was written down.
    pub fn restore(&mut self, snapshot: &[u8]) {
        (self.clock, self.desk) = postcard::from_bytes(snapshot).expect("it can be read again");
    }
}

/// A row of an alert at a level (`info yellow orange red`, or its end).
pub fn change(
    alert: &str,
    labels: &[(&str, &str)],
    service: Option<&str>,
    level: Option<u32>,
) -> AlertChange {
    let mut labels: Vec<_> =
        labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    labels.sort();
    AlertChange {
        alert: alert.into(),
        labels: labels.into(),
        service: service.map(Into::into),
        level,
        is_forgotten: false,
        says: "".into(),
        runbook: None,
    }
}
