//! A step forwards: what it is given, whether it is so already, the snapshot, the intent, the write, whether it happened.

use nvp_plan::ids::{ObservationId, ProviderId};
use nvp_plan::response::playbook::{Playbook, Step};
use nvp_plan::response::provider::{Repeat, Write};

use super::answers::ANSWER_GRACE_MS;
use super::deed::{Deed, DeedState, Doing, Stage};
use super::looking::LOOK_EVERY_MS;
use super::run::Flow;
use super::{Action, Actions, Cause, CauseKind, Context, Phase};
use crate::effect::{ActionEvent, Call, Effects, Intent, WriteIntent};
use crate::formula::Scope;
use crate::input::{CallNumber, Outcome};
use crate::value::Value;

/// The longest time before a write is tried again, in ms.
const BACKOFF_MS_MAX: i64 = 30_000;

/// How long after an attempt the next one is made, in ms: 1 s, 2 s, 4 s, …, 30 s.
pub(crate) fn backoff_ms(attempts: u32) -> i64 {
    1_000_i64
        .checked_shl(attempts.saturating_sub(1))
        .map_or(BACKOFF_MS_MAX, |ms| ms.clamp(1_000, BACKOFF_MS_MAX))
}

/// A step and its write.
#[derive(Clone, Copy)]
pub(super) struct Planned<'a> {
    pub(super) playbook: &'a Playbook<ObservationId>,
    pub(super) step: &'a Step<ObservationId>,
    pub(super) write: &'a Write<ObservationId>,
}

impl<'a> Planned<'a> {
    /// The step at this place of a playbook.
    pub(super) fn of(context: Context<'a>, playbook: &str, step: u32) -> Option<Self> {
        let playbook = context.playbook(playbook)?;
        let step = playbook.steps.get(step as usize)?;
        Some(Self { playbook, step, write: context.write(step.call.provider, step.call.write)? })
    }
}

impl Action {
    /// Goes on with a step's deed.
    pub(super) fn do_step(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
        doing: Doing,
    ) -> Flow {
        let Some(planned) = Planned::of(context, &self.playbook, doing.step) else {
            return self.fail(context, out, "the policy does not have this step any more".to_owned());
        };
        match doing.stage {
            Stage::Arguments => self.find_arguments(actions, (context, out), planned, doing),
            Stage::Look(_) => self.look_before(actions, (context, out), planned, doing),
            Stage::Ready(at_ms) if at_ms > context.mature_ms || actions.halted.is_some() => Flow::Wait,
            Stage::Ready(_) => {
                let given = self.deeds.last().map(|deed| deed.arguments.clone()).unwrap_or_default();
                let provider = planned.step.call.provider;
                self.send(actions, (context, out), planned, (provider, planned.write, given), &doing, false);
                let attempts = doing.attempts + 1;
                let until_ms = context.mature_ms.saturating_add(planned.step.timeout_ms + ANSWER_GRACE_MS);
                self.set_deed(DeedState::Tried);
                self.phase = Phase::Step(Doing {
                    attempts,
                    stage: Stage::Writing(actions.last_call, until_ms),
                    ..doing
                });
                Flow::Wait
            }
            Stage::Writing(call, until_ms) if until_ms <= context.mature_ms => {
                actions.calls.remove(&call);
                out.intents.push(Intent::Forget(call));
                let outcome = Outcome::Unknown("no answer in time".to_owned());
                context.record(out, self.number, ActionEvent::Ended { call, outcome: outcome.clone() });
                self.step_answered((context, out), planned, doing, &outcome)
            }
            Stage::Writing(..) => Flow::Wait,
            Stage::Probing { until_ms, next_ms, ref doubt } => {
                let doubt = doubt.clone();
                self.probe_step(actions, (context, out), planned, doing, (until_ms, next_ms, doubt))
            }
            Stage::After => self.look_after(actions, (context, out), planned, doing),
        }
    }

    /// Finds out what the next deed of the step is given; the step is done when there is none.
    fn find_arguments(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
        planned: Planned<'_>,
        doing: Doing,
    ) -> Flow {
        let items = self.items.get(doing.step as usize).cloned().unwrap_or_default();
        let Some(item) = items.get(doing.item as usize) else {
            return self.finish_step(context, out, planned, doing);
        };
        let (parameters, locals) = (self.arguments.clone(), self.locals.clone());
        let scope = Scope { parameters: &parameters, locals: &locals, item: Some(item), before: &[] };
        let call = &planned.step.call;
        let found = self.evaluate(actions, (context, out), scope, |evaluation| {
            call.arguments.iter().map(|argument| evaluation.value(argument)).collect::<Vec<Value>>()
        });
        let Some((arguments, _)) = found else { return Flow::Wait };
        for (parameter, value) in planned.write.parameters.iter().zip(&arguments) {
            let is_whole = !parameter.is_whole || value.number() == value.number().trunc();
            if value.is_missing() || !is_whole {
                let name = &parameter.name;
                let why =
                    if value.is_missing() { "missing".to_owned() } else { format!("{value}, not whole") };
                return self.fail(context, out, format!("`{name}` of `{}` is {why}", call.text));
            }
        }
        self.deeds.push(Deed {
            step: doing.step,
            item: doing.item,
            arguments,
            before: Vec::new(),
            after: None,
            state: DeedState::Planned,
            is_in_doubt: false,
        });
        self.phase = Phase::Step(doing.at(Stage::Look(context.mature_ms)));
        Flow::Next
    }

    /// Takes the snapshot, unless it is so already.
    fn look_before(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
        planned: Planned<'_>,
        doing: Doing,
    ) -> Flow {
        let Some(now) = self.look_at_world(actions, (context, out), planned, None) else { return Flow::Wait };
        let step = planned.step.name.clone();
        if now.probe == Some(true) {
            context.record(out, self.number, ActionEvent::AlreadySo(step));
            self.set_deed(DeedState::AlreadySo);
            self.phase = Phase::Step(Doing::new(doing.step, doing.item + 1));
            return Flow::Next;
        }
        let reads = planned.write.before.iter().map(|read| read.text.clone());
        let values: Vec<(String, Value)> = reads.zip(now.reads.iter().cloned()).collect();
        if let Some((text, _)) = values.iter().find(|(_, value)| value.is_missing()) {
            let why =
                format!("`{text}` could not be read: `{step}` is not done, as nobody could take it back");
            self.set_deed(DeedState::NotDone);
            return self.fail(context, out, why);
        }
        if !values.is_empty() {
            context.record(out, self.number, ActionEvent::Snapshot { step, item: doing.item, values });
        }
        if let Some(deed) = self.deeds.last_mut() {
            deed.before = now.reads;
        }
        self.phase = Phase::Step(doing.at(Stage::Ready(context.mature_ms)));
        Flow::Next
    }

    /// A write's answer has come, or not in time.
    pub(super) fn step_answered(
        &mut self,
        (context, out): (Context<'_>, &mut Effects),
        planned: Planned<'_>,
        doing: Doing,
        outcome: &Outcome,
    ) -> Flow {
        let has_probe = planned.write.probe.is_some();
        let probing = |doubt| Stage::Probing {
            until_ms: context.mature_ms.saturating_add(planned.step.timeout_ms),
            next_ms: context.mature_ms,
            doubt,
        };
        match outcome {
            Outcome::Done | Outcome::Answered(_) => {
                let items = self.items.get(doing.step as usize).map_or(0, Vec::len);
                if doing.item as usize + 1 >= items {
                    let name = planned.step.name.clone();
                    context.record(out, self.number, ActionEvent::StepAnswered(name));
                }
                let next = if has_probe { probing(None) } else { Stage::After };
                self.phase = Phase::Step(doing.at(next));
                Flow::Next
            }
            Outcome::Failed(why) => {
                if self.deeds.last().is_some_and(|deed| !deed.is_in_doubt) {
                    self.set_deed(DeedState::NotDone);
                }
                self.try_again((context, out), planned, doing, why, true)
            }
            Outcome::Unknown(why) if has_probe => {
                self.doubt_deed();
                self.phase = Phase::Step(doing.at(probing(Some(why.clone()))));
                Flow::Next
            }
            Outcome::Unknown(why) => {
                self.doubt_deed();
                self.try_again((context, out), planned, doing, why, false)
            }
        }
    }

    /// Tries again, if that may be; the step has failed otherwise.
    fn try_again(
        &mut self,
        (context, out): (Context<'_>, &mut Effects),
        planned: Planned<'_>,
        doing: Doing,
        why: &str,
        is_known: bool,
    ) -> Flow {
        let step = &planned.step.name;
        if !is_known && planned.write.repeat == Repeat::Once {
            let why = format!("it cannot be known whether `{step}` happened: {why}");
            context.record(out, self.number, ActionEvent::StepFailed(step.clone(), why.clone()));
            return self.undo_all(context, out, Cause::new(CauseKind::Indeterminate, why));
        }
        if doing.attempts <= planned.step.retries && self.aborted_by.is_none() {
            let at_ms = context.mature_ms.saturating_add(backoff_ms(doing.attempts));
            self.phase = Phase::Step(doing.at(Stage::Ready(at_ms)));
            return Flow::Next;
        }
        self.fail(context, out, format!("`{step}` failed: {why}"))
    }

    /// Asks whether it happened.
    fn probe_step(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
        planned: Planned<'_>,
        doing: Doing,
        (until_ms, next_ms, doubt): (i64, i64, Option<String>),
    ) -> Flow {
        if self.reading.is_empty() && context.mature_ms < next_ms {
            return Flow::Wait;
        }
        let Some(now) = self.look_at_world(actions, (context, out), planned, None) else { return Flow::Wait };
        if now.probe == Some(true) {
            self.phase = Phase::Step(doing.at(Stage::After));
            return Flow::Next;
        }
        if context.mature_ms < until_ms {
            let next_ms = context.mature_ms.saturating_add(LOOK_EVERY_MS);
            self.phase = Phase::Step(doing.at(Stage::Probing { until_ms, next_ms, doubt }));
            return Flow::Wait;
        }
        if let (Some(probe), false) = (&planned.write.probe, now.probe == Some(true)) {
            self.saw(context, out, "probe", probe, now.probe, now.seen);
        }
        match doubt {
            Some(why) => self.try_again((context, out), planned, doing, &why, false),
            None => {
                let why = "it says that it is done, and its probe says otherwise".to_owned();
                self.fail(context, out, format!("`{}` failed: {why}", planned.step.name))
            }
        }
    }

    /// Reads again what was read before it, so that drift can be told later.
    fn look_after(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
        planned: Planned<'_>,
        doing: Doing,
    ) -> Flow {
        let Some(now) = self.look_at_world(actions, (context, out), planned, None) else { return Flow::Wait };
        if let Some(deed) = self.deeds.last_mut() {
            deed.state = DeedState::Done;
            deed.after = (!now.reads.iter().any(Value::is_missing)).then_some(now.reads);
        }
        self.phase = Phase::Step(Doing::new(doing.step, doing.item + 1));
        Flow::Next
    }

    /// Sends a write: its intent first.
    pub(super) fn send(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
        planned: Planned<'_>,
        (provider, write, given): (ProviderId, &Write<ObservationId>, Vec<Value>),
        doing: &Doing,
        is_undo: bool,
    ) {
        let number: CallNumber = actions.next_call(self.number);
        let provider = context.provider(provider).map(|provider| provider.name.clone()).unwrap_or_default();
        let undo = if is_undo { "/undo" } else { "" };
        let key = format!(
            "{}/{}/{}/{}/{}{undo}",
            self.playbook, self.planned_ms, self.number, planned.step.name, doing.item
        );
        let names = write.parameters.iter().map(|parameter| parameter.name.clone());
        let arguments: Vec<(String, Value)> = names.zip(given).collect();
        let shown: Vec<String> = arguments.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let attempt = doing.attempts + 1;
        context.record(
            out,
            self.number,
            ActionEvent::Intent {
                call: number,
                step: planned.step.name.clone(),
                is_undo,
                text: format!("{provider}.{}({})", write.name, shown.join(", ")),
                attempt,
                key: key.clone(),
            },
        );
        out.intents.push(Intent::Call(Call {
            number,
            action: self.number,
            provider,
            operation: write.name.clone(),
            arguments,
            write: Some(WriteIntent {
                step: planned.step.name.clone(),
                is_undo,
                attempt,
                key,
                fences: self.locks.clone(),
            }),
            timeout_ms: planned.step.timeout_ms,
        }));
    }

    /// All deeds of the step are done: its check is next, or the next step.
    fn finish_step(
        &mut self,
        context: Context<'_>,
        out: &mut Effects,
        planned: Planned<'_>,
        doing: Doing,
    ) -> Flow {
        context.record(out, self.number, ActionEvent::StepDone(planned.step.name.clone()));
        self.after_step(context, planned.playbook, doing.step)
    }

    /// An attempt went unanswered.
    fn doubt_deed(&mut self) {
        if let Some(deed) = self.deeds.last_mut() {
            deed.is_in_doubt = true;
        }
    }

    pub(super) fn set_deed(&mut self, state: DeedState) {
        if let Some(deed) = self.deeds.last_mut() {
            deed.state = state;
        }
    }
}
