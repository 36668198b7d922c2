//! `expect by 8m relieve_connection_pool started`, `expect never escalation N1`: what is expected to happen.

use nvp_dsl::Span;
use nvp_dsl::ast::{self, EscalationClause, Ident, Reference};
use nvp_plan::ids::{ChannelId, PlaybookId, ServiceId, TeamId};

use super::given::time_text;
use crate::checker::Checker;
use crate::codes;
use crate::declared::Value;
use crate::expr::DurationUse;
use crate::library::Kind;
use crate::problems::names::UnknownWord;
use crate::typed::{Event, EventWhen, ExpectedEvent, IncidentOf, IncidentState, PlaybookState, StepState};

const STEP_STATES: &[&str] = &["done", "failed", "undone"];
const INCIDENT_STATES: &[&str] = &["opened", "acknowledged", "resolved", "reopened"];
const PLAYBOOK_STATES: &[&str] = &[
    "started",
    "proposed",
    "observed",
    "succeeded",
    "no_change",
    "lifted",
    "refused",
    "inconclusive",
    "rolled_back",
    "rollback_failed",
    "indeterminate",
    "expired",
    "failed",
];

impl<'a> Checker<'a> {
    /// An event that is expected, and the latest time that it names, in ms.
    pub(super) fn expected_event(
        &mut self,
        when: &'a ast::ExpectedWhen,
        event: &'a ast::Event,
        span: Span,
    ) -> Option<(ExpectedEvent, i64)> {
        let when = self.event_when(when);
        let event = self.event(event);
        let (when, event) = (when?, event?);
        let (time, ends_ms) = match when {
            EventWhen::At(at) => (format!("at {}", time_text(at)), at),
            EventWhen::By(by) => (format!("by {}", time_text(by)), by),
            EventWhen::Within(from, to) => (format!("within {}..{}", time_text(from), time_text(to)), to),
            EventWhen::Never => ("never".to_owned(), 0),
        };
        let written = self.written(span);
        let text = match written.strip_prefix("expect ") {
            Some(rest) => rest.to_owned(),
            None => time,
        };
        Some((ExpectedEvent { when, event, text, span }, ends_ms))
    }

    fn event_when(&mut self, when: &'a ast::ExpectedWhen) -> Option<EventWhen> {
        Some(match when {
            ast::ExpectedWhen::At(at) => EventWhen::At(self.duration(at, DurationUse::FromStart)?),
            ast::ExpectedWhen::By(by) => EventWhen::By(self.duration(by, DurationUse::FromStart)?),
            ast::ExpectedWhen::Within(from, to) => {
                let (from, to) = self.time_range(from, to)?;
                EventWhen::Within(from, to)
            }
            ast::ExpectedWhen::Never => EventWhen::Never,
        })
    }

    fn event(&mut self, event: &'a ast::Event) -> Option<Event> {
        // There are never so many that a place would not fit.
        let id = |at: usize| at as u32;
        Some(match event {
            ast::Event::Escalation(rung) => Event::Rung(self.rung_named(rung)?),
            ast::Event::Page(team, channel) => {
                let team = self.named(Kind::Team, team);
                let channel = match channel {
                    Some(channel) => Some(ChannelId(id(self.named(Kind::Channel, channel)?))),
                    None => None,
                };
                Event::Page(TeamId(id(team?)), channel)
            }
            ast::Event::Notice(team) => Event::Notice(TeamId(id(self.named(Kind::Team, team)?))),
            ast::Event::Ticket(channel) => Event::Ticket(ChannelId(id(self.named(Kind::Channel, channel)?))),
            ast::Event::Step(step, state) => {
                let step = self.step_named(step);
                let state = self.step_state(state);
                Event::Step(step?, state?)
            }
            ast::Event::Incident(of, state) => {
                let of = self.incident_of(of);
                let state = self.incident_state(state);
                Event::Incident(of?, state?)
            }
            ast::Event::Playbook(playbook, state) => self.playbook_event(playbook, state)?,
        })
    }

    fn playbook_event(&mut self, playbook: &'a Reference, state: &Ident) -> Option<Event> {
        let at = self.named(Kind::Playbook, &playbook.name);
        let state = self.playbook_state(state);
        let at = at?;
        let place = self.items.answers.of(Kind::Playbook).get(at).map(|named| named.at)?;
        let node = self.items.playbooks.get(place)?.node;
        let formals = self.formals(&node.parameters, None)?;
        let pins = self.call_pins(playbook, &formals)?;
        Some(Event::Playbook(PlaybookId(at as u32), pins, state?))
    }

    /// A service's incident, or an alert's.
    fn incident_of(&mut self, name: &Ident) -> Option<IncidentOf> {
        if !self.items.service_names.contains_key(name.node.as_str())
            && let Some(Value::Alert(at)) = self.find_value(&name.node)
        {
            return Some(IncidentOf::Alert(self.alerts.get(at)?.as_ref()?.id));
        }
        Some(IncidentOf::Service(ServiceId(self.named(Kind::Service, name)? as u32)))
    }

    /// A rung of any ladder.
    fn rung_named(&mut self, name: &Ident) -> Option<String> {
        let clauses = self.items.escalations.iter().flat_map(|item| &item.node.clauses);
        let rungs = clauses.filter_map(|clause| match &clause.node {
            EscalationClause::Rung(rung) => Some(rung.name.node.as_str()),
            EscalationClause::AcknowledgedHolds(_) => None,
        });
        let rungs: Vec<&'a str> = rungs.collect();
        if rungs.contains(&name.node.as_str()) {
            return Some(name.node.clone());
        }
        let near = self.nearest(&name.node, rungs.iter().copied());
        let help = near.is_none().then(|| match rungs.as_slice() {
            [] => "no ladder is declared in this policy set".to_owned(),
            rungs => format!("there are {}", crate::problems::listed(rungs)),
        });
        self.unknown(codes::UNKNOWN_RUNG, "rung", &name.node, name.span, near, help);
        None
    }

    fn unknown_state(&mut self, what: &'static str, word: &Ident, known: &'static [&'static str]) {
        let near = self.nearest(&word.node, known.iter().copied());
        self.sink.report(UnknownWord { code: codes::UNKNOWN_STATE, what, word, known, near });
    }

    fn step_state(&mut self, word: &Ident) -> Option<StepState> {
        Some(match word.node.as_str() {
            "done" => StepState::Done,
            "failed" => StepState::Failed,
            "undone" => StepState::Undone,
            _ => {
                self.unknown_state("how far a step comes", word, STEP_STATES);
                return None;
            }
        })
    }

    fn incident_state(&mut self, word: &Ident) -> Option<IncidentState> {
        Some(match word.node.as_str() {
            "opened" => IncidentState::Opened,
            "acknowledged" => IncidentState::Acknowledged,
            "resolved" => IncidentState::Resolved,
            "reopened" => IncidentState::Reopened,
            _ => {
                self.unknown_state("how far an incident comes", word, INCIDENT_STATES);
                return None;
            }
        })
    }

    fn playbook_state(&mut self, word: &Ident) -> Option<PlaybookState> {
        Some(match word.node.as_str() {
            "started" => PlaybookState::Started,
            "proposed" => PlaybookState::Proposed,
            "observed" => PlaybookState::Observed,
            "succeeded" => PlaybookState::Succeeded,
            "no_change" => PlaybookState::NoChange,
            "lifted" => PlaybookState::Lifted,
            "refused" => PlaybookState::Refused,
            "inconclusive" => PlaybookState::Inconclusive,
            "rolled_back" => PlaybookState::RolledBack,
            "rollback_failed" => PlaybookState::RollbackFailed,
            "indeterminate" => PlaybookState::Indeterminate,
            "expired" => PlaybookState::Expired,
            "failed" => PlaybookState::Failed,
            _ => {
                self.unknown_state("how far a playbook comes", word, PLAYBOOK_STATES);
                return None;
            }
        })
    }
}
