//! What must hold of every input, as plain functions: for cargo-fuzz, for bounded mutations, for property tests.
//!
//! Each panics when its claim does not hold.

use std::fmt::Write as _;

use crate::diagnostic::Diagnostic;
use crate::parse::{DIAGNOSTICS_MAX, Parsed};
use crate::{FileId, SourceMap, format, render, shape};

/// Bytes of any kind are read without a panic, twice the same way, and every diagnostic points into the text and can be shown.
pub fn parse(data: &[u8]) {
    let file = FileId(0);
    let text = match crate::decode(file, data) {
        Ok(text) => text,
        Err(diagnostic) => {
            let lossy = String::from_utf8_lossy(data);
            shown(&lossy, &[diagnostic]);
            lossy.into_owned()
        }
    };
    let parsed = crate::parse(file, &text);
    assert_eq!(parsed, crate::parse(file, &text), "the same text was read in two ways");
    assert!(parsed.diagnostics.len() <= DIAGNOSTICS_MAX + 1, "more diagnostics than the limit");
    let in_order = |pair: &[Diagnostic]| match pair {
        [a, b] => a.primary.span.start <= b.primary.span.start,
        _ => true,
    };
    assert!(parsed.diagnostics.windows(2).all(in_order), "diagnostics are not in the order of their places");
    for diagnostic in &parsed.diagnostics {
        let spans = std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary).map(|label| label.span);
        let edits = diagnostic.fix.iter().chain(&diagnostic.other_fix).flat_map(|fix| &fix.edits);
        for span in spans.chain(edits.map(|edit| edit.span)) {
            let piece = text.get(span.start as usize..span.end as usize);
            assert!(
                piece.is_some(),
                "{} points at {span:?}, outside of the text or into a character",
                diagnostic.code.0
            );
        }
    }
    // a few stand for all: showing a thousand takes longer than finding them
    shown(&text, parsed.diagnostics.get(..8).unwrap_or(&parsed.diagnostics));
}

/// A text that can be read is formatted to one that means the same, has the same comments, and is left as it is by formatting.
pub fn format_round_trip(data: &[u8]) {
    let file = FileId(0);
    let Ok(text) = crate::decode(file, data) else { return };
    let before = crate::parse(file, &text);
    let formatted = match format(file, &text) {
        Ok(formatted) => formatted,
        Err(diagnostics) => {
            assert_eq!(
                diagnostics, before.diagnostics,
                "the formatter refuses for other reasons than the parser"
            );
            return;
        }
    };
    let after = crate::parse(file, &formatted);
    assert_eq!(after.diagnostics, [], "formatting broke the text:\n{formatted}");
    assert_eq!(
        shape(&before.file),
        shape(&after.file),
        "formatting changed what the text says:\n{formatted}"
    );
    assert_eq!(
        comments(&text, &before),
        comments(&formatted, &after),
        "formatting lost a comment:\n{formatted}"
    );
    assert_eq!(format(file, &formatted).as_ref(), Ok(&formatted), "formatting is not at rest");
}

fn comments<'t>(text: &'t str, parsed: &Parsed) -> Vec<&'t str> {
    let written = |span: crate::Span| text.get(span.start as usize..span.end as usize).unwrap_or_default();
    let mut comments: Vec<_> = parsed.comments.iter().map(|comment| written(comment.span)).collect();
    comments.sort_unstable();
    comments
}

fn shown(text: &str, diagnostics: &[Diagnostic]) {
    let mut sources = SourceMap::default();
    sources.add("fuzz.nvp", text);
    let mut report = render::human(diagnostics, &sources, false);
    let _ =
        write!(report, "{}{}", render::json(diagnostics, &sources), render::github(diagnostics, &sources));
    report.push_str(&render::sarif(diagnostics, &sources, "0", |_| None));
    for diagnostic in diagnostics {
        assert!(report.contains(diagnostic.code.0), "{} was not shown", diagnostic.code.0);
    }
}
