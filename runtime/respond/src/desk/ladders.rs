//! Ladders begin, are jumped up, stand still and go on.

use nvp_plan::response::ladder::{Calls, Ladder};

use super::Desk;
use super::due::Due;
use crate::context::Context;
use crate::effect::{Effects, Event, IncidentEvent};
use crate::incident::rows::Rows;
use crate::incident::{Incident, Suppression};
use crate::input::IncidentNumber;
use crate::ladder::walk::{Reached, Walk};
use crate::ladder::{Remedies, Run, Urgent};
use crate::suppress::Suppressors;

impl Desk {
    /// An alert asks for a ladder: it begins, once for an incident. One that was released goes on.
    pub fn escalate(
        &mut self,
        context: &Context<'_>,
        number: IncidentNumber,
        ladder: &str,
        out: &mut Effects,
    ) {
        let mature_ms = context.clock.mature_ms();
        let Some(incident) = self.incidents.get_mut(&number).filter(|incident| incident.is_open()) else {
            let why = format!("incident {number} is not open: `{ladder}` does not begin");
            out.record(context.clock.now_ms(), Event::Ignored(why));
            return;
        };
        let is_taken_up = incident.acknowledged.is_some();
        let Some(place) = incident.ladders.iter().position(|run| run.ladder == ladder) else {
            self.unsettled.insert(number);
            self.begin_ladder(number, ladder, mature_ms);
            return;
        };
        let released = incident.ladders.get_mut(place).filter(|run| run.is_released);
        if let Some(run) = released {
            run.is_released = false;
            if !is_taken_up {
                run.go_on(mature_ms);
            }
            self.due.ladder(number, place, run, Some(mature_ms));
            self.unsettled.insert(number);
        }
    }

    /// No alert asks for a ladder any more, though the incident is open: it stands still until one does.
    pub fn release(&mut self, context: &Context<'_>, number: IncidentNumber, ladder: &str) {
        let mature_ms = context.clock.mature_ms();
        let Some(incident) = self.incidents.get_mut(&number) else { return };
        let Some(place) = incident.ladders.iter().position(|run| run.ladder == ladder) else { return };
        if let Some(run) = incident.ladders.get_mut(place).filter(|run| !run.is_released) {
            run.is_released = true;
            run.urgent = None;
            run.stand_still(run.served_ms(mature_ms), mature_ms);
            self.due.ladder(number, place, run, None);
        }
    }

    /// A playbook asks for a rung of these ladders (those of the alert that started it), and says why. A ladder below it jumps there;
    /// one that is there already, or above, calls its rung again to say so. Where somebody has taken it up, it is told for
    /// information. Of an incident that is over the rung is told all the same: what a playbook left behind is not over. Where nothing was
    /// done (`did_nothing`: the playbook was refused) those who were called already know enough: they read it when they are called again.
    pub fn escalate_to(
        &mut self,
        context: &Context<'_>,
        number: IncidentNumber,
        (ladders, rung): (&[&str], &str),
        (why, did_nothing): (&str, bool),
        out: &mut Effects,
    ) {
        let Some(incident) = self.incidents.get_mut(&number) else {
            let why = format!("incident {number} is not known: nobody is told that {why}");
            out.record(context.clock.now_ms(), Event::Ignored(why));
            return;
        };
        let is_open = incident.is_open();
        if ladders.is_empty() {
            let (team, channel) = (String::new(), String::new());
            let why = format!("no ladder is asked for: {why}");
            Self::record(context, number, IncidentEvent::ReachesNobody { team, channel, why }, out);
        }
        for name in ladders {
            let ladder = context.plan.ladders.iter().find(|ladder| ladder.name == *name);
            let place = ladder.and_then(|ladder| ladder.rungs.iter().position(|known| known.name == rung));
            if place.is_none() {
                let (ladder, rung) = ((*name).to_owned(), rung.to_owned());
                let why = "the ladder has no such rung".to_owned();
                Self::record(context, number, IncidentEvent::Skipped { ladder, rung, why }, out);
            }
            let Some(ladder) = ladder else { continue };
            // Without such a rung the first that calls people is meant: somebody must be told.
            let first = || ladder.rungs.iter().position(|rung| rung.calls != Calls::Automatic);
            let Some(place) = place.or_else(first) else { continue };
            if is_open {
                self.jump(context, number, (ladder, place), (why, did_nothing));
            } else {
                self.tell_after(context, number, (ladder, place), why, out);
            }
        }
    }

    /// Whether playbooks may mend an incident has changed: one began, ended or was refused, or the time before one began or ended.
    pub fn remedies_changed(&mut self, context: &Context<'_>, number: IncidentNumber) {
        if let Some(incident) = self.incidents.get_mut(&number) {
            self.due.look_again_at_automatic(number, incident, context.clock.mature_ms());
        }
    }

    /// Who is who has changed: last rungs that reached nobody are called again.
    pub fn roster_changed(&mut self, context: &Context<'_>) {
        let mature_ms = context.clock.mature_ms();
        for (number, incident) in &mut self.incidents {
            for (place, run) in incident.ladders.iter_mut().enumerate() {
                if run.unreached.is_some() && run.urgent.is_none() && !run.is_released {
                    run.urgent = Some((Urgent::Reachable, run.served_ms(mature_ms)));
                    self.due.ladder(*number, place, run, Some(mature_ms));
                }
            }
        }
    }

    pub(super) fn begin_ladder(&mut self, number: IncidentNumber, ladder: &str, mature_ms: i64) {
        let Some(incident) = self.incidents.get_mut(&number) else { return };
        let is_taken_up = incident.acknowledged.is_some();
        let mut run = Run::new(ladder, (!is_taken_up).then_some(mature_ms));
        run.still_since_ms = mature_ms;
        // Also where it stands still: it then finds its first rung.
        self.due.ladder(number, incident.ladders.len(), &mut run, Some(mature_ms));
        incident.ladders.push(run);
    }

    fn jump(
        &mut self,
        context: &Context<'_>,
        number: IncidentNumber,
        (ladder, place): (&Ladder, usize),
        (why, did_nothing): (&str, bool),
    ) {
        let mature_ms = context.clock.mature_ms();
        let known = |incident: &Incident| incident.ladders.iter().position(|run| run.ladder == ladder.name);
        if self.incidents.get(&number).and_then(known).is_none() {
            self.begin_ladder(number, &ladder.name, mature_ms);
        }
        let Some(incident) = self.incidents.get_mut(&number) else { return };
        let Some(at) = known(incident) else { return };
        let is_taken_up = incident.acknowledged.is_some();
        let Some(run) = incident.ladders.get_mut(at) else { return };
        let present = ladder.rungs.iter().position(|rung| rung.name == run.rung);
        if run.is_released {
            run.is_released = false;
            if !is_taken_up {
                run.go_on(mature_ms);
            }
        }
        if !run.lines.iter().any(|line| line == why) {
            run.lines.push(why.to_owned());
        }
        match ladder.rungs.get(place) {
            Some(rung) if present.is_none_or(|present| present < place) => {
                run.begin(place, rung, run.origin_ms.map(|_| mature_ms));
                run.urgent = is_taken_up.then_some((Urgent::Told, 0)).filter(|_| !run.is_automatic);
            }
            _ if run.is_automatic || did_nothing => {}
            _ => run.urgent = run.urgent.or(Some((Urgent::Told, run.served_ms(mature_ms)))),
        }
        self.due.ladder(number, at, run, Some(mature_ms));
    }

    fn tell_after(
        &mut self,
        context: &Context<'_>,
        number: IncidentNumber,
        (ladder, place): (&Ladder, usize),
        why: &str,
        out: &mut Effects,
    ) {
        let Self { incidents, rows, silences, post, .. } = self;
        let Some(incident) = incidents.get_mut(&number) else { return };
        let suppressors = Suppressors::at(context.plan, silences, context.clock.now_ms());
        let remedies = |_| Remedies::None;
        let mut walk = Walk {
            context,
            incident,
            rows,
            post,
            reached: &mut Reached::new(),
            suppressors: &suppressors,
            remedies: &remedies,
            out,
        };
        if let Some(rung) = ladder.rungs.get(place) {
            walk.inform(&ladder.name, rung, &[why.to_owned()]);
        }
    }

    /// All ladders that are due go on, once a tick has confirmed what was open when the process started.
    pub(super) fn walk_ladders(
        &mut self,
        context: &Context<'_>,
        remedies: &dyn Fn(IncidentNumber) -> Remedies,
        out: &mut Effects,
    ) {
        let mature_ms = context.clock.mature_ms();
        if !context.clock.is_confirmed() || !self.due.is_ladder_due(mature_ms) {
            return;
        }
        let Self { incidents, rows, due, silences, post, .. } = self;
        let suppressors = Suppressors::at(context.plan, silences, context.clock.now_ms());
        let mut reached = Reached::new();
        while let Some((number, place)) = due.next_ladder(mature_ms) {
            let Some(incident) = incidents.get_mut(&number) else { continue };
            let mut ladders = std::mem::take(&mut incident.ladders);
            let before_ms = incident.suppressed.as_ref().map(|suppressed| suppressed.until_ms);
            if let Some(run) = ladders.get_mut(place) {
                run.queued_ms = None;
                let mut walk = Walk {
                    context,
                    incident,
                    rows,
                    post,
                    reached: &mut reached,
                    suppressors: &suppressors,
                    remedies,
                    out,
                };
                // What is due next is to come: nothing is done twice at one instant.
                let next_ms = walk.walk(run).map(|at_ms| at_ms.max(mature_ms.saturating_add(1)));
                due.ladder(number, place, run, next_ms);
            }
            incident.ladders = ladders;
            let after_ms = incident.suppressed.as_ref().map(|suppressed| suppressed.until_ms);
            if after_ms != before_ms {
                due.suppression(number, before_ms, after_ms);
            }
        }
    }

    /// Acknowledgements that ran out: rungs that were called are called again, and their time goes on.
    pub(super) fn end_acknowledgements(&mut self, context: &Context<'_>, out: &mut Effects) {
        let mature_ms = context.clock.mature_ms();
        while let Some((until_ms, number)) =
            self.due.acknowledgements.first().copied().filter(|(until_ms, _)| *until_ms <= mature_ms)
        {
            self.due.acknowledgements.remove(&(until_ms, number));
            let Some(incident) = self.incidents.get_mut(&number) else { continue };
            incident.acknowledged = None;
            Self::record(context, number, IncidentEvent::AcknowledgementEnded, out);
            for (place, run) in incident.ladders.iter_mut().enumerate().filter(|(_, run)| !run.is_released) {
                if (run.is_called || run.has_ended) && !run.is_automatic {
                    run.urgent = run.urgent.or(Some((Urgent::Unacknowledged, run.served_ms)));
                }
                run.go_on(until_ms);
                self.due.ladder(number, place, run, Some(mature_ms));
            }
        }
    }

    /// Suppressions that may be over: ladders go on from the instant at which they were.
    pub(super) fn end_suppressions(&mut self, context: &Context<'_>, out: &mut Effects) {
        let now_ms = context.clock.now_ms();
        let open = self.due.take_suppressions(now_ms);
        if open.is_empty() {
            return;
        }
        let Self { incidents, rows, due, silences, .. } = self;
        let suppressors = Suppressors::at(context.plan, silences, now_ms);
        for (until_ms, number) in open {
            if let Some(incident) = incidents.get_mut(&number) {
                let at_ms = context.clock.maturity_at_end(until_ms);
                recheck(context, (incident, rows), due, &suppressors, at_ms, out);
            }
        }
    }
}

/// Whether an incident is still suppressed; when it is not, its ladders go on from a mature instant. Where it is, by whatever, what
/// was recorded stands until its time is over.
pub(super) fn recheck(
    context: &Context<'_>,
    (incident, rows): (&mut Incident, &Rows),
    due: &mut Due,
    suppressors: &Suppressors<'_>,
    at_ms: i64,
    out: &mut Effects,
) {
    let Some(before) = incident.suppressed.take() else { return };
    let number = incident.number;
    if let Some(mut now) = suppressors.of_incident(incident, rows) {
        if before.until_ms > context.clock.now_ms() {
            // One that joined may be covered for a shorter time.
            now = Suppression { why: before.why.clone(), until_ms: before.until_ms.min(now.until_ms) };
        }
        due.suppression(number, Some(before.until_ms), Some(now.until_ms));
        if now.why != before.why {
            Desk::record(context, number, IncidentEvent::Suppressed(now.why.clone()), out);
        }
        incident.suppressed = Some(now);
        return;
    }
    due.suppression(number, Some(before.until_ms), None);
    Desk::record(context, number, IncidentEvent::Unsuppressed, out);
    let is_taken_up = incident.acknowledged.is_some();
    for (place, run) in incident.ladders.iter_mut().enumerate().filter(|(_, run)| run.is_suppressed) {
        run.is_suppressed = false;
        if !is_taken_up {
            run.go_on(at_ms.min(context.clock.mature_ms()));
        }
        due.ladder(number, place, run, Some(context.clock.mature_ms()));
    }
}
