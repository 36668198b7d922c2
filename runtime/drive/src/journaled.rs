//! What the response wants and notes, as rows of the journal.
//!
//! One input's effects become changes in an order that is always the same, so that a replay of the input gives the same positions: what
//! happened, each intent at its place, and last the rows of alerts, of which a storm has many and for which nobody waits. Where there is more
//! than is written at once, intents come first: whoever is to be told does not wait until all is written down.

mod actions;
mod incidents;
mod notifications;
mod values;

use std::collections::{BTreeMap, VecDeque};

use nvp_journal::{BATCH_CHANGES_MAX, Change, ProcessEvent};
use nvp_respond::effect::{ActionEvent, Effects, Event, IncidentEvent, Intent, Record};
use nvp_respond::input::{CallNumber, NotificationNumber};
use nvp_respond::roster::Roster;

/// The changes that an input's effects come to, one after the other. `roster` is who is who now, `now_ms` when the input was applied (ms since
/// the Unix epoch).
pub fn changes<'e>(
    effects: &'e Effects,
    roster: Option<&'e Roster>,
    now_ms: i64,
) -> impl Iterator<Item = Change> + 'e {
    let (notify, calls) = (BTreeMap::new(), BTreeMap::new());
    let mut writing = Writing { now_ms, roster, notify, calls, changes: VecDeque::new() };
    for intent in &effects.intents {
        match intent {
            Intent::Notify(notification) => drop(writing.notify.insert(notification.number, intent)),
            Intent::Call(call) => drop(writing.calls.insert(call.number, intent)),
            Intent::Forget(_) => {}
        }
    }
    if effects.records.len().saturating_add(effects.intents.len()) > BATCH_CHANGES_MAX {
        writing.rest();
    }
    let is_row = |record: &&Record| matches!(record.event, Event::Incident(_, IncidentEvent::Alert { .. }));
    let rows = effects.records.iter().filter(is_row).map(Some);
    let others = effects.records.iter().filter(move |record| !is_row(record)).map(Some);
    let mut records = others.chain([None]).chain(rows);
    std::iter::from_fn(move || {
        loop {
            if let Some(change) = writing.changes.pop_front() {
                return Some(change);
            }
            match records.next()? {
                Some(record) => writing.record(record),
                None => writing.rest(),
            }
        }
    })
}

/// Changes on their way.
struct Writing<'e> {
    now_ms: i64,
    roster: Option<&'e Roster>,
    /// Intents without their place yet.
    notify: BTreeMap<NotificationNumber, &'e Intent>,
    calls: BTreeMap<CallNumber, &'e Intent>,
    changes: VecDeque<Change>,
}

impl Writing<'_> {
    fn record(&mut self, record: &Record) {
        let at_ms = record.at_ms;
        match &record.event {
            Event::Incident(_, IncidentEvent::Notified(number)) => {
                let intent = self.notify.remove(number);
                self.intent(intent, at_ms);
            }
            Event::Action(_, ActionEvent::Intent { call, .. }) => {
                let intent = self.calls.remove(call);
                self.intent(intent, at_ms);
            }
            _ => {}
        }
        let change = match &record.event {
            Event::Incident(number, event) => {
                Change::Incident { incident: *number, at_ms, event: incidents::event(event) }
            }
            Event::Notification(number, delivery) => {
                Change::Delivery { notification: *number, at_ms, delivery: notifications::delivery(delivery) }
            }
            Event::Action(number, event) => {
                Change::Action { action: *number, at_ms, event: actions::event(event) }
            }
            Event::Gap(gap_ms) => Change::Process { at_ms, event: ProcessEvent::Gap { gap_ms: *gap_ms } },
            Event::Started => Change::Process { at_ms, event: ProcessEvent::Started },
            Event::RosterChanged => Change::Roster { at_ms, roster: values::roster(self.roster) },
            Event::Silenced(silence, what, by) => {
                let what = incidents::silence(what);
                Change::Silenced { silence: *silence, at_ms, by: by.clone(), what }
            }
            Event::Unsilenced(silence, by) => Change::Unsilenced { silence: *silence, at_ms, by: by.clone() },
            Event::Ignored(what) => {
                Change::Process { at_ms, event: ProcessEvent::Ignored { what: what.clone() } }
            }
        };
        self.changes.push_back(change);
    }

    fn intent(&mut self, intent: Option<&Intent>, at_ms: i64) {
        self.changes.extend(match intent {
            Some(Intent::Notify(notification)) => {
                Some(Change::Notify(notifications::notification(notification, at_ms)))
            }
            Some(Intent::Call(call)) => Some(Change::Call(actions::call(call, at_ms))),
            Some(Intent::Forget(_)) | None => None,
        });
    }

    /// Intents that no record speaks of: reads, tickets, notices.
    fn rest(&mut self) {
        let notify = std::mem::take(&mut self.notify);
        let calls = std::mem::take(&mut self.calls);
        for intent in notify.into_values().chain(calls.into_values()) {
            self.intent(Some(intent), self.now_ms);
        }
    }
}

pub use notifications::{notification, restored};

#[cfg(test)]
mod tests;
