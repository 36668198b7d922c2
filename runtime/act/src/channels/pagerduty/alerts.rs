//! Which alerts of ours are open, by incident and routing key. Bounded: the oldest incident is forgotten first.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use nvp_respond::input::IncidentNumber;

/// How many incidents are remembered, one for each routing key.
const INCIDENTS_MAX: usize = 10_000;
/// How many alerts of one incident: more than one is open only where the service did not take that an older one is over.
const KEYS_MAX: usize = 8;

/// The keys of alerts, the oldest first, by incident and the address's id.
#[derive(Default)]
pub(super) struct Alerts(Mutex<BTreeMap<(IncidentNumber, u64), Vec<String>>>);

impl Alerts {
    /// The alerts that are open, as far as is known.
    pub(super) fn open(&self, incident: IncidentNumber, address: u64) -> Vec<String> {
        let alerts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        alerts.get(&(incident, address)).cloned().unwrap_or_default()
    }

    /// An alert is open.
    pub(super) fn opened(&self, incident: IncidentNumber, address: u64, key: &str) {
        let mut alerts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = alerts.entry((incident, address)).or_default();
        if !keys.iter().any(|known| known == key) {
            keys.push(key.to_owned());
            let surplus = keys.len().saturating_sub(KEYS_MAX);
            keys.drain(..surplus);
        }
        while alerts.len() > INCIDENTS_MAX {
            alerts.pop_first();
        }
    }

    /// An alert is over.
    pub(super) fn closed(&self, incident: IncidentNumber, address: u64, key: &str) {
        let mut alerts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = alerts.get_mut(&(incident, address)) {
            keys.retain(|known| known != key);
            if keys.is_empty() {
                alerts.remove(&(incident, address));
            }
        }
    }
}
