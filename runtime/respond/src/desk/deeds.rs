//! What people do: acknowledge, resolve, silence. All of it may be said again.

use nvp_plan::describe::duration;

use super::Desk;
use crate::context::Context;
use crate::effect::{Effects, Event, IncidentEvent, Reason};
use crate::incident::{Acknowledgement, State};
use crate::input::{Deed, IncidentNumber};
use crate::notification::Letter;

/// How long an acknowledgement holds where no ladder runs that says so.
const HOLDS_MS: i64 = 30 * 60_000;

impl Desk {
    /// Somebody did something; gives whether it was for the desk (approvals and aborts are not).
    pub fn deed(&mut self, context: &Context<'_>, by: &str, deed: &Deed, out: &mut Effects) -> bool {
        let now_ms = context.clock.now_ms();
        match deed {
            Deed::Acknowledge(number) => {
                if self.is_for(context, *number, out) {
                    self.acknowledge(context, *number, by, out);
                }
            }
            Deed::Resolve(number) => {
                if self.is_for(context, *number, out) {
                    self.resolve(context, *number, Some(by), out);
                }
            }
            Deed::Silence(silence) => {
                self.silences.begin(now_ms, by, silence, out);
                self.due.recheck_suppressions(now_ms);
            }
            Deed::Unsilence(number) => {
                self.silences.end(now_ms, by, *number, out);
                self.due.recheck_suppressions(now_ms);
            }
            Deed::Approve(..) | Deed::Abort(_) | Deed::Start(_) => return false,
        }
        true
    }

    /// Whether an incident is open; recorded when it is not.
    fn is_for(&self, context: &Context<'_>, number: IncidentNumber, out: &mut Effects) -> bool {
        let why = match self.incidents.get(&number).map(|incident| &incident.state) {
            Some(State::Open) => return true,
            Some(State::Resolved(..)) => format!("incident {number} is resolved"),
            None if number > 0 && number <= self.last_incident => {
                format!("incident {number} was resolved long ago")
            }
            None => format!("incident {number} is not known"),
        };
        out.record(context.clock.now_ms(), Event::Ignored(why));
        false
    }

    /// Somebody takes an incident up: nobody is called for as long as its ladders say, the shortest of them.
    fn acknowledge(&mut self, context: &Context<'_>, number: IncidentNumber, by: &str, out: &mut Effects) {
        let (now_ms, mature_ms) = (context.clock.now_ms(), context.clock.mature_ms());
        let Some(incident) = self.incidents.get_mut(&number) else { return };
        if let Some(known) = &incident.acknowledged {
            let why = format!("incident {number} is acknowledged by {} already", known.by);
            out.record(now_ms, Event::Ignored(why));
            return;
        }
        let ladder = |name: &str| context.plan.ladders.iter().find(|ladder| ladder.name == name);
        let holds = incident
            .ladders
            .iter()
            .filter_map(|run| ladder(&run.ladder))
            .map(|ladder| ladder.acknowledged_ms);
        let holds_ms = holds.min().unwrap_or(HOLDS_MS);
        let until_mature_ms = mature_ms.saturating_add(holds_ms);
        incident.acknowledgements = incident.acknowledgements.saturating_add(1);
        incident.acknowledged = Some(Acknowledgement {
            by: by.to_owned(),
            at_ms: now_ms,
            until_mature_ms,
            severity: incident.severity,
        });
        self.due.acknowledgements.insert((until_mature_ms, number));
        for (place, run) in incident.ladders.iter_mut().enumerate() {
            run.urgent = None;
            if run.origin_ms.is_some() {
                run.stand_still(run.served_ms(mature_ms), mature_ms);
            }
            self.due.ladder(number, place, run, None);
        }
        let event = IncidentEvent::Acknowledged(by.to_owned(), now_ms.saturating_add(holds_ms));
        Self::record(context, number, event, out);
        self.show_acknowledged(context, number, (by, holds_ms), out);
    }

    /// Tells those who were told of an incident that somebody has acknowledged it, where their channel shows that. Silences and maintenance
    /// do not keep it back: it calls nobody.
    fn show_acknowledged(
        &mut self,
        context: &Context<'_>,
        number: IncidentNumber,
        (by, holds_ms): (&str, i64),
        out: &mut Effects,
    ) {
        let Self { incidents, rows, post, .. } = self;
        let Some(incident) = incidents.get(&number) else { return };
        let key = format!("i{number}/acknowledged/{}", incident.acknowledgements);
        let prefix = format!("acknowledged by {by}: ");
        let letter = Letter {
            key: &key,
            reason: &Reason::Acknowledged,
            prefix: &prefix,
            lines: &[format!("nobody is called for {}", duration(holds_ms))],
            caller: None,
        };
        for whom in incident.told.keys() {
            if context.roster.show_acknowledgements.contains(&whom.channel) {
                post.send(context, (incident, rows), &letter, whom, out);
            }
        }
    }
}
