//! Runs of playbooks and calls of providers as rows.

use nvp_journal::words::ActionEnd;
use nvp_journal::{
    ActionEvent as Row, Call as CallRow, Outcome as OutcomeRow, Requested, WriteIntent as WriteRow,
};
use nvp_respond::effect::{ActionEvent, Call, End, WriteIntent};
use nvp_respond::input::Outcome;

use super::values::{named, value};

pub(super) fn event(event: &ActionEvent) -> Row {
    use ActionEvent as Is;
    match event.clone() {
        Is::Planned { playbook, arguments, incident, source_hash, requested } => {
            let requested = requested.map(|asked| Requested { by: asked.by, key: asked.key, why: asked.why });
            Row::Planned { playbook, arguments: named(&arguments), incident, source_hash, requested }
        }
        Is::Found(name, found) => Row::Found { name, value: value(&found) },
        Is::Looked { clause, text, is, values } => {
            Row::Looked { clause, condition: text, is, values: named(&values) }
        }
        Is::Proposed(until_ms) => Row::Proposed { until_ms },
        Is::Approved(by, why) => Row::Approved { by, why },
        Is::Observed => Row::Observed,
        Is::Locked(locks) => Row::Locked { locks },
        Is::Started => Row::Started,
        Is::Snapshot { step, item, values } => Row::Snapshot { step, item, values: named(&values) },
        Is::Intent { call, step, is_undo, text, attempt, key } => {
            Row::Intent { call, step, is_undo, write: text, attempt, key }
        }
        Is::Ended { call, outcome } => Row::Ended { call, outcome: self::outcome(&outcome) },
        Is::AlreadySo(step) => Row::AlreadySo { step },
        Is::StepAnswered(step) => Row::StepAnswered { step },
        Is::StepDone(step) => Row::StepDone { step },
        Is::StepFailed(step, why) => Row::StepFailed { step, why },
        Is::StepUndone(step) => Row::StepUndone { step },
        Is::StepKept(step, why) => Row::StepKept { step, why },
        Is::UndoFailed(step, why) => Row::UndoFailed { step, why },
        Is::Drift { step, values } => {
            let values = values.iter().map(|(name, was, is)| (name.clone(), value(was), value(is)));
            Row::Drift { step, values: values.collect() }
        }
        Is::RollingBack(why) => Row::RollingBack { why },
        Is::Standing(until_ms) => Row::Standing { until_ms },
        Is::Aborted(by) => Row::Aborted { by },
        Is::End(end) => Row::End { end: word(&end), why: end.why().map(str::to_owned) },
    }
}

fn word(end: &End) -> ActionEnd {
    match end {
        End::Succeeded => ActionEnd::Succeeded,
        End::NoChange => ActionEnd::NoChange,
        End::Lifted => ActionEnd::Lifted,
        End::Refused(_) => ActionEnd::Refused,
        End::Inconclusive => ActionEnd::Inconclusive,
        End::RolledBack(_) => ActionEnd::RolledBack,
        End::RollbackFailed(_) => ActionEnd::RollbackFailed,
        End::Indeterminate(_) => ActionEnd::Indeterminate,
        End::Expired => ActionEnd::Expired,
        End::Observed => ActionEnd::Observed,
    }
}

fn outcome(outcome: &Outcome) -> OutcomeRow {
    match outcome.clone() {
        Outcome::Answered(answer) => OutcomeRow::Answered { value: value(&answer) },
        Outcome::Done => OutcomeRow::Done,
        Outcome::Failed(why) => OutcomeRow::Failed { why },
        Outcome::Unknown(why) => OutcomeRow::Unknown { why },
    }
}

pub(super) fn call(call: &Call, intended_ms: i64) -> CallRow {
    let Call { number, action, provider, operation, arguments, write, timeout_ms } = call.clone();
    let write = write.map(|WriteIntent { step, is_undo, attempt, key, fences }| WriteRow {
        step,
        is_undo,
        attempt,
        key,
        fences,
    });
    CallRow {
        number,
        action,
        intended_ms,
        provider,
        operation,
        arguments: named(&arguments),
        write,
        timeout_ms,
    }
}
