//! How far notifications have come. Accepted is not told: when all of a rung's notifications fail, it reaches nobody.

use super::Desk;
use crate::context::Context;
use crate::effect::{Effects, Event, IncidentEvent};
use crate::input::{Delivery, NotificationNumber};
use crate::notification::{Sent, Stage};

impl Desk {
    /// A channel says how far a notification has come.
    pub fn delivery(
        &mut self,
        context: &Context<'_>,
        number: NotificationNumber,
        delivery: &Delivery,
        out: &mut Effects,
    ) {
        let now_ms = context.clock.now_ms();
        let stage = Stage::from(delivery);
        let sent = self.post.sent.get_mut(&number);
        let why = match &sent {
            _ if number == 0 || number > self.post.last => format!("notification {number} is not known"),
            Some(sent) if stage <= sent.stage || stage == Stage::Failed && sent.stage >= Stage::Delivered => {
                format!("notification {number} has come further already")
            }
            _ => String::new(),
        };
        if !why.is_empty() {
            out.record(now_ms, Event::Ignored(why));
            return;
        }
        out.record(now_ms, Event::Notification(number, delivery.clone()));
        let Some(sent) = sent else { return };
        sent.stage = stage;
        if let Delivery::Failed(why) = delivery {
            let sent = sent.clone();
            self.failed(context, &sent, why, out);
        }
    }

    /// Somebody who was called was not told.
    fn failed(&mut self, context: &Context<'_>, sent: &Sent, why: &str, out: &mut Effects) {
        let Some(called) = &sent.call else { return };
        let Some(incident) = self.incidents.get_mut(&sent.incident) else { return };
        if !incident.is_open() || incident.resolutions != sent.resolutions {
            return;
        }
        if let Some(told) = incident.told.get_mut(&called.whom) {
            *told = told.saturating_sub(1);
            if *told == 0 {
                incident.told.remove(&called.whom);
            }
        }
        let event = IncidentEvent::ReachesNobody {
            team: called.whom.team.clone(),
            channel: called.whom.channel.clone(),
            why: why.to_owned(),
        };
        Self::record(context, sent.incident, event, out);
        let is_of = |run: &crate::ladder::Run| run.ladder == called.ladder && run.rung == called.rung;
        let Some(place) = incident.ladders.iter().position(is_of) else { return };
        let Some(run) = incident.ladders.get_mut(place) else { return };
        run.alive = run.alive.saturating_sub(1);
        if run.alive == 0 && run.is_called {
            run.unreached = Some("every notification failed".to_owned());
            if run.origin_ms.is_some() && !run.has_ended {
                self.due.ladder(sent.incident, place, run, Some(context.clock.mature_ms()));
            }
        }
    }
}
