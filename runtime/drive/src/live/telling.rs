//! From decisions to destinations.

use std::sync::Arc;

use nvp_act::{Destination, Message, Results};

use super::source::Names;
use super::status::DestinationStatus;
use crate::decision::Decision;
use crate::state::Untold;

/// Tells destinations.
#[derive(Debug, Default)]
pub(super) struct Telling {
    destinations: Vec<Destination>,
    names: Vec<String>,
    ends_with_output: bool,
    /// Decisions offered.
    offered: u64,
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
        self.offer(|| Message { json: decision.json(), text: printable(&decision.to_string()) });
    }

    /// Tells a decision to all, with its number in the state that is kept.
    pub(super) fn tell_numbered(&mut self, number: u64, decision: &Decision) {
        self.offer(|| Message {
            json: numbered(&decision.json(), number, false),
            text: printable(&decision.to_string()),
        });
    }

    /// Tells a decision once more that may not have arrived before a crash.
    pub(super) fn tell_again(&mut self, untold: &Untold) {
        self.offer(|| Message {
            json: numbered(&untold.json, untold.number, true),
            text: format!("{}  (told again after a restart)", printable(&untold.text)),
        });
    }

    fn offer(&mut self, message: impl FnOnce() -> Message) {
        self.offered = self.offered.saturating_add(1);
        if self.destinations.is_empty() {
            return;
        }
        let message = Arc::new(message());
        for destination in &self.destinations {
            destination.offer(Arc::clone(&message));
        }
    }

    /// How many of the decisions offered all destinations have dealt with: they arrived, or never will.
    pub(super) fn dealt_with(&self) -> u64 {
        let results = self.destinations.iter().map(|destination| dealt_with(&destination.results()));
        results.min().unwrap_or(self.offered)
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

/// How many decisions a destination is done with. It takes them in order.
pub(super) fn dealt_with(results: &Results) -> u64 {
    results
        .delivered
        .saturating_add(results.refused)
        .saturating_add(results.expired)
        .saturating_add(results.dropped)
}

/// A line of the decision log with its number, and a mark where it may have been told before.
fn numbered(json: &str, number: u64, again: bool) -> String {
    let again = if again { ",\"again\":true" } else { "" };
    let rest = json.strip_prefix('{').unwrap_or(json);
    format!("{{\"number\":{number}{again},{rest}")
}

/// A line for a terminal: what labels bring along (line breaks, escape sequences) does nothing there.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests;
