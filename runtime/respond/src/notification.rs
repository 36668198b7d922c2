//! Notifications: their numbers and keys, and what is remembered of them until their incident is forgotten.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::effect::{Effects, Event, IncidentEvent, Intent, Notification, Reason};
use crate::incident::rows::Rows;
use crate::incident::{Incident, Whom, text};
use crate::input::{Delivery, IncidentNumber, NotificationNumber};

/// What was sent about incidents that are not forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Post {
    pub last: NotificationNumber,
    pub sent: BTreeMap<NotificationNumber, Sent>,
    /// What is remembered of each incident.
    pub of_incident: BTreeMap<IncidentNumber, Vec<NotificationNumber>>,
}

/// A notification that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sent {
    pub incident: IncidentNumber,
    /// How often the incident had been resolved then: what failed before that is of no account.
    pub resolutions: u32,
    /// What it was part of; `None` for what calls nobody (resolved, for information).
    pub call: Option<Called>,
    /// How far it has come.
    pub stage: Stage,
}

/// A call that a notification was part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Called {
    pub whom: Whom,
    pub ladder: String,
    pub rung: String,
}

/// How far a notification has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Stage {
    Made,
    Accepted,
    Sent,
    Delivered,
    Seen,
    Failed,
}

impl From<&Delivery> for Stage {
    fn from(delivery: &Delivery) -> Self {
        match delivery {
            Delivery::Accepted => Self::Accepted,
            Delivery::Sent => Self::Sent,
            Delivery::Delivered => Self::Delivered,
            Delivery::Seen => Self::Seen,
            Delivery::Failed(_) => Self::Failed,
        }
    }
}

/// What is told about an incident.
pub(crate) struct Letter<'l> {
    /// What tells it from all others, but for channel and whom.
    pub key: &'l str,
    pub reason: &'l Reason,
    /// Before the incident's title.
    pub prefix: &'l str,
    /// Before what is known of the incident.
    pub lines: &'l [String],
    /// The ladder and rung that call.
    pub caller: Option<(&'l str, &'l str)>,
}

impl Post {
    /// This number was given before, and perhaps forgotten.
    pub(crate) fn raise_number(&mut self, given: NotificationNumber) {
        self.last = self.last.max(given);
    }

    /// The next number.
    pub(crate) fn number(&mut self) -> NotificationNumber {
        self.last = self.last.saturating_add(1);
        self.last
    }

    /// Tells somebody of an incident.
    pub(crate) fn send(
        &mut self,
        context: &Context<'_>,
        (incident, rows): (&Incident, &Rows),
        letter: &Letter<'_>,
        whom: &Whom,
        out: &mut Effects,
    ) {
        let number = self.number();
        let mut lines = letter.lines.to_vec();
        lines.extend(text::lines(incident, rows));
        out.intents.push(Intent::Notify(Notification {
            number,
            key: key(letter.key, whom),
            incident: Some(incident.number),
            reason: letter.reason.clone(),
            channel: whom.channel.clone(),
            // A ticket is nobody's.
            team: (!whom.team.is_empty()).then(|| whom.team.clone()),
            person: whom.person.clone(),
            severity: incident.severity,
            priority: incident.priority,
            title: format!("{}{}", letter.prefix, text::title(incident, rows)),
            lines,
            labels: incident.labels.as_deref().unwrap_or_default().to_vec(),
            runbook: text::runbook(incident, rows),
            alerts: u32::try_from(incident.alerts()).unwrap_or(u32::MAX),
            since_ms: incident.opened_ms,
            acknowledgements: incident.acknowledgements,
        }));
        let call = letter.caller.map(|(ladder, rung)| Called {
            whom: whom.clone(),
            ladder: ladder.to_owned(),
            rung: rung.to_owned(),
        });
        let sent =
            Sent { incident: incident.number, resolutions: incident.resolutions, call, stage: Stage::Made };
        self.sent.insert(number, sent);
        self.of_incident.entry(incident.number).or_default().push(number);
        out.record(context.clock.now_ms(), Event::Incident(incident.number, IncidentEvent::Notified(number)));
    }

    /// Forgets what was sent about an incident.
    pub(crate) fn forget(&mut self, incident: IncidentNumber) {
        for number in self.of_incident.remove(&incident).into_iter().flatten() {
            self.sent.remove(&number);
        }
    }
}

/// A notification's key: what it is, and to whom by which channel it goes.
pub(crate) fn key(stem: &str, whom: &Whom) -> String {
    let person = whom.person.as_deref().unwrap_or("");
    format!("{stem}/{}/{}/{}", escaped(&whom.channel), escaped(&whom.team), escaped(person))
}

/// A name without what parts names in a key, so that no two keys are the same.
pub(crate) fn escaped(name: &str) -> String {
    name.replace('%', "%25").replace('/', "%2F")
}
