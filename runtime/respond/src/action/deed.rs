//! What a run does outside, one write at a time, and how far each has come.

use serde::{Deserialize, Serialize};

use crate::input::CallNumber;
use crate::value::Value;

/// A write that was meant, tried or done.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Deed {
    /// The step's place.
    pub(crate) step: u32,
    /// Which of `each`, from 0.
    pub(crate) item: u32,
    /// What the write is given.
    pub(crate) arguments: Vec<Value>,
    /// What the reads of its `before` gave just before it.
    pub(crate) before: Vec<Value>,
    /// What they gave just after it; `None` while that is not known.
    pub(crate) after: Option<Vec<Value>>,
    /// How far it has come.
    pub(crate) state: DeedState,
    /// Whether an attempt went unanswered: that a later one failed does not mean that it has not happened.
    pub(crate) is_in_doubt: bool,
}

/// How far a deed has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum DeedState {
    /// It is looked at, and not yet meant.
    Planned,
    /// It needs not be done: it is so already.
    AlreadySo,
    /// It was tried; whether it happened is not known yet.
    Tried,
    /// It happened.
    Done,
    /// It is known not to have happened.
    NotDone,
    /// It was taken back, and that was seen.
    Undone,
    /// It stands: it was kept, ends by itself, or could not be taken back.
    Left,
}

/// The deed in progress.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Doing {
    /// The step's place.
    pub(crate) step: u32,
    /// Which of `each`, from 0.
    pub(crate) item: u32,
    /// What is being done for it.
    pub(crate) stage: Stage,
    /// How often the write was tried.
    pub(crate) attempts: u32,
    /// How often, in a row, it could not be seen how things are.
    pub(crate) unseen: u32,
}

impl Doing {
    /// The beginning of a deed.
    pub(crate) const fn new(step: u32, item: u32) -> Self {
        Self { step, item, stage: Stage::Arguments, attempts: 0, unseen: 0 }
    }

    /// The same at another stage.
    pub(crate) fn at(self, stage: Stage) -> Self {
        Self { stage, ..self }
    }
}

/// What is being done for a deed, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// It is found out what it is given.
    Arguments,
    /// It is found out whether it is so already, and how things are (or, to take it back, how they are now), when this time has
    /// come (mature ms).
    Look(i64),
    /// The write will be tried when this time has come (mature ms).
    Ready(i64),
    /// The write was tried: its call, and when its answer is given up (mature ms).
    Writing(CallNumber, i64),
    /// It is asked whether it happened, until then (mature ms), next at that time; whether the other side said so, else why not.
    Probing {
        /// Until when it is asked.
        until_ms: i64,
        /// When it is asked next.
        next_ms: i64,
        /// What the other side said: `None` when it said that it is done.
        doubt: Option<String>,
    },
    /// It happened; the reads of its `before` are taken again, for drift.
    After,
}
