//! The journal itself.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A row of the audit trail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number.
    pub seq: u64,
    /// When it happened.
    pub at_ms: i64,
    /// What happened, as a word.
    pub kind: String,
    /// The person who did it.
    pub actor: Option<String>,
    /// What happened, for people.
    pub text: String,
    /// All that is known.
    pub detail: Value,
}

/// Which heads must be in the trail.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyQuery {
    /// Heads (`N:HASH`) that were noted elsewhere, with commas between them.
    pub heads: Option<String>,
}

/// What a walk over the audit trail came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// Whether every row follows from the one before, and every head is there.
    pub is_whole: bool,
    /// The last row (`N:HASH`), of a whole trail.
    pub head: Option<String>,
    /// How many heads were compared, of a whole trail.
    pub heads_compared: usize,
    /// The first row that does not fit.
    pub broken_at: Option<u64>,
    /// What is wrong with it.
    pub why: Option<String>,
}

/// Where to write a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupTo {
    /// The file, which must not be there; an absolute path.
    pub to: String,
}

/// A copy that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// The file.
    pub to: String,
    /// The last row of its trail (`N:HASH`): kept elsewhere, it shows later whether rows were changed or cut off.
    pub head: String,
}
