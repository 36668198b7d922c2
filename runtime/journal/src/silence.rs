//! Silences, as they are written down.

use serde::{Deserialize, Serialize};

/// Nobody is called for what matches, for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// A key of whoever asked.
    pub key: String,
    /// The alert, or all.
    pub alert: Option<String>,
    /// The service, or all.
    pub service: Option<String>,
    /// Labels that a row must have.
    pub labels: Vec<(String, String)>,
    /// From, inclusive.
    pub from_ms: i64,
    /// To, exclusive.
    pub to_ms: i64,
    /// Why.
    pub why: String,
}
