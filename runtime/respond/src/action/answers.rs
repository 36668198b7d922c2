//! Provider reads on the way: an evaluation that needs some asks for them all, and is done again when they are answered.

use nvp_plan::ids::ProviderId;

use super::{Action, Actions, Context};
use crate::effect::{ActionEvent, Call, Effects, Intent};
use crate::formula::{Evaluation, Needs, ReadKey, Scope};
use crate::input::{CallNumber, Outcome};
use crate::value::Value;

/// How long a read may take, in ms.
pub(crate) const READ_TIMEOUT_MS: i64 = 10_000;
/// How long after its own timeout a call's answer is waited for, in ms: the hands answer by themselves.
pub(crate) const ANSWER_GRACE_MS: i64 = 5_000;

impl Action {
    /// Evaluates, or asks for the reads that are missing and gives `None`. Answers serve one evaluation: the next one looks anew.
    pub(super) fn evaluate<T>(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
        scope: Scope<'_>,
        what: impl FnOnce(&mut Evaluation<'_>) -> T,
    ) -> Option<(T, Needs)> {
        if !self.reading.is_empty() {
            return None;
        }
        let answers = std::mem::take(&mut self.answers);
        let mut evaluation = Evaluation::new(scope, context.world(), &answers);
        let result = what(&mut evaluation);
        let needs = evaluation.needs;
        if needs.reads.is_empty() {
            return Some((result, needs));
        }
        self.answers = answers;
        for key in needs.reads {
            self.ask(actions, context, out, key);
        }
        None
    }

    /// Calls a read.
    fn ask(&mut self, actions: &mut Actions, context: Context<'_>, out: &mut Effects, key: ReadKey) {
        let provider = context.provider(ProviderId(key.provider));
        let read = provider.and_then(|provider| provider.reads.get(key.read as usize));
        let (Some(provider), Some(read)) = (provider, read) else {
            // The policy has changed under the run: there is no such read any more.
            self.answers.insert(key, Value::MISSING);
            return;
        };
        let number = actions.next_call(self.number);
        let names = read.parameters.iter().map(|parameter| parameter.name.clone());
        out.intents.push(Intent::Call(Call {
            number,
            action: self.number,
            provider: provider.name.clone(),
            operation: read.name.clone(),
            arguments: names.zip(key.arguments.iter().cloned()).collect(),
            write: None,
            timeout_ms: READ_TIMEOUT_MS,
        }));
        let until_ms = context.mature_ms.saturating_add(READ_TIMEOUT_MS + ANSWER_GRACE_MS);
        self.reading.insert(number, (key, until_ms));
    }

    /// A read was answered, or not.
    pub(super) fn answered(
        &mut self,
        context: Context<'_>,
        out: &mut Effects,
        call: CallNumber,
        outcome: &Outcome,
    ) {
        let Some((key, _)) = self.reading.remove(&call) else { return };
        context.record(out, self.number, ActionEvent::Ended { call, outcome: outcome.clone() });
        let value = match outcome {
            Outcome::Answered(value) => value.clone(),
            Outcome::Done | Outcome::Failed(_) | Outcome::Unknown(_) => Value::MISSING,
        };
        self.answers.insert(key, value);
    }

    /// Waits for no read any more; gives which those were.
    pub(super) fn forget_reads(
        &mut self,
        actions: &mut Actions,
        context: Context<'_>,
        out: &mut Effects,
        why: &str,
    ) -> Vec<CallNumber> {
        let calls: Vec<CallNumber> = std::mem::take(&mut self.reading).into_keys().collect();
        for call in &calls {
            actions.calls.remove(call);
            let outcome = Outcome::Unknown(why.to_owned());
            context.record(out, self.number, ActionEvent::Ended { call: *call, outcome });
        }
        calls
    }

    /// Gives up reads that were not answered in time.
    pub(super) fn give_up_reads(&mut self, actions: &mut Actions, context: Context<'_>, out: &mut Effects) {
        let late = self.reading.iter().filter(|(_, (_, until_ms))| *until_ms <= context.mature_ms);
        let late: Vec<CallNumber> = late.map(|(call, _)| *call).collect();
        for call in late {
            actions.calls.remove(&call);
            out.intents.push(Intent::Forget(call));
            self.answered(context, out, call, &Outcome::Unknown("no answer in time".to_owned()));
        }
    }
}

impl Actions {
    /// A number for a call of a run.
    pub(super) fn next_call(&mut self, action: u64) -> CallNumber {
        self.last_call = self.last_call.saturating_add(1);
        self.calls.insert(self.last_call, action);
        self.last_call
    }
}
