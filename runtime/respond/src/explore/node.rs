//! A state of the exploration: the runs, the world, what is under way between them.

use nvp_plan::ids::{CalendarId, ObservationId};
use nvp_plan::response::Lowered;
use nvp_plan::response::playbook::{Playbook, Step};
use nvp_plan::response::provider::{Parameter, ValueType};

use super::Options;
use crate::Observe;
use crate::action::{Action, Actions, Context, DeedState, Doing, News, Origin, Phase, Stage};
use crate::effect::{Call, Effects, End, Intent};
use crate::input::Outcome;
use crate::value::Value;
use crate::world::{Change, World};

/// When explorations begin, in ms since the Unix epoch.
const BEGIN_MS: i64 = 1_577_836_800_000;

/// A state.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) actions: Actions,
    pub(super) world: World,
    /// Calls that are not answered.
    pub(super) calls: Vec<Call>,
    pub(super) now_ms: i64,
    /// What conditions over metrics are: of `require` at the beginning, of waits when their look is tried.
    pub(super) is: Option<bool>,
    /// What `needs` is.
    pub(super) needs: Option<bool>,
    pub(super) crashes: u8,
    pub(super) meddlings: u8,
    /// Whether what each step would do is so already, where its probe tells.
    pub(super) is_so: bool,
    /// Whether a write claimed to be done and changed nothing.
    pub(super) lied: bool,
    end: Option<End>,
    /// Whether somebody is told of a bad end.
    is_told: bool,
    meddlings_max: u8,
    /// Whether the playbook takes back all that it does.
    takes_all_back: bool,
}

/// What tells states apart.
pub(super) type Fingerprint = (Option<Action>, World, Vec<String>, (u8, u8, bool, bool), Option<End>);

impl Node {
    /// The states in which it can begin, with what to say of them: what is required is so, is not, or is not known; what is to be
    /// done is so already.
    pub(super) fn beginnings(
        plan: &Lowered,
        playbook: &Playbook<ObservationId>,
        options: Options,
    ) -> Vec<(String, Self)> {
        let begin = |(label, is, is_so): (&str, Option<bool>, bool), halted: Option<&str>| {
            let mut node = Self {
                is_so,
                actions: Actions { halted: halted.map(str::to_owned), ..Actions::default() },
                world: World::default(),
                calls: Vec::new(),
                now_ms: BEGIN_MS,
                is,
                needs: Some(true),
                crashes: options.crashes_max,
                meddlings: options.meddlings_max,
                lied: false,
                end: None,
                is_told: false,
                meddlings_max: options.meddlings_max,
                takes_all_back: playbook.steps.iter().all(|step| takes_back(plan, step)),
            };
            let arguments = playbook.parameters.iter().map(argument).collect();
            node.act(plan, None, |actions, context, out| {
                actions.start((context, out), playbook, arguments, Origin::default());
            });
            (label.to_owned(), node)
        };
        let mut beginnings = vec![("", Some(true), false)];
        if !playbook.requires.is_empty() {
            beginnings.push(("what it requires is false", Some(false), false));
            beginnings.push(("what it requires is not known", None, false));
        }
        beginnings.push(("all that can be asked is so already", Some(true), true));
        let mut beginnings: Vec<(String, Self)> =
            beginnings.into_iter().map(|how| begin(how, None)).collect();
        // Who asks may find out what forbids it; it comes to the same end.
        let forbidden = ("a limit, its breaker, a storm or a lock forbids it", Some(true), false);
        beginnings.push(begin(forbidden, Some("something forbids it")));
        beginnings
    }

    /// What is so from the beginning, where the step that is looked at finds it done already.
    pub(super) fn so_already(&self, plan: &Lowered) -> Change {
        let looked = self.action().filter(|_| self.is_so).and_then(|action| match &action.phase {
            Phase::Step(Doing { step, stage: Stage::Look(_), .. }) => Some((action, *step)),
            _ => None,
        });
        let Some((action, step)) = looked else { return Change::default() };
        let playbook = plan.playbooks.iter().find(|playbook| playbook.name == action.playbook);
        let step = playbook.and_then(|playbook| playbook.steps.get(step as usize));
        let (Some(step), Some(deed)) = (step, action.deeds.last()) else { return Change::default() };
        self.world.missing_for(plan, (step.call.provider, step.call.write), &deed.arguments)
    }

    /// How it ended.
    pub(super) fn end(&self) -> Option<End> {
        self.end.clone()
    }

    /// The run.
    pub(super) fn action(&self) -> Option<&Action> {
        self.actions.runs.values().next()
    }

    /// Lets the runs move.
    pub(super) fn act(
        &mut self,
        plan: &Lowered,
        tick_ms: Option<i64>,
        what: impl FnOnce(&mut Actions, Context<'_>, &mut Effects),
    ) {
        let (is, needs) = (self.is, self.needs);
        let script = move |name: &str| match name {
            "storm" => Some(false),
            "needs" => needs,
            _ => is,
        };
        let is_open = |_: CalendarId| true;
        let context = Context {
            plan,
            observe: &Plenty,
            is_open: &is_open,
            now_ms: self.now_ms,
            mature_ms: self.now_ms,
            script: Some(&script),
            tick_ms,
        };
        let mut out = Effects::default();
        what(&mut self.actions, context, &mut out);
        for intent in out.intents {
            match intent {
                Intent::Call(call) => self.calls.push(call),
                Intent::Forget(number) => self.calls.retain(|call| call.number != number),
                Intent::Notify(_) => {}
            }
        }
        for news in std::mem::take(&mut self.actions.news) {
            if let News::Ended { end, answers, .. } = news {
                self.is_told = !answers.is_empty();
                self.end = Some(end);
            }
        }
        if self.action().is_some() {
            // It stands as a measure: that is no end yet.
            self.end = None;
        }
    }

    /// Answers a call.
    pub(super) fn answer(&mut self, plan: &Lowered, call: &Call, outcome: &Outcome) {
        self.calls.retain(|other| other.number != call.number);
        self.act(plan, None, |actions, context, out| actions.outcome((context, out), call.number, outcome));
    }

    /// Time passes.
    pub(super) fn advance_to(&mut self, plan: &Lowered, now_ms: i64, tick_ms: Option<i64>) {
        self.now_ms = now_ms;
        self.act(plan, tick_ms, |actions, context, out| actions.advance(context, out));
    }

    /// What tells it apart.
    pub(super) fn fingerprint(&self, plan: &Lowered) -> Fingerprint {
        let action = self.action().map(|action| action.relative(self.now_ms));
        let calls =
            self.calls.iter().map(|call| format!("{}.{}{:?}", call.provider, call.operation, call.arguments));
        // Where all is taken back it does not matter any more who lied.
        let is_undoing = action.as_ref().is_some_and(|action| matches!(action.phase, Phase::Undoing(..)));
        let lied = self.lied && !is_undoing;
        let budget = (self.crashes, self.meddlings, lied, self.is_so);
        (action, self.world.changed(plan), calls.collect(), budget, self.end.clone())
    }

    /// What differs from the beginning.
    pub(super) fn differences(&self, plan: &Lowered) -> Vec<String> {
        self.world.differences(plan)
    }

    /// What is wrong with ending so: the world is half-changed, and the end does not say it, or nobody is told.
    pub(super) fn wrong(&self, plan: &Lowered, end: &End) -> Option<String> {
        let is_changed = !self.world.is_as_at_the_beginning(plan);
        match end {
            End::Succeeded if self.lied => {
                Some("it succeeded, and a write that did nothing was not noticed: give it a `probe`, or the step a `check`".to_owned())
            }
            End::Refused(_) | End::Expired | End::Observed | End::NoChange if is_changed => {
                Some("something was changed, and it says that nothing was".to_owned())
            }
            End::RolledBack(_) | End::Lifted | End::Inconclusive
                if is_changed && self.takes_all_back && self.meddlings == self.meddlings_max =>
            {
                Some("it says that all was taken back, and it was not".to_owned())
            }
            End::RollbackFailed(_) | End::Indeterminate(_) if !self.is_told => {
                Some("nobody is told by the playbook: say `on failure { escalate to … }` or `notify`".to_owned())
            }
            _ => None,
        }
    }
}

/// Numbers that there is plenty of.
struct Plenty;

impl Observe for Plenty {
    fn observe(&self, _: ObservationId, _: &[(String, String)]) -> Value {
        Value::Number(1_000.0)
    }
}

/// Whether a step is taken back: it is not kept, does not end by itself and can be undone.
fn takes_back(plan: &Lowered, step: &Step<ObservationId>) -> bool {
    let provider = plan.providers.get(step.call.provider.index());
    let write = provider.and_then(|provider| provider.writes.get(step.call.write as usize));
    step.keep.is_none() && write.is_some_and(|write| write.undo.is_some())
}

fn argument(parameter: &Parameter) -> Value {
    match parameter.takes {
        ValueType::Number(_) => Value::Number(1.0),
        ValueType::Flag => Value::Condition(Some(true)),
        ValueType::Text | ValueType::Handle(_) => Value::Text(parameter.name.clone()),
    }
}

/// Whether a run has changed something, as it knows.
pub(super) fn has_done(action: &Action) -> bool {
    action.deeds.iter().any(|deed| matches!(deed.state, DeedState::Done))
}

/// Until when it asks again and again whether a write has happened. Between the first time and the last nothing changes by itself.
pub(super) fn polls(action: &Action) -> Option<i64> {
    match &action.phase {
        Phase::Step(doing) | Phase::Undoing(_, doing, _) => match doing.stage {
            Stage::Probing { until_ms, .. } => Some(until_ms),
            _ => None,
        },
        _ => None,
    }
}

/// Whether it waits for a condition.
pub(super) fn waits(action: &Action) -> Option<i64> {
    match &action.phase {
        Phase::Check(_, look) | Phase::Verify(look) | Phase::Standing(look) => Some(look.until_ms),
        _ => None,
    }
}
