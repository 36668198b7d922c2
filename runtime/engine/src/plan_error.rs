//! What can be wrong with a plan: found before the first tick, so that no tick has to look.

use thiserror::Error;

/// Why a plan cannot be executed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// A place in a table that does not have it.
    #[error("{from} names {what} {place}, and there is none")]
    NoSuch {
        /// What names it.
        from: String,
        /// The table.
        what: &'static str,
        /// The place.
        place: u32,
    },
    /// Columns, maps or rows of label sets that do not fit together.
    #[error("{from} mixes label sets")]
    Domain {
        /// Where.
        from: String,
    },
    /// A figure that has no meaning.
    #[error("{from}: {why}")]
    Figure {
        /// Where.
        from: String,
        /// What is wrong.
        why: &'static str,
    },
    /// A pattern that is none, or that is too large.
    #[error("the pattern `{pattern}` cannot be used: {why}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong.
        why: String,
    },
}
