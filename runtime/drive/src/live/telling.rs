//! From decisions to destinations, and how many rows stand where.

use std::collections::BTreeMap;
use std::sync::Arc;

use nvp_act::{Destination, Message};

use super::source::Names;
use super::status::DestinationStatus;
use crate::decision::{Decision, State};

/// Tells destinations.
#[derive(Debug, Default)]
pub(super) struct Telling {
    destinations: Vec<Destination>,
    names: Vec<String>,
    ends_with_output: bool,
    /// Rows by the state they are shown in, ok and forgotten ones left out.
    standing: BTreeMap<String, u64>,
    decisions: u64,
}

impl Telling {
    /// To these; the run is over with the first that closes by itself, if `ends_with_output`.
    pub(super) fn new(destinations: Vec<Destination>, ends_with_output: bool) -> Self {
        let mut given = Names::default();
        let names = destinations.iter().map(|destination| given.give(destination.name())).collect();
        Self { destinations, names, ends_with_output, ..Self::default() }
    }

    /// Tells a decision to all, at once.
    pub(super) fn tell(&mut self, decision: &Decision) {
        self.decisions = self.decisions.saturating_add(1);
        if let Some(name) = standing(&decision.from)
            && let Some(rows) = self.standing.get_mut(name)
        {
            *rows = rows.saturating_sub(1);
        }
        if let Some(name) = standing(&decision.to) {
            *self.standing.entry(name.to_owned()).or_default() += 1;
        }
        if self.destinations.is_empty() {
            return;
        }
        let message = Message { json: decision.json(), text: printable(&decision.to_string()) };
        let message = Arc::new(message);
        for destination in &self.destinations {
            destination.offer(Arc::clone(&message));
        }
    }

    /// Decisions taken.
    pub(super) fn decisions(&self) -> u64 {
        self.decisions
    }

    /// Rows at `level` now.
    pub(super) fn rows_at(&self, level: &str) -> u64 {
        self.standing.get(level).copied().unwrap_or_default()
    }

    /// Whether nobody listens any more, which ends the run.
    pub(super) fn is_over(&self) -> bool {
        self.ends_with_output && self.destinations.iter().any(Destination::has_closed)
    }

    /// What the destinations say of themselves.
    pub(super) fn status(&self) -> Vec<DestinationStatus> {
        let shown = |(destination, name): (&Destination, &String)| DestinationStatus {
            name: name.clone(),
            waiting: destination.queued() as u64,
            results: destination.results(),
        };
        self.destinations.iter().zip(&self.names).map(shown).collect()
    }

    /// The destinations, to be finished.
    pub(super) fn into_destinations(self) -> Vec<Destination> {
        self.destinations
    }
}

fn standing(state: &State) -> Option<&str> {
    match state {
        State::Pending | State::Level(_) => Some(state.name()),
        State::Ok | State::Forgotten => None,
    }
}

/// A line for a terminal: what labels bring along (line breaks, escape sequences) does nothing there.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests;
