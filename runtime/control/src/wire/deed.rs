//! What came of a deed, and what is said when something cannot be heard at all.

use serde::{Deserialize, Serialize};

/// What came of a deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    /// It was done.
    Done,
    /// It is so already; nothing has changed.
    Already,
    /// It names something that is not there; nothing has changed.
    Unknown,
    /// It must not be done; nothing has changed.
    Refused,
}

/// What came of a deed, with all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// What came of it.
    pub came: Came,
    /// The number of the incident, run or silence.
    pub number: Option<u64>,
    /// Who did it.
    pub by: String,
    /// Until when it holds: of an acknowledgement or a silence.
    pub until_ms: Option<i64>,
    /// Why nothing has changed.
    pub why: Option<String>,
    /// Whether it is in the journal, so that a restart knows of it.
    pub durable: bool,
    /// Why not.
    pub not_durable_because: Option<String>,
}

/// Why a request was not heard. Nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Why, lower case, no full stop.
    pub error: String,
}
