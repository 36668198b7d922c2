//! Diagnostics as data: a stable code, the places involved, why, and how to mend it.
//!
//! A diagnostic is never a string. Each error is a small struct of its own where it is found (with private fields and typed help)
//! that turns into this one form, which the command line renders for people, editors and machines.
//!
//! How messages are written: lower case, no full stop, back-quotes round what the user wrote, no Rust names; the title says the
//! problem, the help says the mend, and nobody is blamed.

use crate::shorten::shortened;
use crate::span::Span;

/// The stable code of a kind of diagnostic, such as `E0312`; never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The policy set is refused.
    Error,
    /// The policy set is accepted, and probably not what was meant.
    Warning,
}

/// A place with a remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What to see there; may be empty for the primary place.
    pub text: String,
}

/// A replacement of texts that an editor can apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative (`write \`sum(x overall)\``).
    pub title: String,
    /// The replacements; they do not overlap.
    pub edits: Vec<Edit>,
}

/// One replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty span inserts.
    pub span: Span,
    /// By what.
    pub replacement: String,
}

/// One diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its stable code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// The problem in one line.
    pub title: String,
    /// The place it is about.
    pub primary: Label,
    /// Other places involved.
    pub secondary: Vec<Label>,
    /// Why it is so, a sentence each.
    pub notes: Vec<String>,
    /// How to mend it, in words.
    pub help: Vec<String>,
    /// How to mend it, as an edit.
    pub fix: Option<Fix>,
    /// Another way to mend it, where what was meant is open.
    pub other_fix: Option<Fix>,
}

impl Diagnostic {
    /// An error at a place.
    #[must_use]
    pub fn error(code: Code, title: impl Into<String>, span: Span) -> Self {
        Self {
            code,
            severity: Severity::Error,
            title: shortened(title.into()),
            primary: Label { span, text: String::new() },
            secondary: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            fix: None,
            other_fix: None,
        }
    }

    /// A warning at a place.
    #[must_use]
    pub fn warning(code: Code, title: impl Into<String>, span: Span) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, title, span) }
    }

    /// Says what to see at the primary place.
    #[must_use]
    pub fn here(mut self, text: impl Into<String>) -> Self {
        self.primary.text = shortened(text.into());
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: shortened(text.into()) });
        self
    }

    /// Adds a reason.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(shortened(text.into()));
        self
    }

    /// Adds a mend in words.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(shortened(text.into()));
        self
    }

    /// Adds the mend as an edit.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fix = Some(Fix { title: shortened(title.into()), edits });
        self
    }

    /// Adds another mend as an edit, where what was meant is open.
    #[must_use]
    pub fn or_fix(mut self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.other_fix = Some(Fix { title: shortened(title.into()), edits });
        self
    }
}
