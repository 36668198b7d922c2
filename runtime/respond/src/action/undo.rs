//! Steps backwards: the last first, each looked at before it is taken back, and again after.
//!
//! What somebody else has changed meanwhile is not overwritten: the reads of a write's `before` must still give what they gave just
//! after it. What could not be taken back is said, and the others are taken back nevertheless.

use super::answers::ANSWER_GRACE_MS;
use super::deed::{Deed, DeedState, Doing, Stage};
use super::looking::LOOK_EVERY_MS;
use super::run::Flow;
use super::step::{Planned, backoff_ms};
use super::{Action, Actions, Cause, CauseKind, Context, Phase};
use crate::effect::{ActionEvent, Effects, End, Intent};
use crate::formula::Scope;
use crate::input::Outcome;
use crate::value::Value;
use nvp_plan::response::provider::Repeat;

/// How often it is tried to take a step back.
const UNDO_ATTEMPTS_MAX: u32 = 3;
/// How often it is tried to see how things are.
const LOOKS_MAX: u32 = 10;

/// How things are, as a write sees them.
pub(super) struct Now {
    /// Whether it has happened.
    pub(super) probe: Option<bool>,
    /// What the reads of its `before` give.
    pub(super) reads: Vec<Value>,
    /// What was looked at.
    pub(super) seen: Vec<(String, Value)>,
}

/// What a look at a deed says about taking it back.
enum Verdict {
    /// It must be taken back.
    TakeBack,
    /// There is nothing to take back.
    Nothing,
    /// Somebody else has changed it.
    Drift,
    /// It could not be seen.
    Unseen,
}

impl Cause {
    pub(super) fn new(kind: CauseKind, why: String) -> Self {
        Self { kind, why, left: Vec::new() }
    }
}

impl Action {
    /// Begins to take back all that was done.
    pub(super) fn undo_all(&mut self, context: Context<'_>, out: &mut Effects, cause: Cause) -> Flow {
        self.answers.clear();
        if !self.deeds.is_empty() {
            context.record(out, self.number, ActionEvent::RollingBack(cause.why.clone()));
        }
        self.undo_next(context, self.deeds.len(), cause)
    }

    /// Goes to the deed below this place, or to the end.
    fn undo_next(&mut self, context: Context<'_>, below: usize, cause: Cause) -> Flow {
        self.phase = match below.checked_sub(1).and_then(|place| Some((place, self.deeds.get(place)?))) {
            Some((place, deed)) => {
                let doing = Doing::new(deed.step, deed.item).at(Stage::Look(context.mature_ms));
                Phase::Undoing(place, doing, cause)
            }
            None => Phase::Ended(cause.end()),
        };
        Flow::Next
    }

    /// Goes on taking a deed back.
    pub(super) fn undo(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
        (place, doing, cause): (usize, Doing, Cause),
    ) -> Flow {
        let Some(planned) = Planned::of(context, &self.playbook, doing.step) else {
            let why = "the policy does not have this step any more".to_owned();
            return self.leave((context, out), (place, cause), "a step", why);
        };
        match doing.stage {
            Stage::Look(at_ms) if self.reading.is_empty() && at_ms > context.mature_ms => Flow::Wait,
            Stage::Arguments | Stage::Look(_) | Stage::After => {
                self.undo_look(actions, (context, out), planned, (place, doing, cause))
            }
            Stage::Ready(at_ms) if at_ms > context.mature_ms || actions.halted.is_some() => Flow::Wait,
            Stage::Ready(_) => self.undo_send(actions, (context, out), planned, (place, doing, cause)),
            Stage::Writing(call, until_ms) if until_ms <= context.mature_ms => {
                actions.calls.remove(&call);
                out.intents.push(Intent::Forget(call));
                let outcome = Outcome::Unknown("no answer in time".to_owned());
                context.record(out, self.number, ActionEvent::Ended { call, outcome: outcome.clone() });
                self.undo_answered(context, planned, (place, doing, cause), &outcome)
            }
            Stage::Writing(..) => Flow::Wait,
            Stage::Probing { until_ms, next_ms, ref doubt } => {
                let probing = (until_ms, next_ms, doubt.clone());
                self.undo_verify(actions, (context, out), planned, (place, doing, cause), probing)
            }
        }
    }

    /// Looks whether there is anything to take back, and whether it is still ours.
    fn undo_look(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
        planned: Planned<'_>,
        (place, doing, cause): (usize, Doing, Cause),
    ) -> Flow {
        let Some(deed) = self.deeds.get(place).cloned() else { return self.undo_next(context, place, cause) };
        if let Some(at_ms) = self.lock_again(actions, (context, out)) {
            self.phase = Phase::Undoing(place, doing.at(Stage::Look(at_ms)), cause);
            return Flow::Wait;
        }
        let step = planned.step.name.clone();
        if !matches!(deed.state, DeedState::Done | DeedState::Tried) {
            return self.undo_next(context, place, cause);
        }
        if let Some(why) = kept(planned) {
            self.set_state(place, DeedState::Left);
            context.record(out, self.number, ActionEvent::StepKept(step, why));
            return self.undo_next(context, place, cause);
        }
        let Some(now) = self.look_at_world(actions, (context, out), planned, Some(place)) else {
            return Flow::Wait;
        };
        match verdict(&deed, &now) {
            Verdict::TakeBack => {
                let stage = Stage::Ready(context.mature_ms);
                self.phase = Phase::Undoing(place, Doing { unseen: 0, stage, ..doing }, cause);
                Flow::Next
            }
            Verdict::Nothing => {
                self.set_state(place, DeedState::Undone);
                let is_ours = doing.attempts > 0;
                let event =
                    if is_ours { ActionEvent::StepUndone(step) } else { ActionEvent::AlreadySo(step) };
                context.record(out, self.number, event);
                self.undo_next(context, place, cause)
            }
            Verdict::Unseen if doing.unseen + 1 < LOOKS_MAX => {
                let at_ms = context.mature_ms.saturating_add(LOOK_EVERY_MS);
                let doing = Doing { unseen: doing.unseen + 1, stage: Stage::Look(at_ms), ..doing };
                self.phase = Phase::Undoing(place, doing, cause);
                Flow::Wait
            }
            Verdict::Unseen => {
                let why = "how things are could not be read".to_owned();
                self.leave((context, out), (place, cause), &step, why)
            }
            Verdict::Drift => {
                let after = deed.after.unwrap_or_else(|| vec![Value::MISSING; now.reads.len()]);
                let texts = planned.write.before.iter().map(|read| read.text.clone());
                let values = texts.zip(after).zip(now.reads);
                let values = values.map(|((text, was), is)| (text, was, is)).collect();
                context.record(out, self.number, ActionEvent::Drift { step: step.clone(), values });
                let why = "somebody else has changed it meanwhile, and that is not overwritten".to_owned();
                self.leave((context, out), (place, cause), &step, why)
            }
        }
    }

    /// Takes again the locks that a measure let go of while it stood; or says when it is tried again (mature ms), because somebody
    /// else holds one.
    fn lock_again(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
    ) -> Option<i64> {
        if self.released.is_empty() {
            return None;
        }
        let Ok(taken) = actions.locks.take(&self.released, self.number) else {
            return Some(context.mature_ms.saturating_add(LOOK_EVERY_MS));
        };
        self.released.clear();
        context.record(out, self.number, ActionEvent::Locked(taken.clone()));
        self.locks = taken;
        None
    }

    /// Tries to take it back.
    fn undo_send(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
        planned: Planned<'_>,
        (place, doing, cause): (usize, Doing, Cause),
    ) -> Flow {
        let deed = self.deeds.get(place).cloned();
        let undo = planned.write.undo.as_ref();
        let write = undo.and_then(|undo| context.write(undo.provider, undo.write));
        let (Some(deed), Some(undo), Some(write)) = (deed, undo, write) else {
            let why = "the policy does not say any more how".to_owned();
            return self.leave((context, out), (place, cause), &planned.step.name, why);
        };
        let scope = Scope { parameters: &deed.arguments, before: &deed.before, ..Scope::EMPTY };
        let found = self.evaluate(actions, (context, out), scope, |evaluation| {
            undo.arguments.iter().map(|argument| evaluation.value(argument)).collect::<Vec<Value>>()
        });
        let Some((given, _)) = found else { return Flow::Wait };
        self.send(actions, (context, out), planned, (undo.provider, write, given), &doing, true);
        let until_ms = context.mature_ms.saturating_add(planned.step.timeout_ms + ANSWER_GRACE_MS);
        let stage = Stage::Writing(actions.last_call, until_ms);
        self.phase = Phase::Undoing(place, Doing { attempts: doing.attempts + 1, stage, ..doing }, cause);
        Flow::Wait
    }

    /// The answer to taking it back has come, or not in time.
    pub(super) fn undo_answered(
        &mut self,
        context: Context<'_>,
        planned: Planned<'_>,
        (place, doing, cause): (usize, Doing, Cause),
        outcome: &Outcome,
    ) -> Flow {
        let undo = planned.write.undo.as_ref().and_then(|undo| context.write(undo.provider, undo.write));
        let is_once = undo.is_none_or(|undo| undo.repeat == Repeat::Once);
        let doubt = match outcome {
            Outcome::Done | Outcome::Answered(_) => None,
            // It may have happened, and must not happen twice: it is only looked at.
            Outcome::Unknown(why) if is_once => Some(why.clone()),
            Outcome::Failed(_) | Outcome::Unknown(_) if doing.attempts < UNDO_ATTEMPTS_MAX => {
                // How things are is looked at again before anything is tried again.
                let at_ms = context.mature_ms.saturating_add(backoff_ms(doing.attempts));
                self.phase = Phase::Undoing(place, doing.at(Stage::Look(at_ms)), cause);
                return Flow::Next;
            }
            Outcome::Failed(why) | Outcome::Unknown(why) => Some(why.clone()),
        };
        let until_ms = context.mature_ms.saturating_add(planned.step.timeout_ms);
        let stage = Stage::Probing { until_ms, next_ms: context.mature_ms, doubt };
        self.phase = Phase::Undoing(place, doing.at(stage), cause);
        Flow::Next
    }

    /// Looks whether it is as it was.
    fn undo_verify(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
        planned: Planned<'_>,
        (place, doing, cause): (usize, Doing, Cause),
        (until_ms, next_ms, doubt): (i64, i64, Option<String>),
    ) -> Flow {
        if self.reading.is_empty() && context.mature_ms < next_ms {
            return Flow::Wait;
        }
        let Some(deed) = self.deeds.get(place).cloned() else { return self.undo_next(context, place, cause) };
        let Some(now) = self.look_at_world(actions, (context, out), planned, Some(place)) else {
            return Flow::Wait;
        };
        let is_as_before = if deed.before.is_empty() {
            // Without reads of its own it is its probe that tells; without one, the other side's word is all there is.
            planned.write.probe.as_ref().map_or(doubt.is_none(), |_| now.probe == Some(false))
        } else {
            now.reads == deed.before
        };
        let step = planned.step.name.clone();
        if is_as_before {
            self.set_state(place, DeedState::Undone);
            context.record(out, self.number, ActionEvent::StepUndone(step));
            return self.undo_next(context, place, cause);
        }
        if context.mature_ms < until_ms {
            let next_ms = context.mature_ms.saturating_add(LOOK_EVERY_MS);
            let doing = doing.at(Stage::Probing { until_ms, next_ms, doubt });
            self.phase = Phase::Undoing(place, doing, cause);
            return Flow::Wait;
        }
        let why = doubt.unwrap_or_else(|| "it is not as it was before".to_owned());
        self.leave((context, out), (place, cause), &step, why)
    }

    /// A deed that could not be taken back stays; the others are taken back nevertheless.
    fn leave(
        &mut self,
        (context, out): (Context<'_>, &mut Effects),
        (place, mut cause): (usize, Cause),
        step: &str,
        why: String,
    ) -> Flow {
        self.set_state(place, DeedState::Left);
        cause.left.push(format!("`{step}`: {why}"));
        context.record(out, self.number, ActionEvent::UndoFailed(step.to_owned(), why));
        self.undo_next(context, place, cause)
    }

    /// How things are, as the write of the deed at `place` (else the last) sees them; reads are asked for.
    pub(super) fn look_at_world(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
        planned: Planned<'_>,
        place: Option<usize>,
    ) -> Option<Now> {
        let deed = place.map_or_else(|| self.deeds.last(), |place| self.deeds.get(place)).cloned()?;
        let scope = Scope { parameters: &deed.arguments, before: &deed.before, ..Scope::EMPTY };
        let ((probe, reads), needs) = self.evaluate(actions, (context, out), scope, |evaluation| {
            let probe = planned.write.probe.as_ref().and_then(|probe| evaluation.clause(probe));
            let reads = planned.write.before.iter().map(|read| evaluation.read(read));
            (probe, reads.collect::<Vec<Value>>())
        })?;
        Some(Now { probe, reads, seen: needs.seen })
    }

    /// For explorations: when it could not be seen how things are, all looks but the last go the same way.
    pub(crate) fn skip_to_last_look(&mut self) {
        if let Phase::Undoing(_, doing, _) = &mut self.phase
            && doing.unseen > 0
        {
            doing.unseen = LOOKS_MAX - 1;
        }
    }

    fn set_state(&mut self, place: usize, state: DeedState) {
        if let Some(deed) = self.deeds.get_mut(place) {
            deed.state = state;
        }
    }
}

/// Why a step is not taken back.
fn kept(planned: Planned<'_>) -> Option<String> {
    if let Some(why) = &planned.step.keep {
        return Some(why.clone());
    }
    match (&planned.write.undo, &planned.write.irreversible) {
        (Some(_), _) => None,
        (None, Some(why)) => Some(format!("irreversible: {why}")),
        (None, None) => Some("it ends by itself".to_owned()),
    }
}

fn verdict(deed: &Deed, now: &Now) -> Verdict {
    if deed.before.is_empty() {
        return if now.probe == Some(false) { Verdict::Nothing } else { Verdict::TakeBack };
    }
    if now.reads.iter().any(Value::is_missing) {
        Verdict::Unseen
    } else if now.reads == deed.before {
        Verdict::Nothing
    } else if deed.after.as_ref().map_or(now.probe == Some(true), |after| *after == now.reads) {
        Verdict::TakeBack
    } else {
        Verdict::Drift
    }
}

impl Cause {
    /// How a run ends whose deeds have been taken back, as far as they could be.
    fn end(self) -> End {
        if !self.left.is_empty() {
            return End::RollbackFailed(self.left.join("; "));
        }
        match self.kind {
            CauseKind::Failed => End::RolledBack(self.why),
            CauseKind::Inconclusive => End::Inconclusive,
            CauseKind::Indeterminate => End::Indeterminate(self.why),
            CauseKind::Lift => End::Lifted,
        }
    }
}
