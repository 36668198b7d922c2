//! What a test expects to happen: told of everything that happens, an expectation is decided when its time is over.

use std::collections::BTreeSet;

use nvp_check::typed::{
    Event, EventWhen, ExpectedEvent, IncidentOf, IncidentState, PlaybookState, Policy, StepState,
};
use nvp_respond::effect::{ActionEvent, End, Event as Told, IncidentEvent, Intent, Reason};
use nvp_respond::input::{ActionNumber, IncidentNumber};
use nvp_respond::value::Value;

use super::expect::Verdict;
use crate::instant::show_duration;
use crate::rehearsal::Happened;

/// An expected event while the test runs.
#[derive(Debug)]
pub struct EventWatch<'a> {
    policy: &'a Policy,
    /// What is expected.
    pub expected: &'a ExpectedEvent,
    /// What has become of it.
    pub verdict: Verdict,
    /// The incidents or runs that it is about.
    incidents: BTreeSet<IncidentNumber>,
    actions: BTreeSet<ActionNumber>,
    /// When it first happened, in ms from the test's start.
    first_ms: Option<i64>,
    /// Whether it stands: it happened, and nothing has ended it since.
    stands: bool,
}

impl<'a> EventWatch<'a> {
    /// At the test's start.
    pub fn new(policy: &'a Policy, expected: &'a ExpectedEvent) -> Self {
        Self {
            policy,
            expected,
            verdict: Verdict::Open,
            incidents: BTreeSet::new(),
            actions: BTreeSet::new(),
            first_ms: None,
            stands: false,
        }
    }

    /// Something happened, at this instant from the test's start in ms.
    pub fn see(&mut self, what: &Happened, at_ms: i64) {
        if let EventWhen::At(wanted_ms) = self.expected.when
            && at_ms > wanted_ms
        {
            self.decide(at_ms, false);
        }
        match self.says(what) {
            Some(true) => {
                self.stands = true;
                self.first_ms.get_or_insert(at_ms);
            }
            Some(false) => self.stands = false,
            None => {}
        }
    }

    /// Time has come to this instant from the test's start, in ms; `last` says that no more follows.
    pub fn decide(&mut self, at_ms: i64, last: bool) {
        if self.verdict != Verdict::Open {
            return;
        }
        self.verdict = match self.expected.when {
            EventWhen::At(wanted_ms) if at_ms >= wanted_ms => match self.stands {
                true => Verdict::Held,
                false if self.first_ms.is_some() => Verdict::Failed("it happened, and is over".to_owned()),
                false => Verdict::Failed("it has not happened".to_owned()),
            },
            EventWhen::By(until_ms) => self.by(i64::MIN, until_ms, at_ms),
            EventWhen::Within(from_ms, until_ms) => self.by(from_ms, until_ms, at_ms),
            EventWhen::Never => match self.first_ms {
                Some(first_ms) => Verdict::Failed(format!("it happens at {}", show_duration(first_ms))),
                None if last => Verdict::Held,
                None => Verdict::Open,
            },
            EventWhen::At(wanted_ms) if last => {
                Verdict::Failed(format!("the test ends before {}", show_duration(wanted_ms)))
            }
            EventWhen::At(_) => Verdict::Open,
        };
    }

    fn by(&self, from_ms: i64, until_ms: i64, at_ms: i64) -> Verdict {
        match self.first_ms {
            Some(first_ms) if first_ms < from_ms => {
                let (first, from) = (show_duration(first_ms), show_duration(from_ms));
                Verdict::Failed(format!("it happens already at {first}, before {from}"))
            }
            Some(first_ms) if first_ms <= until_ms => Verdict::Held,
            Some(first_ms) => Verdict::Failed(format!("it happens only at {}", show_duration(first_ms))),
            None if at_ms >= until_ms => {
                Verdict::Failed(format!("it does not happen up to {}", show_duration(until_ms)))
            }
            None => Verdict::Open,
        }
    }

    /// Whether this is it (`true`), or ends it (`false`).
    fn says(&mut self, what: &Happened) -> Option<bool> {
        match what {
            Happened::Intent(_, Intent::Notify(notification)) => {
                let team = notification.team.as_deref();
                let is_page = matches!(
                    notification.reason,
                    Reason::Page { .. } | Reason::Worse | Reason::Unacknowledged
                );
                match &self.expected.event {
                    Event::Page(wanted, by) => {
                        let by = by.and_then(|by| self.policy.response.channels.get(by.index()));
                        let is_by = by.is_none_or(|by| by.name == notification.channel);
                        (is_page && is_by && team == self.team(wanted.index())).then_some(true)
                    }
                    Event::Notice(wanted) => {
                        let is_notice = notification.reason == Reason::Notice;
                        (is_notice && team == self.team(wanted.index())).then_some(true)
                    }
                    Event::Ticket(channel) => {
                        let channel = self.policy.response.channels.get(channel.index())?;
                        let is_ticket = notification.reason == Reason::Ticket;
                        (is_ticket && channel.name == notification.channel).then_some(true)
                    }
                    _ => None,
                }
            }
            Happened::Intent(..) => None,
            Happened::Record(record) => match &record.event {
                Told::Incident(number, event) => self.incident(*number, event),
                Told::Action(number, event) => self.action(*number, event),
                _ => None,
            },
        }
    }

    fn team(&self, place: usize) -> Option<&str> {
        self.policy.response.teams.get(place).map(|team| team.name.as_str())
    }

    fn incident(&mut self, number: IncidentNumber, event: &IncidentEvent) -> Option<bool> {
        match &self.expected.event {
            Event::Rung(wanted) => match event {
                IncidentEvent::Rung { rung, .. } => Some(rung == wanted),
                IncidentEvent::Resolved(_) => Some(false),
                _ => None,
            },
            Event::Incident(of, state) => {
                let (of, state) = (*of, *state);
                if self.is_about(of, event) {
                    self.incidents.insert(number);
                }
                if !self.incidents.contains(&number) {
                    return None;
                }
                incident_says(state, event)
            }
            _ => None,
        }
    }

    fn is_about(&self, of: IncidentOf, event: &IncidentEvent) -> bool {
        match (of, event) {
            (IncidentOf::Service(service), IncidentEvent::Opened { services, .. }) => {
                let service = self.policy.response.services.get(service.index());
                service.is_some_and(|service| services.contains(&service.name))
            }
            (IncidentOf::Alert(wanted), IncidentEvent::Alert { alert, .. }) => {
                self.policy.alerts.get(wanted.0).is_some_and(|wanted| wanted.name == alert.as_str())
            }
            _ => false,
        }
    }

    fn action(&mut self, number: ActionNumber, event: &ActionEvent) -> Option<bool> {
        match &self.expected.event {
            Event::Step(wanted, state) => match (state, event) {
                (StepState::Done, ActionEvent::StepDone(step)) => (step == wanted).then_some(true),
                (StepState::Done, ActionEvent::StepUndone(step)) => (step == wanted).then_some(false),
                (StepState::Failed, ActionEvent::StepFailed(step, _)) => (step == wanted).then_some(true),
                (StepState::Undone, ActionEvent::StepUndone(step)) => (step == wanted).then_some(true),
                _ => None,
            },
            Event::Playbook(id, wanted, state) => {
                let state = *state;
                if let ActionEvent::Planned { playbook, arguments, .. } = event {
                    let planned = self.policy.response.playbooks.get(id.index())?;
                    let given: Vec<&Value> = arguments.iter().map(|(_, value)| value).collect();
                    let fits = wanted.iter().all(|(place, constant)| {
                        given.get(*place as usize).is_some_and(|value| **value == Value::from(constant))
                    });
                    if planned.name == *playbook && fits {
                        self.actions.insert(number);
                    }
                }
                if !self.actions.contains(&number) {
                    return None;
                }
                action_says(state, event)
            }
            _ => None,
        }
    }
}

fn incident_says(state: IncidentState, event: &IncidentEvent) -> Option<bool> {
    let is = match event {
        IncidentEvent::Opened { .. } => IncidentState::Opened,
        IncidentEvent::Alert { .. } if state == IncidentState::Opened => IncidentState::Opened,
        IncidentEvent::Reopened => IncidentState::Reopened,
        IncidentEvent::Acknowledged(..) => IncidentState::Acknowledged,
        IncidentEvent::Resolved(_) => IncidentState::Resolved,
        IncidentEvent::AcknowledgementEnded => {
            return (state == IncidentState::Acknowledged).then_some(false);
        }
        _ => return None,
    };
    match (state, is) {
        // Open is open, acknowledged or not.
        (IncidentState::Opened, IncidentState::Acknowledged) => None,
        (IncidentState::Opened, IncidentState::Reopened) => Some(true),
        _ => Some(state == is),
    }
}

fn action_says(state: PlaybookState, event: &ActionEvent) -> Option<bool> {
    let is = match event {
        ActionEvent::Started => PlaybookState::Started,
        ActionEvent::Proposed(_) => PlaybookState::Proposed,
        // It stands as a measure: that is how it succeeds.
        ActionEvent::Standing(_) => PlaybookState::Succeeded,
        ActionEvent::End(end) => match end {
            End::Succeeded => PlaybookState::Succeeded,
            End::NoChange => PlaybookState::NoChange,
            End::Lifted => PlaybookState::Lifted,
            End::Refused(_) => PlaybookState::Refused,
            End::Inconclusive => PlaybookState::Inconclusive,
            End::RolledBack(_) => PlaybookState::RolledBack,
            End::RollbackFailed(_) => PlaybookState::RollbackFailed,
            End::Indeterminate(_) => PlaybookState::Indeterminate,
            End::Expired => PlaybookState::Expired,
            End::Observed => PlaybookState::Observed,
        },
        _ => return None,
    };
    let is_good = matches!(
        is,
        PlaybookState::Started
            | PlaybookState::Proposed
            | PlaybookState::Succeeded
            | PlaybookState::NoChange
            | PlaybookState::Lifted
            | PlaybookState::Observed
    );
    match state {
        PlaybookState::Failed => Some(!is_good),
        _ => Some(state == is),
    }
}
