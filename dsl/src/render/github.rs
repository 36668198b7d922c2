//! For GitHub: workflow commands that put each diagnostic beside its line in a pull request.

use super::json::severity;
use super::place::Place;
use crate::diagnostic::Diagnostic;
use crate::source::SourceMap;

/// Diagnostics as GitHub workflow commands, a line each.
#[must_use]
pub fn github(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    diagnostics.iter().map(|diagnostic| annotation(diagnostic, sources)).collect()
}

fn annotation(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let place = Place::of(diagnostic.primary.span, sources);
    let mut message = diagnostic.title.clone();
    for part in std::iter::once(&diagnostic.primary.text).chain(&diagnostic.notes).chain(&diagnostic.help) {
        if !part.is_empty() {
            message.push('\n');
            message.push_str(part);
        }
    }
    format!(
        "::{} file={},line={},col={},endLine={},endColumn={},title={}::{}\n",
        severity(diagnostic.severity),
        property(&place.file),
        place.start_line,
        place.start_column,
        place.end_line,
        place.end_column,
        property(diagnostic.code.0),
        data(&message),
    )
}

/// What a command's message escapes.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What a command's property escapes.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
