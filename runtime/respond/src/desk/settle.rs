//! Incidents are settled: how grave and urgent they are, where they come from, who must be told that it is worse, and which are over.

use super::Desk;
use crate::context::Context;
use crate::effect::{Effects, IncidentEvent, Reason};
use crate::incident::{Incident, State};
use crate::input::IncidentNumber;
use crate::ladder::{Run, Urgent};
use crate::notification::Letter;
use crate::severity::Severity;
use crate::suppress::Suppressors;

/// The tier of a service that says none, and of one that the policy does not have.
const TIER: u8 = 2;
/// The least urgent.
const PRIORITY_MAX: u8 = 5;

impl Desk {
    /// Settles all incidents to which something has happened.
    pub(super) fn settle(&mut self, context: &Context<'_>, out: &mut Effects) {
        for number in std::mem::take(&mut self.unsettled) {
            let Some(incident) = self.incidents.get_mut(&number) else { continue };
            match incident.state {
                State::Resolved(at_ms, _) if incident.standing.is_empty() => {
                    incident.ladders_before.clear();
                    self.due.forgetting.insert((at_ms, number));
                }
                State::Resolved(..) => {}
                State::Open if incident.standing.is_empty() => self.resolve(context, number, None, out),
                State::Open => self.assess(context, number, out),
            }
        }
    }

    fn assess(&mut self, context: &Context<'_>, number: IncidentNumber, out: &mut Effects) {
        let mature_ms = context.clock.mature_ms();
        let Some(incident) = self.incidents.get_mut(&number) else { return };
        find_cause(context, incident, out);
        weigh(context, incident, out);
        self.due.look_again_at_automatic(number, incident, mature_ms);
        let mut ladders = std::mem::take(&mut incident.ladders);
        for run in &mut ladders {
            // It got worse while nobody could be called, and is no longer so.
            run.urgent =
                run.urgent.filter(|(why, _)| *why != Urgent::Worse || run.is_worse_than_told(incident));
        }
        let must_tell = |run: &Run| {
            // A rung whose first call is still to be made says it then.
            let is_to_come = !run.is_called && incident.acknowledged.is_none();
            let is_quiet = run.is_automatic || run.is_released || run.urgent.is_some();
            !is_to_come && !is_quiet && run.is_worse_than_told(incident)
        };
        for (place, run) in ladders.iter_mut().enumerate().filter(|(_, run)| must_tell(run)) {
            run.urgent = Some((Urgent::Worse, run.served_ms(mature_ms)));
            self.due.ladder(number, place, run, Some(mature_ms));
        }
        incident.ladders = ladders;
        if incident.suppressed.is_some() {
            // A row that has come may not be covered.
            let Self { incidents, rows, due, silences, .. } = self;
            let Some(incident) = incidents.get_mut(&number) else { return };
            let suppressors = Suppressors::at(context.plan, silences, context.clock.now_ms());
            super::ladders::recheck(context, (incident, rows), due, &suppressors, mature_ms, out);
        }
    }

    /// An incident is over: by itself, or because somebody says so. Exactly those who were told of it are told.
    pub(super) fn resolve(
        &mut self,
        context: &Context<'_>,
        number: IncidentNumber,
        by: Option<&str>,
        out: &mut Effects,
    ) {
        let now_ms = context.clock.now_ms();
        let Self { incidents, rows, due, post, open_of, resolved_of, groups, .. } = self;
        let Some(incident) = incidents.get_mut(&number) else { return };
        incident.state = State::Resolved(now_ms, by.map(str::to_owned));
        incident.resolutions = incident.resolutions.saturating_add(1);
        Self::record(context, number, IncidentEvent::Resolved(by.map(str::to_owned)), out);
        let key = format!("i{number}/resolved/{}", incident.resolutions);
        let lines: Vec<_> = by.map(|by| format!("declared resolved by {by}")).into_iter().collect();
        let letter = Letter {
            key: &key,
            reason: &Reason::Resolved,
            prefix: "resolved: ",
            lines: &lines,
            caller: None,
        };
        for whom in std::mem::take(&mut incident.told).into_keys() {
            post.send(context, (incident, rows), &letter, &whom, out);
        }
        let mut ladders = std::mem::take(&mut incident.ladders);
        for (place, run) in ladders.iter_mut().enumerate() {
            due.ladder(number, place, run, None);
        }
        if by.is_some() {
            let asked = ladders.into_iter().filter(|run| !run.is_released);
            incident.ladders_before = asked.map(|run| run.ladder).collect();
        }
        if let Some(acknowledged) = incident.acknowledged.take() {
            due.acknowledgements.remove(&(acknowledged.until_mature_ms, number));
        }
        if let Some(suppressed) = incident.suppressed.take() {
            due.suppression(number, Some(suppressed.until_ms), None);
        }
        for name in incident.services.keys() {
            if open_of.get(name) == Some(&number) {
                open_of.remove(name);
                resolved_of.insert(name.clone(), number);
            }
            if let Some(group) = context.services.group(context.plan, name)
                && let Some(numbers) = groups.get_mut(group)
            {
                numbers.remove(&number);
                if numbers.is_empty() {
                    groups.remove(group);
                }
            }
        }
        due.forgetting.insert((now_ms, number));
    }

    /// Forgets what was resolved so long ago that it would not be opened again, and of which nothing stands.
    pub(super) fn forget_resolved(&mut self, context: &Context<'_>) {
        let since_ms = context.clock.now_ms().saturating_sub(context.plan.incidents.reopen_ms);
        while let Some((at_ms, number)) =
            self.due.forgetting.first().copied().filter(|(at_ms, _)| *at_ms < since_ms)
        {
            self.due.forgetting.remove(&(at_ms, number));
            let is_over = |incident: &Incident| !incident.is_open() && incident.standing.is_empty();
            if !self.incidents.get(&number).is_some_and(is_over) {
                continue;
            }
            for name in self.incidents.remove(&number).iter().flat_map(|incident| incident.services.keys()) {
                if self.resolved_of.get(name) == Some(&number) {
                    self.resolved_of.remove(name);
                }
            }
            self.post.forget(number);
        }
    }
}

fn find_cause(context: &Context<'_>, incident: &mut Incident, out: &mut Effects) {
    if !std::mem::take(&mut incident.is_cause_open) {
        return;
    }
    let failing = incident.services.iter().filter(|(_, service)| service.standing() > 0);
    let names: Vec<_> = failing.map(|(name, _)| name.as_str()).collect();
    let since_ms = |name: &str| incident.services.get(name).map_or(0, |service| service.since_ms);
    let lowest = context.services.causes(&names);
    let cause = lowest.into_iter().min_by_key(|name| (since_ms(name), *name)).map(str::to_owned);
    if cause != incident.cause
        && let Some(cause) = cause
    {
        incident.cause = Some(cause.clone());
        Desk::record(context, incident.number, IncidentEvent::Cause(cause), out);
    }
}

/// How grave and how urgent it is.
fn weigh(context: &Context<'_>, incident: &mut Incident, out: &mut Effects) {
    let mut severity = Severity::Info;
    let mut priority = PRIORITY_MAX;
    for (name, service) in &incident.services {
        let Some(worst) = service.worst() else { continue };
        let tier = context.services.get(context.plan, name).map_or(TIER, |service| service.tier);
        severity = severity.max(worst);
        priority = priority.min(class(worst).saturating_add(tier).saturating_sub(1));
    }
    if (priority, severity) != (incident.priority, incident.severity) {
        (incident.priority, incident.severity) = (priority, severity);
        Desk::record(context, incident.number, IncidentEvent::Priority(priority, severity), out);
    }
}

/// Where the priority of a severity begins, for the first tier.
pub(super) const fn class(severity: Severity) -> u8 {
    match severity {
        Severity::Critical => 1,
        Severity::Major => 2,
        Severity::Minor => 3,
        Severity::Info => 4,
    }
}
