//! What is sent: one decision, in the forms that destinations need.

/// One decision, already text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The decision as one line of JSON, without a line break.
    pub json: String,
    /// The decision for people, without a line break at the end.
    pub text: String,
}
