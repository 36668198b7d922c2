//! For code scanners: the Static Analysis Results Interchange Format, version 2.1.0.

use serde::Serialize;

use super::json::{in_lines, severity};
use super::place::Place;
use crate::diagnostic::{Code, Diagnostic, Fix, Label};
use crate::source::SourceMap;

#[derive(Serialize)]
struct Log<'d> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'d>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'d> {
    tool: Tool<'d>,
    column_kind: &'static str,
    results: Vec<Finding<'d>>,
}

#[derive(Serialize)]
struct Tool<'d> {
    driver: Driver<'d>,
}

#[derive(Serialize)]
struct Driver<'d> {
    name: &'static str,
    version: &'d str,
    rules: Vec<Reporting>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reporting {
    id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_description: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'d> {
    rule_id: &'d str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Mend<'d>>,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Mend<'d> {
    description: Message,
    artifact_changes: Vec<Change<'d>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'d> {
    artifact_location: Artifact,
    replacements: [Replacement<'d>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'d> {
    deleted_region: Region,
    inserted_content: Content<'d>,
}

#[derive(Serialize)]
struct Content<'d> {
    text: &'d str,
}

/// Diagnostics as a SARIF log with a line break at its end. `version` is the program's, `title` gives the title of a code's page.
#[must_use]
pub fn sarif(
    diagnostics: &[Diagnostic],
    sources: &SourceMap,
    version: &str,
    title: impl Fn(Code) -> Option<String>,
) -> String {
    let mut codes: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let results = diagnostics.iter().map(|diagnostic| finding(diagnostic, &codes, sources)).collect();
    let rules = codes
        .iter()
        .map(|code| Reporting { id: code.0, short_description: title(*code).map(|text| Message { text }) })
        .collect();
    let driver = Driver { name: "novaevo-policy", version, rules };
    in_lines(&Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results }],
    })
}

fn finding<'d>(diagnostic: &'d Diagnostic, codes: &[Code], sources: &SourceMap) -> Finding<'d> {
    let mut text = diagnostic.title.clone();
    for part in diagnostic.notes.iter().chain(&diagnostic.help) {
        text.push('\n');
        text.push_str(part);
    }
    Finding {
        rule_id: diagnostic.code.0,
        rule_index: codes.partition_point(|code| *code < diagnostic.code),
        level: severity(diagnostic.severity),
        message: Message { text },
        locations: [location(&diagnostic.primary, sources)],
        related_locations: diagnostic.secondary.iter().map(|label| location(label, sources)).collect(),
        fixes: diagnostic.fix.iter().chain(&diagnostic.other_fix).map(|fix| mend(fix, sources)).collect(),
    }
}

fn location(label: &Label, sources: &SourceMap) -> Location {
    let place = Place::of(label.span, sources);
    let message = (!label.text.is_empty()).then(|| Message { text: label.text.clone() });
    let physical_location = PhysicalLocation { artifact_location: artifact(&place), region: region(&place) };
    Location { physical_location, message }
}

fn mend<'d>(fix: &'d Fix, sources: &SourceMap) -> Mend<'d> {
    let change = |edit: &'d crate::diagnostic::Edit| {
        let place = Place::of(edit.span, sources);
        let inserted_content = Content { text: &edit.replacement };
        Change {
            artifact_location: artifact(&place),
            replacements: [Replacement { deleted_region: region(&place), inserted_content }],
        }
    };
    Mend {
        description: Message { text: fix.title.clone() },
        artifact_changes: fix.edits.iter().map(change).collect(),
    }
}

fn artifact(place: &Place) -> Artifact {
    Artifact { uri: uri(&place.file) }
}

fn region(place: &Place) -> Region {
    Region {
        start_line: place.start_line,
        start_column: place.start_column,
        end_line: place.end_line,
        end_column: place.end_column,
    }
}

/// A path as a relative URI reference (RFC 3986).
fn uri(path: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes()
        .map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
