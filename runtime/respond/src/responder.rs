//! The response as its driver sees it: inputs go in, intents and records come out, the state can be written down and looked at.

mod request;

use std::sync::Arc;

use nvp_plan::ids::{CalendarId, LadderId};
use nvp_plan::response::Lowered;
use nvp_plan::response::incident::Does;
use serde::{Deserialize, Serialize};

use crate::Observe;
use crate::action::{Actions, Context as ActionContext, News, Origin, Told};
pub use crate::action::{At, Shown};
use crate::calendar;
use crate::clock::Clock;
use crate::context::Context;
use crate::desk::{Desk, Telling};
use crate::effect::{Effects, End, Event, IncidentEvent, Reason};
use crate::incident::Incident;
use crate::incident::rows::Row;
use crate::incident::services::Services;
use crate::input::{ActionNumber, Deed, IncidentNumber, Input, Numbers};
use crate::ladder::Remedies;
use crate::maintenance;
use crate::reaction::{Hope, Reactions, Wish};
use crate::roster::Roster;
use crate::severity::Severity;

/// How often wishes of one input may lead to further ones: a playbook that is refused leads to the next.
const ROUNDS_MAX: usize = 1_000;

/// How it is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Playbooks find out whether they would begin, and do nothing: for dry runs.
    pub only_observes: bool,
}

/// The response at work.
#[derive(Debug, Clone)]
pub struct Responder {
    plan: Arc<Lowered>,
    services: Services,
    options: Options,
    state: State,
}

/// All that is remembered.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct State {
    clock: Clock,
    roster: Roster,
    desk: Desk,
    reactions: Reactions,
    actions: Actions,
}

impl State {
    fn raise_numbers(&mut self, given: &Numbers) {
        let actions = &mut self.actions;
        actions.last_action = actions.last_action.max(given.action);
        actions.last_call = actions.last_call.max(given.call);
        self.desk.raise_numbers(given);
    }
}

/// A written-down state that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the state of the response cannot be read: {0}")]
pub struct SnapshotError(String);

impl Responder {
    /// One that has seen nothing.
    #[must_use]
    pub fn new(plan: Arc<Lowered>, options: Options) -> Self {
        let services = Services::of(&plan);
        let mut state = State::default();
        state.actions.only_observes = options.only_observes;
        Self { plan, services, options, state }
    }

    /// Its whole state, to go on from by [`Responder::restore`].
    ///
    /// # Errors
    /// When the state cannot be written down, which no state is known not to be.
    pub fn snapshot(&self) -> Result<Vec<u8>, SnapshotError> {
        postcard::to_stdvec(&self.state).map_err(|error| SnapshotError(error.to_string()))
    }

    /// One that goes on where another was, as if nothing had happened. Where the policies are others than they were, call
    /// [`Responder::policy_changed`] next.
    ///
    /// # Errors
    /// When the bytes are not such a state.
    pub fn restore(plan: Arc<Lowered>, options: Options, bytes: &[u8]) -> Result<Self, SnapshotError> {
        let mut state: State =
            postcard::from_bytes(bytes).map_err(|error| SnapshotError(error.to_string()))?;
        state.actions.only_observes = options.only_observes;
        Ok(Self { services: Services::of(&plan), plan, options, state })
    }

    /// The policies are others than those that the state comes from: what they do not have any more is ended, and said.
    pub fn policy_changed(&mut self) {
        let Self { plan, services, state, .. } = self;
        let State { clock, roster, desk, .. } = state;
        desk.policy_changed(&Context { plan, services, roster, clock });
    }

    /// The policies it goes by.
    #[must_use]
    pub fn plan(&self) -> &Arc<Lowered> {
        &self.plan
    }

    /// How it is run.
    #[must_use]
    pub fn options(&self) -> Options {
        self.options
    }

    /// The incidents, ladders and silences, to look at.
    #[must_use]
    pub fn desk(&self) -> &Desk {
        &self.state.desk
    }

    /// What time it is for it.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.state.clock
    }

    /// Takes an input in and does all that it makes due.
    pub fn step(&mut self, input: Input<'_>, observe: &dyn Observe, out: &mut Effects) {
        let mut tick_ms = None;
        match input {
            Input::Tick { at_ms, alerts } => {
                self.state.clock.tick(at_ms);
                tick_ms = Some(at_ms);
                for change in alerts {
                    let changed = self.with_desk(out, |desk, context, out| desk.alert(context, change, out));
                    let Some((row, incident)) = changed else { continue };
                    let mature_ms = self.state.clock.mature_ms();
                    self.state.reactions.change(&self.plan, mature_ms, change, (row, incident));
                    self.remedies_changed(incident);
                }
            }
            Input::Clock { now_ms } => {
                if self.state.clock.clock(now_ms, out) {
                    self.state.actions.stop_clocks();
                }
            }
            Input::Started { now_ms } => {
                self.state.clock.started(now_ms);
                out.record(self.state.clock.now_ms(), Event::Started);
                self.with_actions(observe, None, out, |actions, context, out| {
                    actions.restarted(context, out)
                });
            }
            Input::Numbers(given) => self.state.raise_numbers(given),
            Input::Roster(roster) => {
                if self.state.roster != *roster {
                    self.state.roster.clone_from(roster);
                    out.record(self.state.clock.now_ms(), Event::RosterChanged);
                    self.with_desk(out, |desk, context, _| desk.roster_changed(context));
                }
            }
            Input::Halted(why) => {
                let why = why.map(str::to_owned);
                self.with_actions(observe, None, out, |actions, context, out| {
                    actions.halt(context, out, why)
                });
            }
            Input::Outcome { call, outcome } => {
                self.with_actions(observe, None, out, |actions, context, out| {
                    actions.outcome((context, out), call, outcome);
                });
            }
            Input::Delivery { notification, delivery } => {
                self.with_desk(out, |desk, context, out| desk.delivery(context, notification, delivery, out));
            }
            Input::Deed { by, deed } => self.deed(by, deed, observe, out),
        }
        self.settle(observe, tick_ms, out);
    }

    /// The next instant, in ms since the Unix epoch, at which something is to be done if nothing else happens.
    #[must_use]
    pub fn next_due_ms(&self) -> Option<i64> {
        let State { clock, roster, desk, reactions, actions } = &self.state;
        let context = Context { plan: &self.plan, services: &self.services, roster, clock };
        let is_open = |_: CalendarId| false;
        let nothing = crate::world::Nothing;
        let actions = actions.next_due_ms(action_context(&self.plan, clock, &nothing, &is_open, None));
        let instant = |mature_ms: i64| clock.instant_of(mature_ms);
        let reactions = reactions.next_due_ms().filter(|_| clock.is_confirmed());
        let due = [desk.next_due_ms(&context), actions.map(instant), reactions.map(instant)];
        due.into_iter().flatten().min()
    }

    /// Runs that have not ended: their numbers.
    pub fn actions(&self) -> impl Iterator<Item = ActionNumber> {
        self.state.actions.runs.keys().copied()
    }

    /// Runs that have not ended, to look at, by number.
    pub fn runs(&self) -> impl Iterator<Item = Shown> {
        self.state.actions.runs.values().filter_map(|action| action.shown(&self.plan))
    }

    /// What a person did.
    fn deed(&mut self, by: &str, deed: &Deed, observe: &dyn Observe, out: &mut Effects) {
        let ignored = match deed {
            Deed::Approve(number, hash) => match self.may_approve(*number, by) {
                Err(why) => Err(why),
                Ok(()) => self.with_actions(observe, None, out, |actions, context, out| {
                    actions.approve((context, out), *number, by, hash.as_deref())
                }),
            },
            Deed::Abort(number) => self.with_actions(observe, None, out, |actions, context, out| {
                actions.abort((context, out), *number, by)
            }),
            Deed::Start(request) => self.request(by, request, observe, out),
            Deed::Acknowledge(_) | Deed::Resolve(_) | Deed::Silence(_) | Deed::Unsilence(_) => {
                self.with_desk(out, |desk, context, out| desk.deed(context, by, deed, out));
                Ok(())
            }
        };
        if let Err(why) = ignored {
            out.record(self.state.clock.now_ms(), Event::Ignored(format!("{why} ({by})")));
        }
    }

    /// Whether somebody may approve a run: where the playbook names a team, only who is in it; nobody approves what they asked for
    /// themselves.
    fn may_approve(&self, number: ActionNumber, by: &str) -> Result<(), String> {
        let run = self.state.actions.runs.get(&number);
        let requested = run.and_then(|run| run.origin.requested.as_ref());
        if requested.is_some_and(|requested| requested.by == by) {
            return Err(format!("run {number} was asked for by {by}: somebody else approves it"));
        }
        let playbook = run.and_then(|run| self.plan.playbooks.iter().find(|book| book.name == run.playbook));
        let team = playbook.and_then(|playbook| playbook.approval.by);
        let Some(team) = team.and_then(|team| self.plan.teams.get(team.index())) else { return Ok(()) };
        let is_in = self.state.roster.teams.get(&team.name).is_some_and(|roster| {
            let takes_turns =
                roster.rotations.iter().any(|rotation| rotation.members.iter().any(|it| it == by));
            takes_turns || roster.members.iter().any(|member| member == by)
        });
        if is_in {
            Ok(())
        } else {
            Err(format!("run {number} is approved by `{}`, and {by} is not in it", team.name))
        }
    }

    /// Does what is due, and what that leads to.
    fn settle(&mut self, observe: &dyn Observe, tick_ms: Option<i64>, out: &mut Effects) {
        self.with_actions(observe, tick_ms, out, |actions, context, out| actions.advance(context, out));
        let mut wishes = Vec::new();
        if self.state.clock.is_confirmed() {
            let State { clock, desk, reactions, .. } = &mut self.state;
            let under_way = maintenance::at(&self.plan, clock.now_ms());
            let is_held = |row: &Row| {
                under_way.iter().any(|(each, _)| {
                    maintenance::covers(&self.plan, each, &row.alert, &row.labels, &row.service)
                })
            };
            wishes = reactions.take_due(&self.plan, desk.rows(), clock.mature_ms(), &is_held);
            wishes.extend(reactions.take_released());
        }
        for _ in 0..ROUNDS_MAX {
            wishes.extend(self.tell_news(out));
            if wishes.is_empty() {
                break;
            }
            for wish in std::mem::take(&mut wishes) {
                self.grant(wish, observe, out);
            }
        }
        let State { clock, roster, desk, reactions, .. } = &mut self.state;
        let context = Context { plan: &self.plan, services: &self.services, roster, clock };
        desk.advance(&context, &|incident| remedies(reactions.hope(incident)), out);
    }

    /// Does what a reaction wants.
    fn grant(&mut self, wish: Wish, observe: &dyn Observe, out: &mut Effects) {
        match wish {
            Wish::Escalate(incident, ladder) => {
                let ladder = self.ladder(ladder);
                self.with_desk(out, |desk, context, out| desk.escalate(context, incident, &ladder, out));
            }
            Wish::Release(incident, ladder) => {
                let ladder = self.ladder(ladder);
                self.with_desk(out, |desk, context, _| desk.release(context, incident, &ladder));
            }
            Wish::Start(tried, playbook, arguments, origin) => {
                let incident = origin.incident;
                let plan = Arc::clone(&self.plan);
                let Some(playbook) = plan.playbooks.get(playbook.index()) else { return };
                let next = self.state.actions.last_action.saturating_add(1);
                self.state.reactions.started(tried, next);
                if let Some(incident) = incident {
                    let event = IncidentEvent::Remedy(next, playbook.name.clone());
                    out.record(self.state.clock.now_ms(), Event::Incident(incident, event));
                }
                self.with_actions(observe, None, out, |actions, context, out| {
                    actions.start((context, out), playbook, arguments, origin);
                });
            }
            Wish::Abort(number) => {
                self.with_actions(observe, None, out, |actions, context, out| {
                    // One that is being taken back already will end anyway.
                    let _ = actions.abort((context, out), number, "the next remedy: it did not help in time");
                });
            }
        }
    }

    fn ladder(&self, id: LadderId) -> String {
        self.plan.ladders.get(id.index()).map(|ladder| ladder.name.clone()).unwrap_or_default()
    }

    /// Tells people and reactions what became of runs; gives what is to be tried next.
    fn tell_news(&mut self, out: &mut Effects) -> Vec<Wish> {
        let mut wishes = Vec::new();
        for news in std::mem::take(&mut self.state.actions.news) {
            match news {
                News::Proposed(number, origin, playbook) => {
                    self.ask_approval(number, &origin, &playbook, out);
                }
                News::Ended { action, playbook, end, origin, answers } => {
                    let mature_ms = self.state.clock.mature_ms();
                    let State { desk, reactions, .. } = &mut self.state;
                    let rows = desk.rows();
                    wishes.extend(reactions.ended((&self.plan, rows), mature_ms, action, &end));
                    if let Some(incident) = origin.incident {
                        self.remedies_changed(incident);
                    }
                    let why = end.why().map(|why| format!(": {why}")).unwrap_or_default();
                    let said = format!("{playbook} {}{why}", end.name());
                    for (answer, place) in answers.into_iter().zip(1_u32..) {
                        let key = format!("run {action} {playbook} {} {place}", end.name());
                        let did_nothing = matches!(end, End::Refused(_));
                        self.answer(answer, (&key, &said, &origin, did_nothing), out);
                    }
                }
            }
        }
        wishes
    }

    /// Asks whoever approves a playbook to approve a run.
    fn ask_approval(&mut self, number: ActionNumber, origin: &Origin, playbook: &str, out: &mut Effects) {
        let run = self.state.actions.runs.get(&number);
        let hash = run.map(|run| run.source_hash.clone()).unwrap_or_default();
        let teams = self.approvers(origin, playbook);
        let telling = Telling {
            key: format!("run {number} {playbook} approval"),
            incident: origin.incident,
            reason: Reason::Approval(number),
            severity: Severity::Major,
            title: format!("run {number} of {playbook} waits for an approval"),
            lines: vec![format!("novaevo-policy approve {number} --hash {hash}")],
        };
        self.with_desk(out, |desk, context, out| {
            for team in &teams {
                desk.notify(context, team, &telling, out);
            }
            if teams.is_empty() {
                desk.nobody(context, "whoever may approve", &telling, out);
            }
        });
    }

    /// Who is asked to approve a run of a playbook, by name: the team that it names; where anybody may, the people whom the incident has
    /// reached, or would reach first; where no ladder is asked for, the incident's owner.
    fn approvers(&self, origin: &Origin, playbook: &str) -> Vec<String> {
        let planned = self.plan.playbooks.iter().find(|book| book.name == playbook);
        if let Some(team) = planned.and_then(|book| self.plan.teams.get(book.approval.by?.index())) {
            return vec![team.name.clone()];
        }
        let ladders = self.ladders_of(origin);
        let ladders: Vec<&str> = ladders.iter().map(String::as_str).collect();
        let incident = origin.incident.and_then(|number| self.state.desk.incident(number));
        let called = incident.map(|incident| incident.called(&self.plan, &ladders)).unwrap_or_default();
        let owner = incident.and_then(Incident::owner).filter(|_| called.is_empty());
        called.into_iter().chain(owner).map(str::to_owned).collect()
    }

    /// The ladders that a run goes to: those that the alert which started it asks for, at whatever level; of one that a person asked for,
    /// those of its incident.
    fn ladders_of(&self, origin: &Origin) -> Vec<String> {
        if origin.requested.is_some() {
            let incident = origin.incident.and_then(|incident| self.state.desk.incident(incident));
            let rungs = incident.into_iter().flat_map(Incident::rungs);
            return rungs.map(|(ladder, _)| ladder.to_owned()).collect();
        }
        let of_alert = self.plan.reactions.iter().filter(|reaction| reaction.alert == origin.alert);
        let ladders = of_alert.filter_map(|reaction| match &reaction.does {
            Does::Escalate(ladder) => Some(self.ladder(*ladder)),
            Does::Run(_) => None,
        });
        ladders.collect()
    }

    fn answer(
        &mut self,
        answer: Told,
        (key, said, origin, did_nothing): (&str, &str, &Origin, bool),
        out: &mut Effects,
    ) {
        let telling = |severity, reason, title: String, lines| Telling {
            key: key.to_owned(),
            incident: origin.incident,
            reason,
            severity,
            title,
            lines,
        };
        match answer {
            Told::Notify(team, severity) => {
                let telling = telling(severity, Reason::Notice, said.to_owned(), Vec::new());
                self.with_desk(out, |desk, context, out| drop(desk.notify(context, &team, &telling, out)));
            }
            Told::Ticket(channel, text) => {
                let telling = telling(Severity::Info, Reason::Ticket, text, vec![said.to_owned()]);
                self.with_desk(out, |desk, context, out| {
                    desk.ticket(context, &channel, &telling, out);
                });
            }
            Told::EscalateTo(rung) => {
                let Some(incident) = origin.incident else { return };
                let ladders = self.ladders_of(origin);
                let ladders: Vec<&str> = ladders.iter().map(String::as_str).collect();
                self.with_desk(out, |desk, context, out| {
                    desk.escalate_to(context, incident, (&ladders, &rung), (said, did_nothing), out);
                });
            }
        }
    }

    fn remedies_changed(&mut self, incident: IncidentNumber) {
        let State { clock, roster, desk, .. } = &mut self.state;
        let context = Context { plan: &self.plan, services: &self.services, roster, clock };
        desk.remedies_changed(&context, incident);
    }

    fn with_desk<T>(
        &mut self,
        out: &mut Effects,
        what: impl FnOnce(&mut Desk, &Context<'_>, &mut Effects) -> T,
    ) -> T {
        let State { clock, roster, desk, .. } = &mut self.state;
        what(desk, &Context { plan: &self.plan, services: &self.services, roster, clock }, out)
    }

    fn with_actions<T>(
        &mut self,
        observe: &dyn Observe,
        tick_ms: Option<i64>,
        out: &mut Effects,
        what: impl FnOnce(&mut Actions, ActionContext<'_>, &mut Effects) -> T,
    ) -> T {
        let State { clock, actions, .. } = &mut self.state;
        let plan = &*self.plan;
        let now_ms = clock.now_ms();
        let is_open = |id: CalendarId| {
            plan.calendars.get(id.index()).is_some_and(|calendar| calendar::is_open(calendar, now_ms))
        };
        what(actions, action_context(plan, clock, observe, &is_open, tick_ms), out)
    }
}

fn action_context<'a>(
    plan: &'a Lowered,
    clock: &Clock,
    observe: &'a dyn Observe,
    is_open: &'a dyn Fn(CalendarId) -> bool,
    tick_ms: Option<i64>,
) -> ActionContext<'a> {
    let (now_ms, mature_ms) = (clock.now_ms(), clock.mature_ms());
    ActionContext { plan, observe, is_open, now_ms, mature_ms, script: None, tick_ms }
}

fn remedies(hope: Hope) -> Remedies {
    match hope {
        Hope::None => Remedies::None,
        Hope::Some => Remedies::Hoped,
        Hope::Exhausted => Remedies::Exhausted,
    }
}
