//! Which intents go with which changes, where an input has led to more than is written at once.

use std::collections::BTreeMap;

use nvp_journal::Change;
use nvp_respond::effect::Intent;

/// Intents that are still to be given out.
pub(super) struct Intents {
    notify: BTreeMap<u64, Intent>,
    calls: BTreeMap<u64, Intent>,
    others: Vec<Intent>,
}

impl Intents {
    pub(super) fn new(intents: Vec<Intent>) -> Self {
        let mut sorted = Self { notify: BTreeMap::new(), calls: BTreeMap::new(), others: Vec::new() };
        for intent in intents {
            match &intent {
                Intent::Notify(notification) => drop(sorted.notify.insert(notification.number, intent)),
                Intent::Call(call) => drop(sorted.calls.insert(call.number, intent)),
                Intent::Forget(_) => sorted.others.push(intent),
            }
        }
        sorted
    }

    /// The one that a change is written for.
    pub(super) fn of(&mut self, change: &Change) -> Option<Intent> {
        match change {
            Change::Notify(notification) => self.notify.remove(&notification.number),
            Change::Call(call) => self.calls.remove(&call.number),
            _ => None,
        }
    }

    /// Those that no change is written for.
    pub(super) fn rest(self) -> impl Iterator<Item = Intent> {
        self.notify.into_values().chain(self.calls.into_values()).chain(self.others)
    }
}
