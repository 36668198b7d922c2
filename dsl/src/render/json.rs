//! For scripts and editors: one JSON document.

use serde::Serialize;

use super::place::Place;
use crate::diagnostic::{Diagnostic, Fix, Label, Severity};
use crate::source::SourceMap;

#[derive(Serialize)]
struct Report<'d> {
    errors: usize,
    warnings: usize,
    diagnostics: Vec<Entry<'d>>,
}

#[derive(Serialize)]
struct Entry<'d> {
    code: &'d str,
    severity: &'static str,
    title: &'d str,
    at: Marked<'d>,
    also: Vec<Marked<'d>>,
    notes: &'d [String],
    help: &'d [String],
    fixes: Vec<Mend<'d>>,
}

#[derive(Serialize)]
struct Marked<'d> {
    #[serde(flatten)]
    place: Place,
    text: &'d str,
}

#[derive(Serialize)]
struct Mend<'d> {
    title: &'d str,
    edits: Vec<Replacement<'d>>,
}

#[derive(Serialize)]
struct Replacement<'d> {
    #[serde(flatten)]
    place: Place,
    replacement: &'d str,
}

/// Diagnostics as one JSON object with a line break at its end: `errors`, `warnings` (counts) and `diagnostics`, each with its
/// `code`, `severity` (`error`, `warning`), `title`, `at` and `also` (file, lines and columns from 1, columns in characters,
/// bytes from 0), `notes`, `help` and `fixes`.
#[must_use]
pub fn json(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let report = Report {
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        diagnostics: diagnostics.iter().map(|diagnostic| entry(diagnostic, sources)).collect(),
    };
    in_lines(&report)
}

/// A document in lines; these structs have no map with keys that are no strings, the one thing that JSON refuses.
pub(super) fn in_lines(document: &impl Serialize) -> String {
    serde_json::to_string_pretty(document).map(|text| text + "\n").unwrap_or_default()
}

pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn entry<'d>(diagnostic: &'d Diagnostic, sources: &SourceMap) -> Entry<'d> {
    let marked = |label: &'d Label| Marked { place: Place::of(label.span, sources), text: &label.text };
    let mend = |fix: &'d Fix| {
        let replace = |edit: &'d crate::diagnostic::Edit| Replacement {
            place: Place::of(edit.span, sources),
            replacement: &edit.replacement,
        };
        Mend { title: &fix.title, edits: fix.edits.iter().map(replace).collect() }
    };
    Entry {
        code: diagnostic.code.0,
        severity: severity(diagnostic.severity),
        title: &diagnostic.title,
        at: marked(&diagnostic.primary),
        also: diagnostic.secondary.iter().map(marked).collect(),
        notes: &diagnostic.notes,
        help: &diagnostic.help,
        fixes: diagnostic.fix.iter().chain(&diagnostic.other_fix).map(mend).collect(),
    }
}
