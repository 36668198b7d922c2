//! All runs together: they are started, moved, approved, aborted and found again after a crash.

use nvp_plan::ids::ObservationId;
use nvp_plan::response::playbook::{Answer, Playbook};
use sha2::{Digest, Sha256};

use super::deed::{Doing, Stage};
use super::run::Flow;
use super::{Action, Actions, Context, Origin, Phase};
use crate::effect::{ActionEvent, Effects, End, Event, Intent};
use crate::formula::{Answers, Evaluation, Scope};
use crate::input::{ActionNumber, CallNumber, Outcome};
use crate::severity::Severity;
use crate::value::Value;

/// The most phases a run goes through on one input: no playbook has so many.
const PHASES_MAX: usize = 100_000;

/// What the rest of the response must know of runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum News {
    /// A run waits for an approval.
    Proposed(ActionNumber, Origin, String),
    /// A run has ended, or succeeded and stands as a measure.
    Ended {
        /// Which.
        action: ActionNumber,
        /// The playbook.
        playbook: String,
        /// How; [`End::Succeeded`] of one that stands.
        end: End,
        /// Where it came from.
        origin: Origin,
        /// What the playbook says is to be done then.
        answers: Vec<Told>,
    },
}

/// What a playbook's `on success` and `on failure` say.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Told {
    /// A team is told.
    Notify(String, Severity),
    /// A ticket is written: channel, text.
    Ticket(String, String),
    /// The ladder goes on at this rung.
    EscalateTo(String),
}

/// The hash of a playbook's text, which an approval is for.
pub(crate) fn source_hash(playbook: &Playbook<ObservationId>) -> String {
    hex::encode(Sha256::digest(playbook.source.as_bytes())).chars().take(16).collect()
}

impl Actions {
    /// Plans a run and goes as far as it can.
    pub(crate) fn start(
        &mut self,
        (context, out): (Context<'_>, &mut Effects),
        playbook: &Playbook<ObservationId>,
        arguments: Vec<Value>,
        origin: Origin,
    ) -> ActionNumber {
        self.last_action = self.last_action.saturating_add(1);
        let number = self.last_action;
        let action = Action {
            number,
            playbook: playbook.name.clone(),
            source_hash: source_hash(playbook),
            arguments,
            origin,
            locals: Vec::new(),
            phase: Phase::Let(0),
            answers: Answers::new(),
            reading: Default::default(),
            items: Vec::new(),
            deeds: Vec::new(),
            locks: Vec::new(),
            released: Vec::new(),
            is_approved: false,
            has_started: false,
            aborted_by: None,
            planned_ms: context.now_ms,
        };
        let event = ActionEvent::Planned {
            playbook: action.playbook.clone(),
            arguments: action.named_arguments(context),
            incident: action.origin.incident,
            source_hash: action.source_hash.clone(),
            requested: action.origin.requested.clone(),
        };
        context.record(out, number, event);
        self.go(context, out, action);
        number
    }

    /// A call has ended.
    pub(crate) fn outcome(
        &mut self,
        (context, out): (Context<'_>, &mut Effects),
        call: CallNumber,
        outcome: &Outcome,
    ) {
        let action = self.calls.remove(&call).and_then(|number| self.runs.remove(&number));
        let Some(mut action) = action else {
            let why = format!("the outcome of call {call}, which is not waited for");
            out.record(context.now_ms, Event::Ignored(why));
            return;
        };
        action.take_outcome((context, out), call, outcome);
        self.go(context, out, action);
    }

    /// Time has passed, or a tick has closed.
    pub(crate) fn advance(&mut self, context: Context<'_>, out: &mut Effects) {
        self.watch_storms(context);
        let is_halted = self.halted.is_some();
        let due = self.runs.values().filter(|action| {
            action.due_ms(context, is_halted) <= context.mature_ms
                || context.tick_ms.is_some() && action.looks()
        });
        let due: Vec<ActionNumber> = due.map(|action| action.number).collect();
        for number in due {
            let Some(mut action) = self.runs.remove(&number) else { continue };
            action.give_up_reads(self, context, out);
            self.go(context, out, action);
        }
    }

    /// When a run has something to do by itself (mature ms).
    pub(crate) fn next_due_ms(&self, context: Context<'_>) -> Option<i64> {
        let is_halted = self.halted.is_some();
        self.runs
            .values()
            .map(|action| action.due_ms(context, is_halted))
            .min()
            .filter(|due_ms| *due_ms != i64::MAX)
    }

    /// Why nothing new is done outside from now on; `None` when it may be again.
    pub(crate) fn halt(&mut self, context: Context<'_>, out: &mut Effects, why: Option<String>) {
        self.halted = why;
        if self.halted.is_none() {
            self.advance(context, out);
        }
    }

    /// The process has been started again: what was on its way outside is unknown.
    pub(crate) fn restarted(&mut self, context: Context<'_>, out: &mut Effects) {
        self.stop_clocks();
        let numbers: Vec<ActionNumber> = self.runs.keys().copied().collect();
        for number in numbers {
            let Some(mut action) = self.runs.remove(&number) else { continue };
            let why = "the process was restarted meanwhile";
            action.forget_reads(self, context, out, why);
            action.answers.clear();
            if let Some(call) = action.writing() {
                self.calls.remove(&call);
                let outcome = Outcome::Unknown(why.to_owned());
                action.take_outcome((context, out), call, &outcome);
            }
            self.go(context, out, action);
        }
    }

    /// Nothing is known of the time since the last look: clocks do not run through it.
    pub(crate) fn stop_clocks(&mut self) {
        for action in self.runs.values_mut() {
            action.stop_clocks();
        }
        for (_, clocks) in self.history.values_mut().filter_map(|history| history.storm.as_mut()) {
            clocks.stop();
        }
    }

    /// Somebody approves a run; or why that changes nothing.
    pub(crate) fn approve(
        &mut self,
        (context, out): (Context<'_>, &mut Effects),
        number: ActionNumber,
        by: &str,
        hash: Option<&str>,
    ) -> Result<(), String> {
        let waits = |action: &&Action| matches!(action.phase, Phase::Proposed(_));
        let Some(action) = self.runs.get(&number).filter(waits) else {
            return Err(format!("run {number} does not wait for an approval"));
        };
        if let Some(hash) = hash.filter(|hash| *hash != action.source_hash) {
            let is = &action.source_hash;
            return Err(format!("run {number} is of text {is}, and the approval is for {hash}"));
        }
        let Some(mut action) = self.runs.remove(&number) else { return Ok(()) };
        action.is_approved = true;
        context.record(out, number, ActionEvent::Approved(by.to_owned(), None));
        self.go(context, out, action);
        Ok(())
    }

    /// Somebody aborts a run; or why that changes nothing.
    pub(crate) fn abort(
        &mut self,
        (context, out): (Context<'_>, &mut Effects),
        number: ActionNumber,
        by: &str,
    ) -> Result<(), String> {
        let Some(mut action) = self.runs.remove(&number) else {
            return Err(format!("there is no run {number} under way"));
        };
        let is_ending = matches!(action.phase, Phase::Undoing(..)) || action.aborted_by.is_some();
        if !is_ending {
            action.aborted_by = Some(by.to_owned());
            context.record(out, number, ActionEvent::Aborted(by.to_owned()));
        }
        self.go(context, out, action);
        if is_ending { Err(format!("run {number} is being taken back already")) } else { Ok(()) }
    }

    /// Moves a run as far as it can go, and keeps it unless it has ended.
    fn go(&mut self, context: Context<'_>, out: &mut Effects, mut action: Action) {
        let was_standing = action.is_standing();
        let was_proposed = matches!(action.phase, Phase::Proposed(_));
        for _ in 0..PHASES_MAX {
            if action.advance(self, (context, out)) == Flow::Wait {
                break;
            }
        }
        let number = action.number;
        if let Some(end) = action.end().cloned() {
            self.finish(context, out, action, end);
            return;
        }
        if action.is_standing() && !was_standing {
            self.stand(context, out, &mut action);
        }
        if matches!(action.phase, Phase::Proposed(_)) && !was_proposed {
            let (origin, playbook) = (action.origin.clone(), action.playbook.clone());
            self.news.push(News::Proposed(number, origin, playbook));
        }
        self.runs.insert(number, action);
    }

    /// It succeeded and stands from now on: others may have its locks.
    fn stand(&mut self, context: Context<'_>, out: &mut Effects, action: &mut Action) {
        if let Phase::Standing(look) = &action.phase {
            let rest_ms = look.until_ms.saturating_sub(context.mature_ms);
            let until_ms = context.now_ms.saturating_add(rest_ms);
            context.record(out, action.number, ActionEvent::Standing(until_ms));
        }
        self.locks.release(action.number);
        action.released = action.locks.drain(..).map(|(resource, _)| resource).collect();
        self.tell(context, action, End::Succeeded);
    }

    fn finish(&mut self, context: Context<'_>, out: &mut Effects, mut action: Action, end: End) {
        self.locks.release(action.number);
        let calls = action.forget_reads(self, context, out, "nobody waits for it any more");
        out.intents.extend(calls.into_iter().map(Intent::Forget));
        if let (true, Some(playbook)) = (end.is_failure(), context.playbook(&action.playbook)) {
            let history = self.history.entry(action.playbook.clone()).or_default();
            history.note_failure(playbook, context.mature_ms);
        }
        context.record(out, action.number, ActionEvent::End(end.clone()));
        self.tell(context, &action, end);
    }

    fn tell(&mut self, context: Context<'_>, action: &Action, end: End) {
        let playbook = context.playbook(&action.playbook);
        let answers = match (&end, playbook) {
            (End::Succeeded | End::NoChange, Some(playbook)) => playbook.on_success.as_slice(),
            (End::Lifted | End::Observed, _) | (_, None) => &[],
            (_, Some(playbook)) => playbook.on_failure.as_slice(),
        };
        let answers = answers.iter().map(|answer| told(context, action, answer)).collect();
        self.news.push(News::Ended {
            action: action.number,
            playbook: action.playbook.clone(),
            end,
            origin: action.origin.clone(),
            answers,
        });
    }
}

/// An answer with its names and texts.
fn told(context: Context<'_>, action: &Action, answer: &Answer<ObservationId>) -> Told {
    match answer {
        Answer::Notify(team, class) => {
            let team = context.plan.teams.get(team.index());
            Told::Notify(team.map(|team| team.name.clone()).unwrap_or_default(), Severity::from(*class))
        }
        Answer::Ticket(channel, pieces) => {
            let channel = context.plan.channels.get(channel.index());
            let scope = Scope { parameters: &action.arguments, locals: &action.locals, ..Scope::EMPTY };
            let answers = Answers::new();
            let text = Evaluation::new(scope, context.world(), &answers).text(pieces);
            Told::Ticket(channel.map(|channel| channel.name.clone()).unwrap_or_default(), text)
        }
        Answer::EscalateTo(rung) => Told::EscalateTo(rung.clone()),
    }
}

impl Action {
    /// The write that is on its way.
    fn writing(&self) -> Option<CallNumber> {
        match &self.phase {
            Phase::Step(Doing { stage: Stage::Writing(call, _), .. })
            | Phase::Undoing(_, Doing { stage: Stage::Writing(call, _), .. }, _) => Some(*call),
            _ => None,
        }
    }

    /// Nothing is known of the time since the last look.
    fn stop_clocks(&mut self) {
        if let Phase::Check(_, look) | Phase::Verify(look) | Phase::Standing(look) = &mut self.phase {
            look.stop_clocks();
        }
    }

    /// Whether it waits for a condition.
    fn looks(&self) -> bool {
        matches!(self.phase, Phase::Check(..) | Phase::Verify(_) | Phase::Standing(_))
    }
}
