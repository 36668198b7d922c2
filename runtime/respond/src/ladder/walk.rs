//! A ladder goes on: rungs that are over, calls that are due, who is told and who cannot be.
//!
//! Of all that came due at once (the process was stopped) only the last is called; what was passed over is recorded and told in that
//! call. Whether anybody is to be called at all is decided here, at the instant of the call.

use std::collections::BTreeMap;

use nvp_plan::describe::duration;
use nvp_plan::ids::{ChannelId, TeamId};
use nvp_plan::response::ladder::{Calls, Ladder, Rung};

use super::{Remedies, Run, Urgent, schedule};
use crate::context::Context;
use crate::effect::{Effects, Event, IncidentEvent, Reason};
use crate::incident::rows::Rows;
use crate::incident::{Incident, Whom};
use crate::input::IncidentNumber;
use crate::notification::{Letter, Post, escaped};
use crate::roster::reach::reach;
use crate::suppress::Suppressors;

/// A call that comes later than this says so, in ms: clocks come at most so far apart.
const LATE_MS_MIN: i64 = crate::clock::STEP_MS_MAX;

/// Who is reached by a rung's channels at one instant, or why nobody is.
pub(crate) type Reached = BTreeMap<(TeamId, ChannelId), Result<Vec<Whom>, (Whom, String)>>;

/// All that a ladder needs to go on.
pub(crate) struct Walk<'w> {
    pub context: &'w Context<'w>,
    pub incident: &'w mut Incident,
    pub rows: &'w Rows,
    pub post: &'w mut Post,
    pub reached: &'w mut Reached,
    pub suppressors: &'w Suppressors<'w>,
    pub remedies: &'w dyn Fn(IncidentNumber) -> Remedies,
    pub out: &'w mut Effects,
}

/// Whether the ladder has gone up a rung and is to be looked at again.
enum Went {
    Up,
    Nowhere,
}

impl Walk<'_> {
    /// The ladder goes on as far as it is due; gives the mature instant at which it is due next.
    pub(crate) fn walk(&mut self, run: &mut Run) -> Option<i64> {
        let plan = self.context.plan;
        let Some(ladder) = plan.ladders.iter().find(|ladder| ladder.name == run.ladder) else {
            if !run.has_ended {
                self.skip(run, "the policy has no such ladder any more");
                self.end(run);
            }
            return None;
        };
        loop {
            let (place, rung) = self.present(run, ladder)?;
            match self.step(run, ladder, place, rung) {
                Went::Up => {}
                Went::Nowhere => return next_due_ms(run, rung),
            }
        }
    }

    /// The rung that the ladder stands at. When the policy has it no more, the one in its place begins.
    fn present<'l>(&mut self, run: &mut Run, ladder: &'l Ladder) -> Option<(usize, &'l Rung)> {
        if let Some(place) = ladder.rungs.iter().position(|rung| rung.name == run.rung) {
            return Some((place, ladder.rungs.get(place)?));
        }
        let last = ladder.rungs.len().checked_sub(1)?;
        let place = usize::try_from(run.place).map_or(last, |place| place.min(last));
        let rung = ladder.rungs.get(place)?;
        if !run.rung.is_empty() {
            self.skip(run, "the ladder has no such rung any more");
        }
        let is_new = run.rung.is_empty();
        let at_ms = run.origin_ms.map(|at_ms| if is_new { at_ms } else { self.context.clock.mature_ms() });
        let urgent = run.urgent.map(|(kind, _)| (kind, 0));
        run.begin(place, rung, at_ms);
        run.urgent = urgent.filter(|_| !run.is_automatic);
        Some((place, rung))
    }

    fn step(&mut self, run: &mut Run, ladder: &Ladder, place: usize, rung: &Rung) -> Went {
        let mature_ms = self.context.clock.mature_ms();
        let served_ms = run.served_ms(mature_ms);
        let next = ladder.rungs.get(place.saturating_add(1)).map(|next| (place.saturating_add(1), next));
        if let Calls::Automatic = rung.calls {
            return self.automatic(run, rung, next, served_ms);
        }
        if let (Some((place, next)), Some(why), Some(_)) = (next, &run.unreached, run.origin_ms) {
            let why = format!("reaches nobody: {why}");
            self.skip(run, &why);
            run.begin(place, next, Some(mature_ms));
            return Went::Up;
        }
        if let (Some((place, next)), Some(origin_ms)) = (next, run.origin_ms)
            && let Some(ends_ms) = rung.lasts_ms.filter(|lasts_ms| *lasts_ms <= served_ms)
        {
            if let Some(due_ms) =
                run.due_call_ms(served_ms).filter(|_| !run.is_called || run.urgent.is_some())
            {
                self.skip(run, &format!("late by {}", duration(served_ms.saturating_sub(due_ms))));
            }
            run.begin(place, next, Some(origin_ms.saturating_add(ends_ms)));
            return Went::Up;
        }
        if matches!(run.urgent, Some((Urgent::Worse, _))) && !run.is_worse_than_told(self.incident) {
            // It was put off, and is no longer so.
            run.urgent = None;
        }
        let Some(due_ms) = run.due_call_ms(served_ms) else {
            self.end_if_over(run, rung, next.is_none(), served_ms);
            return Went::Nowhere;
        };
        if let Some(suppression) = self.suppressors.of_incident(self.incident, self.rows) {
            if run.origin_ms.is_some() {
                run.stand_still(due_ms, mature_ms);
            }
            run.is_suppressed = true;
            // What was recorded stands until its time is over.
            let now_ms = self.context.clock.now_ms();
            if self.incident.suppressed.as_ref().is_none_or(|known| known.until_ms <= now_ms) {
                self.record(IncidentEvent::Suppressed(suppression.why.clone()));
                self.incident.suppressed = Some(suppression);
            }
            return Went::Nowhere;
        }
        if self.call(run, rung, served_ms, due_ms) {
            // Who was only told for information is still to be called.
            if run.is_called {
                run.call_at_ms = schedule::next_call_ms(rung, next.is_none(), served_ms.max(due_ms));
            }
        } else if let Some((place, next)) = next {
            // The next rung's time begins when this one's call was due.
            let at_ms = run.origin_ms.map(|origin_ms| origin_ms.saturating_add(due_ms).min(mature_ms));
            let urgent = run.urgent.filter(|_| at_ms.is_none()).map(|(kind, _)| (kind, 0));
            run.begin(place, next, at_ms);
            run.urgent = urgent;
            return Went::Up;
        } else {
            run.urgent = None;
            run.call_at_ms = schedule::next_call_ms(rung, true, served_ms.max(due_ms));
        }
        self.end_if_over(run, rung, next.is_none(), served_ms);
        Went::Nowhere
    }

    /// An automatic rung: it lasts while a playbook may still help, and no longer than it may.
    fn automatic(
        &mut self,
        run: &mut Run,
        rung: &Rung,
        next: Option<(usize, &Rung)>,
        served_ms: i64,
    ) -> Went {
        let Some(origin_ms) = run.origin_ms else { return Went::Nowhere };
        let ends_ms = rung.lasts_ms.filter(|lasts_ms| *lasts_ms <= served_ms);
        let (at_ms, why) = match (ends_ms, (self.remedies)(self.incident.number)) {
            (Some(ends_ms), _) => {
                (origin_ms.saturating_add(ends_ms), format!("not mended in {}", duration(ends_ms)))
            }
            (None, Remedies::None) => (self.context.clock.mature_ms(), "no playbook is asked for".to_owned()),
            (None, Remedies::Exhausted) => (self.context.clock.mature_ms(), "no playbook is left".to_owned()),
            (None, Remedies::Hoped) => {
                if !run.is_called {
                    run.is_called = true;
                    let attempt = self.attempt(run);
                    self.called(run, attempt);
                }
                return Went::Nowhere;
            }
        };
        if run.has_ended {
            return Went::Nowhere;
        }
        self.record(IncidentEvent::Skipped {
            ladder: run.ladder.clone(),
            rung: run.rung.clone(),
            why: why.clone(),
        });
        run.lines.push(format!("{}: {why}", run.rung));
        match next {
            Some((place, next)) => {
                run.begin(place, next, Some(at_ms));
                Went::Up
            }
            None => {
                self.end(run);
                Went::Nowhere
            }
        }
    }

    /// Calls the rung; gives whether anybody was reached.
    fn call(&mut self, run: &mut Run, rung: &Rung, served_ms: i64, due_ms: i64) -> bool {
        let whom = self.whom(rung);
        if whom.is_empty() {
            run.unreached = Some("nobody could be told".to_owned());
            let why = "reaches nobody";
            self.skip(run, why);
            return false;
        }
        let is_taken_up = self.incident.acknowledged.is_some();
        let attempt = self.attempt(run);
        let page = Reason::Page { ladder: run.ladder.clone(), rung: run.rung.clone(), attempt };
        let (reason, prefix) = match run.urgent.take() {
            Some((Urgent::Worse, _)) if run.told.is_some() => (Reason::Worse, "worse: "),
            Some((Urgent::Unacknowledged, _)) => (Reason::Unacknowledged, "still open: "),
            Some((Urgent::Told, _)) if is_taken_up => (Reason::Notice, ""),
            _ => (page, ""),
        };
        let mut lines = std::mem::take(&mut run.lines);
        let late_ms = served_ms.saturating_sub(due_ms);
        if late_ms > LATE_MS_MIN {
            lines.push(format!("{} is called late by {}", run.rung, duration(late_ms)));
        }
        self.called(run, attempt);
        let key = key_stem(self.incident.number, &run.ladder, &run.rung, attempt);
        let caller = Some((run.ladder.as_str(), run.rung.as_str()));
        let letter = Letter { key: &key, reason: &reason, prefix, lines: &lines, caller };
        for whom in whom {
            self.post.send(self.context, (self.incident, self.rows), &letter, &whom, self.out);
            let told = self.incident.told.entry(whom).or_default();
            *told = told.saturating_add(1);
            run.alive = run.alive.saturating_add(1);
        }
        run.unreached = None;
        run.is_called |= reason != Reason::Notice;
        run.told = run.told.max(Some(self.incident.severity));
        true
    }

    /// Tells the people of a rung, for information, of an incident that is over: nobody is told again when it is resolved.
    pub(crate) fn inform(&mut self, ladder: &str, rung: &Rung, lines: &[String]) {
        let attempt = attempt(self.incident, ladder, &rung.name);
        let key = key_stem(self.incident.number, ladder, &rung.name, attempt);
        let letter = Letter {
            key: &key,
            reason: &Reason::Notice,
            prefix: "after it was resolved: ",
            lines,
            caller: None,
        };
        for whom in self.whom(rung) {
            self.post.send(self.context, (self.incident, self.rows), &letter, &whom, self.out);
        }
    }

    /// Everybody whom the rung's channels reach now, channel by channel. Each channel that reaches nobody is recorded.
    fn whom(&mut self, rung: &Rung) -> Vec<Whom> {
        let Calls::Team(team, channels) = &rung.calls else { return Vec::new() };
        let mut all = Vec::new();
        for channel in channels {
            let reached = self
                .reached
                .entry((*team, *channel))
                .or_insert_with(|| reached(self.context, *team, *channel));
            match reached {
                Ok(whom) => all.extend(whom.iter().cloned()),
                Err((whom, why)) => {
                    let (team, channel, why) = (whom.team.clone(), whom.channel.clone(), why.clone());
                    self.record(IncidentEvent::ReachesNobody { team, channel, why });
                }
            }
        }
        all
    }

    fn attempt(&mut self, run: &Run) -> u32 {
        attempt(self.incident, &run.ladder, &run.rung)
    }

    fn called(&mut self, run: &Run, attempt: u32) {
        let (ladder, rung) = (run.ladder.clone(), run.rung.clone());
        self.record(IncidentEvent::Rung { ladder, rung, attempt });
    }

    fn skip(&mut self, run: &mut Run, why: &str) {
        let (ladder, rung) = (run.ladder.clone(), run.rung.clone());
        run.lines.push(format!("{rung} was passed over: {why}"));
        self.record(IncidentEvent::Skipped { ladder, rung, why: why.to_owned() });
    }

    /// The last rung is over when it calls no more and its time, if it has one, is served.
    fn end_if_over(&mut self, run: &mut Run, rung: &Rung, is_last: bool, served_ms: i64) {
        let is_served = rung.lasts_ms.is_none_or(|lasts_ms| lasts_ms <= served_ms);
        if is_last && is_served && run.call_at_ms.is_none() && !run.has_ended {
            self.end(run);
        }
    }

    fn end(&mut self, run: &mut Run) {
        run.has_ended = true;
        self.record(IncidentEvent::LadderEnded(run.ladder.clone()));
    }

    fn record(&mut self, event: IncidentEvent) {
        self.out.record(self.context.clock.now_ms(), Event::Incident(self.incident.number, event));
    }
}

/// When a ladder that stands at a rung is due next, in mature time.
fn next_due_ms(run: &Run, rung: &Rung) -> Option<i64> {
    let origin_ms = run.origin_ms.filter(|_| !run.has_ended)?;
    let call_ms = run.call_at_ms.map(|at_ms| origin_ms.saturating_add(at_ms));
    // A last rung whose time is over has only its calls left; those are after its end.
    let ends_ms = rung.lasts_ms.filter(|lasts_ms| run.call_at_ms.is_none_or(|at_ms| at_ms < *lasts_ms));
    let ends_ms = ends_ms.map(|lasts_ms| origin_ms.saturating_add(lasts_ms));
    call_ms.into_iter().chain(ends_ms).min()
}

fn reached(context: &Context<'_>, team: TeamId, channel: ChannelId) -> Result<Vec<Whom>, (Whom, String)> {
    let plan = context.plan;
    let team = plan.teams.get(team.index()).map_or("", |team| &team.name);
    let channel = plan.channels.get(channel.index()).map_or("", |channel| &channel.name);
    let whom = |team: String, person| Whom { channel: channel.to_owned(), team, person };
    match reach(context.roster, &plan.teams, team, channel, context.clock.now_ms()) {
        Ok(all) => Ok(all.into_iter().map(|one| whom(one.team, one.person)).collect()),
        Err(why) => Err((whom(team.to_owned(), None), why)),
    }
}

fn attempt(incident: &mut Incident, ladder: &str, rung: &str) -> u32 {
    let attempt = incident.attempts.entry((ladder.to_owned(), rung.to_owned())).or_default();
    *attempt = attempt.saturating_add(1);
    *attempt
}

fn key_stem(incident: IncidentNumber, ladder: &str, rung: &str, attempt: u32) -> String {
    format!("i{incident}/{}/{}/{attempt}", escaped(ladder), escaped(rung))
}
