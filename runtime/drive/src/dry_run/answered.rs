//! Who would have been called in a dry run, and what would have been done: summed up.

use std::collections::{BTreeMap, BTreeSet};

use nvp_respond::effect::{ActionEvent, End, Event, IncidentEvent, Intent, Reason};
use nvp_respond::input::{ActionNumber, IncidentNumber};

use crate::rehearsal::Happened;

/// The sum.
#[derive(Debug, Clone, Default)]
pub struct Answered {
    /// The incidents, by number.
    pub incidents: BTreeMap<IncidentNumber, IncidentSummary>,
    /// How often each team would have been called, by rung and team.
    pub calls: BTreeMap<(String, String), u64>,
    /// How many notices and tickets there would have been.
    pub notices: u64,
    /// Tickets that would have been written.
    pub tickets: u64,
    /// The playbooks, by name.
    pub playbooks: BTreeMap<String, PlaybookSummary>,
    runs: BTreeMap<ActionNumber, String>,
    /// Calls that were counted: incident, ladder, rung, attempt.
    called: BTreeSet<(IncidentNumber, String, String, u32)>,
}

/// An incident.
#[derive(Debug, Clone, Default)]
pub struct IncidentSummary {
    /// What it is about.
    pub title: String,
    /// When it was opened, in ms since the Unix epoch.
    pub opened_ms: i64,
    /// When it was resolved last; `None` while it is open.
    pub resolved_ms: Option<i64>,
    /// Where it is thought to come from.
    pub cause: Option<String>,
    /// How urgent it was at worst, from 1.
    pub priority: Option<u8>,
    /// The rungs that it came to, in order.
    pub rungs: Vec<String>,
}

/// A playbook.
#[derive(Debug, Clone, Default)]
pub struct PlaybookSummary {
    /// How often it would have begun.
    pub began: u64,
    /// How often it would have been refused, and why.
    pub refused: BTreeMap<String, u64>,
}

impl Answered {
    /// Adds what happened.
    pub fn add(&mut self, what: &Happened) {
        match what {
            Happened::Intent(_, Intent::Notify(notification)) => {
                let team = notification.team.clone().unwrap_or_default();
                match &notification.reason {
                    // A rung is called by several channels: that is one call.
                    Reason::Page { .. } | Reason::Worse | Reason::Unacknowledged => {}
                    Reason::Ticket => self.tickets += 1,
                    Reason::Notice | Reason::Resolved | Reason::Approval(_) | Reason::Acknowledged => {
                        self.notices += 1
                    }
                }
                if let (Reason::Page { rung, ladder, attempt }, Some(incident)) =
                    (&notification.reason, notification.incident)
                    && self.called.insert((incident, ladder.clone(), rung.clone(), *attempt))
                {
                    *self.calls.entry((rung.clone(), team)).or_default() += 1;
                }
            }
            Happened::Intent(..) => {}
            Happened::Record(record) => match &record.event {
                Event::Incident(number, event) => self.incident(*number, record.at_ms, event),
                Event::Action(number, event) => self.action(*number, event),
                _ => {}
            },
        }
    }

    fn incident(&mut self, number: IncidentNumber, at_ms: i64, event: &IncidentEvent) {
        let incident = self.incidents.entry(number).or_default();
        match event {
            IncidentEvent::Opened { title, .. } => {
                incident.title.clone_from(title);
                incident.opened_ms = at_ms;
            }
            IncidentEvent::Reopened => incident.resolved_ms = None,
            IncidentEvent::Resolved(_) => incident.resolved_ms = Some(at_ms),
            IncidentEvent::Cause(service) => incident.cause = Some(service.clone()),
            IncidentEvent::Priority(priority, _) => {
                incident.priority = Some(incident.priority.map_or(*priority, |worst| worst.min(*priority)));
            }
            IncidentEvent::Rung { rung, .. } if incident.rungs.last() != Some(rung) => {
                incident.rungs.push(rung.clone());
            }
            _ => {}
        }
    }

    fn action(&mut self, number: ActionNumber, event: &ActionEvent) {
        match event {
            ActionEvent::Planned { playbook, .. } => drop(self.runs.insert(number, playbook.clone())),
            ActionEvent::End(end) => {
                let playbook = self.runs.remove(&number).unwrap_or_default();
                let summary = self.playbooks.entry(playbook).or_default();
                match end {
                    End::Observed => summary.began += 1,
                    End::Refused(why) => *summary.refused.entry(why.clone()).or_default() += 1,
                    _ => {}
                }
            }
            _ => {}
        }
    }
}
