//! What playbooks have to say to people: notices, tickets, approvals that are waited for.

use nvp_plan::response::ladder::Calls;

use super::Desk;
use super::settle::class;
use crate::context::Context;
use crate::effect::{Effects, Event, IncidentEvent, Intent, Notification, Reason};
use crate::incident::{Incident, Whom, text};
use crate::input::{IncidentNumber, NotificationNumber};
use crate::notification::{Sent, Stage, key};
use crate::roster::reach::{Recipient, reach};
use crate::severity::Severity;

/// Something to tell a team, or to write on a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// The same for the same thing, and for nothing else: the first part of the notifications' keys.
    pub key: String,
    /// For which incident.
    pub incident: Option<IncidentNumber>,
    /// Why.
    pub reason: Reason,
    /// How grave.
    pub severity: Severity,
    /// A line.
    pub title: String,
    /// What is known, a line each.
    pub lines: Vec<String>,
}

impl Desk {
    /// Tells a team something, once a person: by its shared contacts, all of them, else each of who is on call by one channel; gives
    /// the notifications' numbers. Silences and maintenance do not keep it back.
    ///
    /// The one channel is that by which ladders call the team and which the person has: the first that they name for what is
    /// major or critical, the last (the gentlest) for the rest; else the first of all that the person has.
    pub fn notify(
        &mut self,
        context: &Context<'_>,
        team: &str,
        telling: &Telling,
        out: &mut Effects,
    ) -> Vec<NotificationNumber> {
        let recipients = recipients(context, team, telling.severity);
        if recipients.is_empty() {
            self.nobody(context, team, telling, out);
        }
        recipients.iter().map(|whom| self.tell(context, telling, (Some(&whom.team), whom), out)).collect()
    }

    /// Writes a ticket by a channel; gives the notification's number. A channel that closes its tickets is told when the incident is
    /// resolved.
    pub fn ticket(
        &mut self,
        context: &Context<'_>,
        channel: &str,
        telling: &Telling,
        out: &mut Effects,
    ) -> NotificationNumber {
        let whom = Whom { channel: channel.to_owned(), team: String::new(), person: None };
        let incident = telling.incident.and_then(|number| self.incidents.get_mut(&number));
        if let Some(incident) = incident.filter(|incident| incident.is_open())
            && context.roster.close_tickets.contains(channel)
        {
            let told = incident.told.entry(whom.clone()).or_default();
            *told = told.saturating_add(1);
        }
        self.tell(context, telling, (None, &whom), out)
    }

    fn tell(
        &mut self,
        context: &Context<'_>,
        telling: &Telling,
        (team, whom): (Option<&str>, &Whom),
        out: &mut Effects,
    ) -> NotificationNumber {
        let number = self.post.number();
        let now_ms = context.clock.now_ms();
        let incident = telling.incident.and_then(|number| self.incidents.get(&number));
        let runbook = incident.and_then(|incident| text::runbook(incident, &self.rows));
        out.intents.push(Intent::Notify(Notification {
            number,
            key: key(&telling.key, whom),
            incident: telling.incident,
            reason: telling.reason.clone(),
            channel: whom.channel.clone(),
            team: team.map(str::to_owned),
            person: whom.person.clone(),
            severity: telling.severity,
            // One that was opened by this very input has none yet.
            priority: incident
                .map(Incident::priority)
                .filter(|priority| *priority > 0)
                .unwrap_or_else(|| class(telling.severity)),
            title: telling.title.clone(),
            lines: telling.lines.clone(),
            labels: incident.and_then(|incident| incident.labels.as_deref()).unwrap_or_default().to_vec(),
            runbook,
            alerts: incident.map_or(0, |incident| u32::try_from(incident.alerts()).unwrap_or(u32::MAX)),
            since_ms: incident.map_or(now_ms, Incident::opened_ms),
            acknowledgements: incident.map_or(0, |incident| incident.acknowledgements),
        }));
        if let Some(incident) = incident {
            let resolutions = incident.resolutions;
            let sent = Sent { incident: incident.number, resolutions, call: None, stage: Stage::Made };
            self.post.of_incident.entry(incident.number).or_default().push(number);
            self.post.sent.insert(number, sent);
        }
        if let Some(of) = telling.incident {
            Self::record(context, of, IncidentEvent::Notified(number), out);
        }
        number
    }

    /// Notes that there was nobody to be told.
    pub(crate) fn nobody(&self, context: &Context<'_>, team: &str, telling: &Telling, out: &mut Effects) {
        let why = format!("nobody is told: {}", telling.title);
        let event = match telling.incident {
            Some(number) => {
                let (team, channel) = (team.to_owned(), String::new());
                Event::Incident(number, IncidentEvent::ReachesNobody { team, channel, why })
            }
            None => Event::Ignored(format!("`{team}` reaches nobody: {why}")),
        };
        out.record(context.clock.now_ms(), event);
    }
}

/// Who is told, and by which channel.
fn recipients(context: &Context<'_>, team: &str, severity: Severity) -> Vec<Whom> {
    let channels = channels(context, team, severity);
    let mut all: Vec<Whom> = Vec::new();
    for channel in channels {
        let reached = reach(context.roster, &context.plan.teams, team, channel, context.clock.now_ms());
        for Recipient { team, person } in reached.unwrap_or_default() {
            // A shared contact is told by all its channels, a person by one.
            if person.is_none() || !all.iter().any(|whom| whom.person == person) {
                all.push(Whom { channel: channel.to_owned(), team, person });
            }
        }
    }
    if all.iter().any(|whom| whom.person.is_none()) {
        all.retain(|whom| whom.person.is_none());
    }
    all
}

/// The channels, the most fitting first.
fn channels<'c>(context: &Context<'c>, team: &str, severity: Severity) -> Vec<&'c str> {
    let plan = context.plan;
    let rungs = plan.ladders.iter().flat_map(|ladder| &ladder.rungs);
    let of_team = rungs.filter_map(|rung| match &rung.calls {
        Calls::Team(id, channels) if plan.teams.get(id.index()).is_some_and(|known| known.name == team) => {
            Some(channels)
        }
        _ => None,
    });
    let mut named: Vec<&str> = Vec::new();
    for channel in of_team.flatten().filter_map(|id| plan.channels.get(id.index())) {
        if !named.contains(&channel.name.as_str()) {
            named.push(&channel.name);
        }
    }
    if severity < Severity::Major {
        named.reverse();
    }
    for channel in &context.roster.channels {
        if !named.contains(&channel.as_str()) {
            named.push(channel);
        }
    }
    named
}
