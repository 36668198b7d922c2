//! The desk: all incidents, their ladders and silences, and what is due next. Where the parts about people come together.
//!
//! After each input its owner tells it what the input said (rows of alerts, deeds, deliveries, what reactions ask for) and then lets
//! it [`Desk::advance`]: only there are incidents settled and people called, so that a tick in which one row clears and another comes
//! resolves nothing. Work is in proportion to what changed and what is due; what is not due is not looked at.

mod alerts;
mod answers;
mod deeds;
mod deliveries;
mod due;
mod ladders;
mod settle;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

pub use answers::Telling;
use due::Due;

use crate::context::Context;
use crate::effect::{Effects, Event, IncidentEvent};
use crate::incident::rows::Rows;
use crate::incident::{Incident, Suppression};
use crate::input::{IncidentNumber, Numbers, Silence, SilenceNumber};
use crate::ladder::Remedies;
use crate::notification::Post;
use crate::silence::Silences;
use crate::suppress::Suppressors;

/// All incidents, their ladders and silences.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Desk {
    last_incident: IncidentNumber,
    rows: Rows,
    incidents: BTreeMap<IncidentNumber, Incident>,
    /// The open incident of each service that has one.
    open_of: BTreeMap<SmolStr, IncidentNumber>,
    /// The last resolved incident of each service, until it is forgotten.
    resolved_of: BTreeMap<SmolStr, IncidentNumber>,
    /// The open incidents of services that are connected, by the name of the group.
    groups: BTreeMap<String, BTreeSet<IncidentNumber>>,
    /// Those to which something has happened since they were settled last.
    unsettled: BTreeSet<IncidentNumber>,
    due: Due,
    silences: Silences,
    post: Post,
}

impl Desk {
    /// Settles what has changed and does what is due. To be called after every input, when all that it says has been told.
    ///
    /// `remedies` says of an incident whether playbooks may still mend it; it is asked only where a ladder stands at an automatic
    /// rung, when the incident changes, when [`Desk::remedies_changed`] was called, and when the rung's time is over.
    pub fn advance(
        &mut self,
        context: &Context<'_>,
        remedies: &dyn Fn(IncidentNumber) -> Remedies,
        out: &mut Effects,
    ) {
        self.settle(context, out);
        self.end_acknowledgements(context, out);
        self.end_suppressions(context, out);
        self.walk_ladders(context, remedies, out);
        self.forget_resolved(context);
    }

    /// The next instant, in ms since the Unix epoch, at which [`Desk::advance`] has something to do if nothing else happens;
    /// `None` where only an input can change anything (after a start: until a tick is closed).
    #[must_use]
    pub fn next_due_ms(&self, context: &Context<'_>) -> Option<i64> {
        if !self.unsettled.is_empty() {
            return Some(context.clock.now_ms());
        }
        self.due.next_ms(context.clock)
    }

    /// The rows of alerts that stand.
    pub(crate) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// An incident, until it is forgotten.
    #[must_use]
    pub fn incident(&self, number: IncidentNumber) -> Option<&Incident> {
        self.incidents.get(&number)
    }

    /// All incidents that are not forgotten, by number.
    pub fn incidents(&self) -> impl Iterator<Item = &Incident> {
        self.incidents.values()
    }

    /// All silences that hold or will, by number.
    pub fn silences(&self) -> impl Iterator<Item = (SilenceNumber, &Silence)> {
        self.silences.all()
    }

    /// What keeps people from being called for a row of an alert now; without a service it is its own, by its name.
    #[must_use]
    pub fn suppression(
        &self,
        context: &Context<'_>,
        alert: &str,
        labels: &[(String, String)],
        service: Option<&str>,
    ) -> Option<Suppression> {
        let suppressors = Suppressors::at(context.plan, &self.silences, context.clock.now_ms());
        suppressors.of_row(alert, labels, service.unwrap_or(alert))
    }

    /// The policy has changed: groups and ladders go by the new one from now on.
    pub fn policy_changed(&mut self, context: &Context<'_>) {
        self.groups.clear();
        for (number, incident) in self.incidents.iter_mut().filter(|(_, incident)| incident.is_open()) {
            incident.is_cause_open = true;
            for group in
                incident.services.keys().filter_map(|name| context.services.group(context.plan, name))
            {
                self.groups.entry(group.to_owned()).or_default().insert(*number);
            }
            self.unsettled.insert(*number);
            self.due.look_again(*number, incident, context.clock.mature_ms());
        }
        self.due.recheck_suppressions(context.clock.now_ms());
    }

    /// Numbers that were given before are not given again.
    pub(crate) fn raise_numbers(&mut self, given: &Numbers) {
        self.last_incident = self.last_incident.max(given.incident);
        self.silences.raise_number(given.silence);
        self.post.raise_number(given.notification);
    }

    fn record(context: &Context<'_>, incident: IncidentNumber, event: IncidentEvent, out: &mut Effects) {
        out.record(context.clock.now_ms(), Event::Incident(incident, event));
    }
}
