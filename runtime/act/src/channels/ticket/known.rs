//! Which ticket is an incident's. Bounded: the oldest incident is forgotten first.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use nvp_respond::input::IncidentNumber;

/// How many incidents are remembered.
const INCIDENTS_MAX: usize = 10_000;

/// The first ticket of each incident.
#[derive(Default)]
pub(super) struct Known(Mutex<BTreeMap<IncidentNumber, String>>);

impl Known {
    /// The incident's ticket.
    pub(super) fn of(&self, incident: Option<IncidentNumber>) -> Option<String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&incident?).cloned()
    }

    /// Remembers a ticket, unless the incident has one.
    pub(super) fn remember(&self, incident: IncidentNumber, ticket: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(incident).or_insert_with(|| ticket.to_owned());
        while known.len() > INCIDENTS_MAX {
            known.pop_first();
        }
    }
}
