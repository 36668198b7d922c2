//! What happens to the process itself, as it is written down.

use serde::{Deserialize, Serialize};

/// What happens to the process itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ProcessEvent {
    /// It started (again).
    Started,
    /// The clock jumped: nothing matured for a while.
    Gap {
        /// How long, in ms.
        gap_ms: i64,
    },
    /// An input that changes nothing.
    Ignored {
        /// What, and why.
        what: String,
    },
    /// The journal could not be written for a while: what happened between these inputs is only in the input log.
    Unwritten {
        /// The first input whose effects are missing.
        from_input: u64,
        /// The last.
        to_input: u64,
        /// Why.
        why: String,
    },
    /// The end of the audit trail was missing when the journal was opened: its head record knew of more.
    TailMissing {
        /// What the head record said: a row's number and hash.
        expected: String,
    },
}

impl ProcessEvent {
    /// The word in the column `kind`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Gap { .. } => "gap",
            Self::Ignored { .. } => "ignored",
            Self::Unwritten { .. } => "unwritten",
            Self::TailMissing { .. } => "tail_missing",
        }
    }

    /// A line for people.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Started => "the process started".to_owned(),
            Self::Gap { gap_ms } => format!("the clock jumped by {gap_ms} ms"),
            Self::Ignored { what } => format!("ignored: {what}"),
            Self::Unwritten { from_input, to_input, why } => {
                format!("effects of inputs {from_input} to {to_input} are not written: {why}")
            }
            Self::TailMissing { expected } => {
                format!("rows at the end are missing: the head record knew of {expected}")
            }
        }
    }
}
