//! What happens to a playbook's run, and the calls it makes, as they are written down.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::words::{ActionEnd, CallOutcome};

/// A name and what it was: `null` is missing or unknown.
pub type Named = (String, Value);

/// That a person asked for a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requested {
    /// Who.
    pub by: String,
    /// By which key: the same one again was the same run.
    pub key: String,
    /// Why.
    pub why: String,
}

/// What happens to a run. In the audit trail: the kind in `kind`, a sentence in `text`, the whole in `detail`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ActionEvent {
    /// It began to look whether it should.
    Planned {
        /// The playbook.
        playbook: String,
        /// Its arguments.
        arguments: Vec<Named>,
        /// For which incident.
        incident: Option<u64>,
        /// The hash of the playbook's text.
        source_hash: String,
        /// Who asked for it; `None` where an alert did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        requested: Option<Requested>,
    },
    /// A `let` was found out.
    Found {
        /// Its name.
        name: String,
        /// What it is.
        value: Value,
    },
    /// A condition was looked at.
    Looked {
        /// Which clause: `require`, `check`, `verify`, `needs`, `lift`, `storm`.
        clause: String,
        /// As written.
        condition: String,
        /// What it was.
        is: Option<bool>,
        /// What was looked at.
        values: Vec<Named>,
    },
    /// It waits for an approval.
    Proposed {
        /// Until then.
        until_ms: i64,
    },
    /// Somebody approved it; or the policy did.
    Approved {
        /// Who.
        by: String,
        /// Why, of a standing approval.
        why: Option<String>,
    },
    /// It would do all this, were it allowed to.
    Observed,
    /// It holds resources.
    Locked {
        /// Which, with their tokens.
        locks: Vec<(String, u64)>,
    },
    /// It begins its first step.
    Started,
    /// What reads gave just before a step.
    Snapshot {
        /// The step.
        step: String,
        /// Which of `each`, from 0.
        item: u32,
        /// The reads, and what they gave.
        values: Vec<Named>,
    },
    /// A write is about to be tried.
    Intent {
        /// The call's number.
        call: u64,
        /// The step.
        step: String,
        /// Whether it takes something back.
        is_undo: bool,
        /// The write with its arguments.
        write: String,
        /// Which time, from 1.
        attempt: u32,
        /// Its key.
        key: String,
    },
    /// A call has ended.
    Ended {
        /// The call's number.
        call: u64,
        /// How.
        outcome: Outcome,
    },
    /// Nothing needed doing in a step.
    AlreadySo {
        /// The step.
        step: String,
    },
    /// A step's `do` has answered that it is done, for all of its `each`.
    StepAnswered {
        /// The step.
        step: String,
    },
    /// A step is done.
    StepDone {
        /// The step.
        step: String,
    },
    /// A step failed.
    StepFailed {
        /// The step.
        step: String,
        /// Why.
        why: String,
    },
    /// A step was taken back, and that was verified.
    StepUndone {
        /// The step.
        step: String,
    },
    /// A step could not be taken back.
    UndoFailed {
        /// The step.
        step: String,
        /// Why.
        why: String,
    },
    /// A step is not taken back.
    StepKept {
        /// The step.
        step: String,
        /// Why.
        why: String,
    },
    /// Somebody else changed what a step had changed: it is left as it is.
    Drift {
        /// The step.
        step: String,
        /// What was read, what it should be, what it is.
        values: Vec<(String, Value, Value)>,
    },
    /// What it did is being taken back.
    RollingBack {
        /// Why.
        why: String,
    },
    /// It succeeded and stands as a measure.
    Standing {
        /// Until then at the latest.
        until_ms: i64,
    },
    /// It was aborted.
    Aborted {
        /// By whom.
        by: String,
    },
    /// It has ended.
    End {
        /// How.
        end: ActionEnd,
        /// Why, where that is known.
        why: Option<String>,
    },
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// A read's answer.
    Answered {
        /// What it was.
        value: Value,
    },
    /// A write was done, the other side says.
    Done,
    /// It is known not to have happened.
    Failed {
        /// Why, for people, without secrets.
        why: String,
    },
    /// It is not known whether it happened.
    Unknown {
        /// Why, for people, without secrets.
        why: String,
    },
}

/// A call of a provider that is about to be made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Its number.
    pub number: u64,
    /// For which run.
    pub action: u64,
    /// When it was intended.
    pub intended_ms: i64,
    /// The provider's name.
    pub provider: String,
    /// The name of the read or write.
    pub operation: String,
    /// What it is given.
    pub arguments: Vec<Named>,
    /// Only of a write.
    pub write: Option<WriteIntent>,
    /// After so long the answer is unknown, in ms.
    pub timeout_ms: i64,
}

/// What a write carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteIntent {
    /// The step's name, or the step's that is taken back.
    pub step: String,
    /// Whether it takes something back.
    pub is_undo: bool,
    /// Which time, from 1.
    pub attempt: u32,
    /// The same for every attempt of the same deed, and for no other.
    pub key: String,
    /// The locks held: resources and their tokens.
    pub fences: Vec<(String, u64)>,
}

impl Outcome {
    /// The word in the column `outcome`.
    #[must_use]
    pub const fn kind(&self) -> CallOutcome {
        match self {
            Self::Answered { .. } => CallOutcome::Answered,
            Self::Done => CallOutcome::Done,
            Self::Failed { .. } => CallOutcome::Failed,
            Self::Unknown { .. } => CallOutcome::Unknown,
        }
    }

    /// A line for people.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Answered { value } => format!("answered {value}"),
            Self::Done => "done".to_owned(),
            Self::Failed { why } => format!("failed: {why}"),
            Self::Unknown { why } => format!("unknown: {why}"),
        }
    }
}

impl ActionEvent {
    /// The word in the column `kind`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Planned { .. } => "planned",
            Self::Found { .. } => "found",
            Self::Looked { .. } => "looked",
            Self::Proposed { .. } => "proposed",
            Self::Approved { .. } => "approved",
            Self::Observed => "observed",
            Self::Locked { .. } => "locked",
            Self::Started => "started",
            Self::Snapshot { .. } => "snapshot",
            Self::Intent { .. } => "intent",
            Self::Ended { .. } => "ended",
            Self::AlreadySo { .. } => "already_so",
            Self::StepAnswered { .. } => "step_answered",
            Self::StepDone { .. } => "step_done",
            Self::StepFailed { .. } => "step_failed",
            Self::StepUndone { .. } => "step_undone",
            Self::UndoFailed { .. } => "undo_failed",
            Self::StepKept { .. } => "step_kept",
            Self::Drift { .. } => "drift",
            Self::RollingBack { .. } => "rolling_back",
            Self::Standing { .. } => "standing",
            Self::Aborted { .. } => "aborted",
            Self::End { .. } => "end",
        }
    }

    /// The person who did it.
    #[must_use]
    pub fn actor(&self) -> Option<&str> {
        match self {
            Self::Approved { by, .. }
            | Self::Aborted { by }
            | Self::Planned { requested: Some(Requested { by, .. }), .. } => Some(by),
            _ => None,
        }
    }

    /// A line for people.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Planned { playbook, arguments, requested, .. } => {
                let asked =
                    requested.as_ref().map(|Requested { by, why, .. }| format!(", asked for by {by}: {why}"));
                format!("planned: {playbook}({}){}", shown(arguments), asked.unwrap_or_default())
            }
            Self::Found { name, value } => format!("{name} = {value}"),
            Self::Looked { clause, condition, is, .. } => {
                let is = is.map_or("unknown", |is| if is { "true" } else { "false" });
                format!("{clause} {condition}: {is}")
            }
            Self::Proposed { .. } => "waits for an approval".to_owned(),
            Self::Approved { by, why: Some(why) } => format!("approved by {by}: {why}"),
            Self::Approved { by, why: None } => format!("approved by {by}"),
            Self::Observed => "would begin, were it allowed to".to_owned(),
            Self::Locked { locks } => {
                let locks: Vec<String> =
                    locks.iter().map(|(resource, token)| format!("{resource} ({token})")).collect();
                format!("holds {}", locks.join(", "))
            }
            Self::Started => "begins".to_owned(),
            Self::Snapshot { step, values, .. } => format!("before {step}: {}", shown(values)),
            Self::Intent { step, is_undo: true, write, attempt, .. } => {
                format!("takes {step} back: {write}, time {attempt}")
            }
            Self::Intent { step, write, attempt, .. } => format!("{step}: {write}, time {attempt}"),
            Self::Ended { call, outcome } => format!("call {call}: {}", outcome.text()),
            Self::AlreadySo { step } => format!("{step}: already so"),
            Self::StepAnswered { step } => format!("{step} has answered"),
            Self::StepDone { step } => format!("{step} is done"),
            Self::StepFailed { step, why } => format!("{step} failed: {why}"),
            Self::StepUndone { step } => format!("{step} was taken back"),
            Self::UndoFailed { step, why } => format!("{step} could not be taken back: {why}"),
            Self::StepKept { step, why } => format!("{step} is kept: {why}"),
            Self::Drift { step, values } => {
                let values: Vec<String> = values
                    .iter()
                    .map(|(name, wanted, is)| format!("{name} should be {wanted} and is {is}"))
                    .collect();
                format!("somebody else changed what {step} did: {}", values.join(", "))
            }
            Self::RollingBack { why } => format!("is taken back: {why}"),
            Self::Standing { .. } => "stands as a measure".to_owned(),
            Self::Aborted { by } => format!("aborted by {by}"),
            Self::End { end, why: Some(why) } => format!("ended, {}: {why}", end.as_str()),
            Self::End { end, why: None } => format!("ended, {}", end.as_str()),
        }
    }
}

fn shown(values: &[Named]) -> String {
    let values: Vec<String> = values.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    values.join(", ")
}
