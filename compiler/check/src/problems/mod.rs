//! The problems that checking finds: one small struct each, turning into a diagnostic.

pub(crate) mod calendars;
pub(crate) mod clauses;
pub(crate) mod deeds;
pub(crate) mod labels;
pub(crate) mod ladders;
pub(crate) mod names;
pub(crate) mod numbers;
pub(crate) mod playbooks;
pub(crate) mod proofs;
pub(crate) mod reactions;
pub(crate) mod tests;
pub(crate) mod types;

use nvp_dsl::Span;
use nvp_dsl::diagnostic::Edit;

/// Inserts a text before a place.
fn before(span: Span, text: impl Into<String>) -> Edit {
    Edit { span: Span { end: span.start, ..span }, replacement: text.into() }
}

/// Inserts a text after a place.
fn after(span: Span, text: impl Into<String>) -> Edit {
    Edit { span: Span { start: span.end, ..span }, replacement: text.into() }
}

/// Replaces what stands at a place.
fn replace(span: Span, text: impl Into<String>) -> Edit {
    Edit { span, replacement: text.into() }
}

/// `a`, `b` and `c` with back-quotes.
pub(crate) fn listed<T: AsRef<str>>(names: &[T]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.split_last() {
        None => "none".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
