//! A run's way: let → require → may it? → locks → steps and their checks → verify → succeeded, and perhaps standing as a measure.

use nvp_plan::ids::ObservationId;
use nvp_plan::response::playbook::{Lift, Playbook, Step, Verify};

use super::deed::{Doing, Stage};
use super::looking::{Look, Looked};
use super::step::Planned;
use super::{Action, Actions, Cause, CauseKind, Context, Phase};
use crate::effect::{ActionEvent, Effects, End, Event};
use crate::formula::Scope;
use crate::input::{CallNumber, Outcome};
use crate::value::Value;

/// Whether a run can go on at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// It can.
    Next,
    /// It waits for an answer, a tick or a time.
    Wait,
}

impl Action {
    /// Goes on as far as it can for one phase.
    pub(super) fn advance(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
    ) -> Flow {
        if let Phase::Undoing(place, doing, cause) = &self.phase {
            let undoing = (*place, doing.clone(), cause.clone());
            return self.undo(actions, (context, out), undoing);
        }
        let Some(playbook) = context.playbook(&self.playbook) else {
            let why = format!("the policy has no playbook `{}` any more", self.playbook);
            return self.fail(context, out, why);
        };
        if let Some(flow) = self.abort(context, out) {
            return flow;
        }
        match self.phase.clone() {
            Phase::Let(place) => self.find_let(actions, (context, out), playbook, place),
            Phase::Require(place) => self.require(actions, (context, out), playbook, place),
            Phase::Admission => self.admit(actions, (context, out), playbook),
            Phase::Proposed(until_ms) if self.is_approved || until_ms <= context.mature_ms => {
                // What was required then is required now.
                self.phase = if self.is_approved { Phase::Require(0) } else { Phase::Ended(End::Expired) };
                Flow::Next
            }
            Phase::Locking => self.lock(actions, (context, out), playbook),
            Phase::Step(doing) => self.do_step(actions, (context, out), doing),
            Phase::Check(step, look) => self.check(actions, (context, out), playbook, (step, look)),
            Phase::Verify(look) => self.verify(actions, (context, out), playbook, look),
            Phase::Standing(look) => self.stand(actions, (context, out), playbook, look),
            Phase::Proposed(_) | Phase::Undoing(..) | Phase::Ended(_) => Flow::Wait,
        }
    }

    fn find_let(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
        playbook: &Playbook<ObservationId>,
        place: u32,
    ) -> Flow {
        let Some(found) = playbook.lets.get(place as usize) else {
            self.phase = Phase::Require(0);
            return Flow::Next;
        };
        let (parameters, locals) = (self.arguments.clone(), self.locals.clone());
        let scope = Scope { parameters: &parameters, locals: &locals, ..Scope::EMPTY };
        let value =
            self.evaluate(actions, (context, out), scope, |evaluation| evaluation.value(&found.value));
        let Some((value, _)) = value else { return Flow::Wait };
        context.record(out, self.number, ActionEvent::Found(found.name.clone(), value.clone()));
        self.locals.push(value);
        self.phase = Phase::Let(place + 1);
        Flow::Next
    }

    fn require(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
        playbook: &Playbook<ObservationId>,
        place: u32,
    ) -> Flow {
        let Some(clause) = playbook.requires.get(place as usize) else {
            self.phase = Phase::Admission;
            return Flow::Next;
        };
        let (parameters, locals) = (self.arguments.clone(), self.locals.clone());
        let scope = Scope { parameters: &parameters, locals: &locals, ..Scope::EMPTY };
        let is = self.evaluate(actions, (context, out), scope, |evaluation| match context.script {
            Some(script) => script("require"),
            None => evaluation.clause(clause),
        });
        let Some((is, needs)) = is else { return Flow::Wait };
        self.saw(context, out, "require", clause, is, needs.seen);
        match is {
            Some(true) => {
                self.phase = Phase::Require(place + 1);
                Flow::Next
            }
            Some(false) => {
                self.refuse(context, out, format!("it requires `{}`, which is false", clause.text))
            }
            None => self.refuse(context, out, format!("it requires `{}`, which is not known", clause.text)),
        }
    }

    /// Begins its first step.
    pub(super) fn begin(
        &mut self,
        actions: &mut Actions,
        context: Context<'_>,
        out: &mut Effects,
        playbook: &Playbook<ObservationId>,
    ) -> Flow {
        self.has_started = true;
        actions.note_start(self, context.mature_ms);
        context.record(out, self.number, ActionEvent::Started);
        self.step_at(context, playbook, 0)
    }

    fn step_at(&mut self, context: Context<'_>, playbook: &Playbook<ObservationId>, step: u32) -> Flow {
        self.phase = match &playbook.verify {
            _ if (step as usize) < playbook.steps.len() => Phase::Step(Doing::new(step, 0)),
            Some(verify) if self.has_done() => {
                Phase::Verify(Look::new(context, verified(verify), verify.within_ms))
            }
            _ => self.succeeded(context, playbook),
        };
        Flow::Next
    }

    /// A step's deeds are done: its check, or what follows.
    pub(super) fn after_step(
        &mut self,
        context: Context<'_>,
        playbook: &Playbook<ObservationId>,
        step: u32,
    ) -> Flow {
        let planned = playbook.steps.get(step as usize);
        match planned.and_then(checked) {
            Some((looked, within_ms)) => {
                self.phase = Phase::Check(step, Look::new(context, looked, within_ms));
                Flow::Next
            }
            None => self.step_at(context, playbook, step + 1),
        }
    }

    fn check(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
        playbook: &Playbook<ObservationId>,
        (step, mut look): (u32, Look),
    ) -> Flow {
        let planned = playbook.steps.get(step as usize);
        let Some((planned, (looked, within_ms))) = planned.and_then(|step| Some((step, checked(step)?)))
        else {
            return self.step_at(context, playbook, step + 1);
        };
        let seen = self.look(actions, (context, out), &mut look, looked);
        if seen.is_some_and(|seen| seen.is == Some(true)) {
            return self.step_at(context, playbook, step + 1);
        }
        // With no time given it is looked at once; a look that cannot be had in a while is none.
        let is_over =
            if within_ms == 0 && look.has_looked() { true } else { look.is_over(context, within_ms) };
        if !is_over {
            self.phase = Phase::Check(step, look);
            return Flow::Wait;
        }
        let is = look.fresh(context.mature_ms).and_then(|seen| seen.is);
        let how = if is.is_none() { "not known" } else { "false" };
        let why = format!("`{}`: its check `{}` is {how}", planned.name, looked.clause.text);
        self.fail(context, out, why)
    }

    fn verify(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
        playbook: &Playbook<ObservationId>,
        mut look: Look,
    ) -> Flow {
        let Some(verify) = &playbook.verify else {
            self.phase = self.succeeded(context, playbook);
            return Flow::Next;
        };
        let looked = verified(verify);
        let seen = self.look(actions, (context, out), &mut look, looked);
        if seen.is_some_and(|seen| seen.is == Some(true) && seen.needs == Some(true)) {
            self.phase = self.succeeded(context, playbook);
            return Flow::Next;
        }
        if context.mature_ms < look.until_ms {
            self.phase = Phase::Verify(look);
            return Flow::Wait;
        }
        let text = &verify.condition.text;
        let cause = match look.fresh(context.mature_ms) {
            Some(seen) if seen.is == Some(false) && seen.needs == Some(true) => {
                Cause::new(CauseKind::Failed, format!("`{text}` did not become true in time"))
            }
            Some(seen) if seen.needs != Some(true) => {
                let needs = verify.needs.as_ref().map_or("", |needs| needs.text.as_str());
                Cause::new(CauseKind::Inconclusive, format!("it cannot be told without `{needs}`"))
            }
            _ => Cause::new(CauseKind::Inconclusive, format!("`{text}` is not known")),
        };
        self.undo_all(context, out, cause)
    }

    fn stand(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
        playbook: &Playbook<ObservationId>,
        mut look: Look,
    ) -> Flow {
        let Some(lift) = &playbook.lift else {
            return self.undo_all(context, out, Cause::new(CauseKind::Lift, "its `lift` is gone".to_owned()));
        };
        let seen = self.look(actions, (context, out), &mut look, lifted(lift));
        let why = if seen.is_some_and(|seen| seen.is == Some(true)) {
            format!("`{}`", lift.when.text)
        } else if context.mature_ms >= look.until_ms {
            "its time is over".to_owned()
        } else {
            self.phase = Phase::Standing(look);
            return Flow::Wait;
        };
        self.undo_all(context, out, Cause::new(CauseKind::Lift, why))
    }

    /// Where it goes when all is well.
    fn succeeded(&self, context: Context<'_>, playbook: &Playbook<ObservationId>) -> Phase {
        match &playbook.lift {
            _ if !self.has_done() => Phase::Ended(End::NoChange),
            Some(lift) => Phase::Standing(Look::new(context, lifted(lift), lift.at_latest_ms)),
            None => Phase::Ended(End::Succeeded),
        }
    }

    /// A step, a check or something of the policy failed.
    pub(super) fn fail(&mut self, context: Context<'_>, out: &mut Effects, why: String) -> Flow {
        if let Phase::Step(Doing { step, .. }) | Phase::Check(step, _) = &self.phase {
            let name = context.playbook(&self.playbook).and_then(|book| book.steps.get(*step as usize));
            let name = name.map(|step| step.name.clone()).unwrap_or_default();
            context.record(out, self.number, ActionEvent::StepFailed(name, why.clone()));
        }
        self.undo_all(context, out, Cause::new(CauseKind::Failed, why))
    }

    /// Ends what somebody has aborted, unless a write is on its way: that is waited for.
    fn abort(&mut self, context: Context<'_>, out: &mut Effects) -> Option<Flow> {
        let by = self.aborted_by.clone()?;
        let why = format!("aborted by {by}");
        match &self.phase {
            Phase::Step(Doing {
                stage: Stage::Writing(..) | Stage::Probing { .. } | Stage::After, ..
            })
            | Phase::Undoing(..)
            | Phase::Ended(_) => None,
            Phase::Let(_) | Phase::Require(_) | Phase::Admission | Phase::Proposed(_) | Phase::Locking => {
                Some(self.refuse(context, out, why))
            }
            Phase::Standing(_) => Some(self.undo_all(context, out, Cause::new(CauseKind::Lift, why))),
            Phase::Step(_) | Phase::Check(..) | Phase::Verify(_) => {
                Some(self.undo_all(context, out, Cause::new(CauseKind::Failed, why)))
            }
        }
    }

    /// Whether a write has happened, or may have.
    fn has_done(&self) -> bool {
        use super::deed::DeedState::{Done, Tried};
        self.deeds.iter().any(|deed| matches!(deed.state, Done | Tried))
    }

    /// Whether it counts as under way: it holds its locks, or is about to, and does not stand.
    pub(super) fn is_in_flight(&self) -> bool {
        (self.has_started || matches!(self.phase, Phase::Locking))
            && !self.is_standing()
            && self.end().is_none()
    }

    /// A call of it has ended.
    pub(super) fn take_outcome(
        &mut self,
        (context, out): (Context<'_>, &mut Effects),
        call: CallNumber,
        outcome: &Outcome,
    ) {
        if self.reading.contains_key(&call) {
            return self.answered(context, out, call, outcome);
        }
        context.record(out, self.number, ActionEvent::Ended { call, outcome: outcome.clone() });
        match self.phase.clone() {
            Phase::Step(doing) if matches!(doing.stage, Stage::Writing(number, _) if number == call) => {
                if let Some(planned) = Planned::of(context, &self.playbook, doing.step) {
                    self.step_answered((context, out), planned, doing, outcome);
                }
            }
            Phase::Undoing(place, doing, cause) if matches!(doing.stage, Stage::Writing(number, _) if number == call) => {
                if let Some(planned) = Planned::of(context, &self.playbook, doing.step) {
                    self.undo_answered(context, planned, (place, doing, cause), outcome);
                }
            }
            _ => {
                let why = format!("the outcome of call {call}, which is not waited for any more");
                out.record(context.now_ms, Event::Ignored(why));
            }
        }
    }

    /// When it has something to do by itself (mature ms).
    pub(super) fn due_ms(&self, context: Context<'_>, is_halted: bool) -> i64 {
        let playbook = context.playbook(&self.playbook);
        let phase_ms = match &self.phase {
            Phase::Proposed(until_ms) => *until_ms,
            Phase::Step(doing) | Phase::Undoing(_, doing, _) => match &doing.stage {
                Stage::Ready(_) if is_halted => i64::MAX,
                Stage::Ready(at_ms) | Stage::Look(at_ms) | Stage::Writing(_, at_ms) => *at_ms,
                Stage::Probing { next_ms, .. } => *next_ms,
                Stage::Arguments | Stage::After => i64::MAX,
            },
            Phase::Check(step, look) => {
                let step = playbook.and_then(|playbook| playbook.steps.get(*step as usize));
                look.due_ms(step.and_then(checked).map(|(looked, _)| looked))
            }
            Phase::Verify(look) => {
                look.due_ms(playbook.and_then(|playbook| playbook.verify.as_ref()).map(verified))
            }
            Phase::Standing(look) => {
                look.due_ms(playbook.and_then(|playbook| playbook.lift.as_ref()).map(lifted))
            }
            Phase::Let(_) | Phase::Require(_) | Phase::Admission | Phase::Locking | Phase::Ended(_) => {
                i64::MAX
            }
        };
        let reads = self.reading.values().map(|(_, until_ms)| *until_ms);
        // While reads are on the way nothing else can be done, but a wait can end.
        let phase_ms = if self.reading.is_empty() { phase_ms } else { i64::MAX };
        reads.fold(phase_ms, i64::min)
    }

    /// The arguments with their names.
    pub(crate) fn named_arguments(&self, context: Context<'_>) -> Vec<(String, Value)> {
        let playbook = context.playbook(&self.playbook);
        let names = playbook.into_iter().flat_map(|playbook| &playbook.parameters);
        names.map(|parameter| parameter.name.clone()).zip(self.arguments.iter().cloned()).collect()
    }
}

fn verified(verify: &Verify<ObservationId>) -> Looked<'_> {
    Looked { name: "verify", clause: &verify.condition, needs: verify.needs.as_ref() }
}

fn lifted(lift: &Lift<ObservationId>) -> Looked<'_> {
    Looked { name: "lift", clause: &lift.when, needs: None }
}

fn checked(step: &Step<ObservationId>) -> Option<(Looked<'_>, i64)> {
    let (clause, within_ms) = step.check.as_ref()?;
    Some((Looked { name: "check", clause, needs: None }, *within_ms))
}
