//! Runs of playbooks: checked before, journaled before each deed, verified after, taken back when they did not help.
//!
//! A run is data: what it waits for, what it has found out, what it has done. Each input moves it as far as it can go; a crash at
//! any point leaves it where it was, with its calls unanswered, and [`Actions::restarted`] makes those unknown, so that they are
//! probed before anything is done again.

mod admission;
mod answers;
mod context;
mod deed;
mod fingerprint;
mod locks;
mod looking;
mod manage;
mod program;
mod run;
mod shown;
mod step;
mod undo;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use self::admission::History;
pub(crate) use self::context::Context;
use self::deed::Deed;
pub(crate) use self::deed::{DeedState, Doing, Stage};
pub(crate) use self::locks::Locks;
use self::looking::Look;
pub(crate) use self::manage::{News, Told};
pub use self::shown::{At, Shown};
use crate::effect::{End, Requested};
use crate::formula::{Answers, ReadKey};
use crate::input::{ActionNumber, CallNumber, IncidentNumber};
use crate::value::Value;

/// All runs that have not ended, and what limits look back on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Actions {
    pub(crate) runs: BTreeMap<ActionNumber, Action>,
    pub(crate) history: BTreeMap<String, History>,
    pub(crate) locks: Locks,
    /// Whose calls are unanswered.
    pub(crate) calls: BTreeMap<CallNumber, ActionNumber>,
    /// The runs that people asked for, by key, and when (ms since the Unix epoch).
    pub(crate) requests: BTreeMap<String, (ActionNumber, i64)>,
    pub(crate) last_action: ActionNumber,
    pub(crate) last_call: CallNumber,
    /// Why nothing new is done outside; `None` when it may be.
    pub(crate) halted: Option<String>,
    /// Whether playbooks only find out whether they would begin.
    pub(crate) only_observes: bool,
    /// What has happened in the input in progress, for the rest of the response.
    #[serde(skip)]
    pub(crate) news: Vec<News>,
}

/// Where a run comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub(crate) struct Origin {
    /// The incident it is for.
    pub(crate) incident: Option<IncidentNumber>,
    /// The alert that started it.
    pub(crate) alert: String,
    /// The labels of its row.
    pub(crate) labels: Vec<(String, String)>,
    /// The person who asked for it, where no alert did.
    pub(crate) requested: Option<Requested>,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Action {
    pub(crate) number: ActionNumber,
    pub(crate) playbook: String,
    pub(crate) source_hash: String,
    pub(crate) arguments: Vec<Value>,
    pub(crate) origin: Origin,
    /// What `let` found so far.
    pub(crate) locals: Vec<Value>,
    pub(crate) phase: Phase,
    /// What reads gave in the evaluation in progress.
    pub(crate) answers: Answers,
    /// Reads that are unanswered, and until when they are waited for (mature ms).
    pub(crate) reading: BTreeMap<CallNumber, (ReadKey, i64)>,
    /// For each step the items of its `each`, found out before anything is done; one missing value for a step without.
    pub(crate) items: Vec<Vec<Value>>,
    /// What was done, in order; what is being done is the last.
    pub(crate) deeds: Vec<Deed>,
    /// Locks held: resources and tokens.
    pub(crate) locks: Vec<(String, u64)>,
    /// Resources that it let go of when it began to stand, and takes again before it is taken back.
    pub(crate) released: Vec<String>,
    /// Whether somebody approved it.
    pub(crate) is_approved: bool,
    /// Whether it did anything, or meant to.
    pub(crate) has_started: bool,
    /// Somebody wants it to end.
    pub(crate) aborted_by: Option<String>,
    /// When it was planned, in ms.
    pub(crate) planned_ms: i64,
}

/// What a run is at.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Phase {
    /// Finding out a `let`.
    Let(u32),
    /// Asking what is required.
    Require(u32),
    /// Asking whether it may: storm, breaker, limits, approval.
    Admission,
    /// Waiting for an approval until then (mature ms).
    Proposed(i64),
    /// Taking its locks.
    Locking,
    /// At a step.
    Step(Doing),
    /// Waiting for a step's check.
    Check(u32, Look),
    /// Waiting for `verify`.
    Verify(Look),
    /// Taking back, from this deed downwards; then it ends so.
    Undoing(usize, Doing, Cause),
    /// It succeeded and stands as a measure.
    Standing(Look),
    /// It has ended.
    Ended(End),
}

/// Why what was done is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Cause {
    /// How it would end if all goes well.
    pub(crate) kind: CauseKind,
    /// Why, for people.
    pub(crate) why: String,
    /// What could not be taken back, and why.
    pub(crate) left: Vec<String>,
}

/// The kinds of causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum CauseKind {
    /// A step, check or `verify` failed, or somebody aborted it.
    Failed,
    /// It could not be told whether it helped.
    Inconclusive,
    /// It cannot be known whether a step happened.
    Indeterminate,
    /// `lift`.
    Lift,
}

impl Action {
    /// How it ended.
    pub(crate) fn end(&self) -> Option<&End> {
        match &self.phase {
            Phase::Ended(end) => Some(end),
            _ => None,
        }
    }

    /// Whether it stands as a measure.
    pub(crate) fn is_standing(&self) -> bool {
        matches!(self.phase, Phase::Standing(_))
    }
}
