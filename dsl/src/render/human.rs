//! For people at a terminal: the lines concerned with what is wrong under them, why, and how to mend it.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};

use super::place::{Place, bytes_of};
use crate::diagnostic::{Diagnostic, Fix, Label, Severity};
use crate::source::{SourceFile, SourceMap};
use crate::span::{FileId, Span};

/// Places further apart than this are shown as two pieces of text.
const GAP_BYTES_MAX: usize = 4_096;
/// A longer piece is not shown, only named.
const PIECE_BYTES_MAX: usize = 16_384;
/// The width that long lines are cut to.
const WIDTH_COLUMNS: usize = 140;

/// Diagnostics as text for people, a blank line after each; with colours for a terminal if wanted.
#[must_use]
pub fn human(diagnostics: &[Diagnostic], sources: &SourceMap, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() }.term_width(WIDTH_COLUMNS);
    let mut text = String::new();
    for diagnostic in diagnostics {
        let fixes = diagnostic.fix.iter().chain(&diagnostic.other_fix);
        let (shown, mends): (Vec<&Fix>, Vec<Group<'_>>) =
            fixes.filter_map(|fix| Some((fix, mend(fix, sources)?))).unzip();
        let mut report = vec![problem(diagnostic, &shown, sources)];
        report.extend(mends);
        text.push_str(&renderer.render(&report));
        text.push_str("\n\n");
    }
    text
}

/// The problem itself, without the help that the fixes shown below it give.
fn problem<'s>(diagnostic: &'s Diagnostic, shown: &[&Fix], sources: &'s SourceMap) -> Group<'s> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(diagnostic.title.as_str()).id(diagnostic.code.0));
    for piece in pieces(diagnostic, sources) {
        group = match piece {
            Piece::Text(snippet) => group.element(snippet),
            Piece::Place(origin) => group.element(origin),
        };
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    for help in diagnostic.help.iter().filter(|help| !is_said(help, shown)) {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    group
}

/// Whether a fix says the same.
fn is_said(help: &str, fixes: &[&Fix]) -> bool {
    let near = help.strip_prefix("did you mean ").and_then(|rest| rest.strip_suffix('?'));
    fixes.iter().any(|fix| fix.title == help || (near.is_some() && fix.title.strip_prefix("write ") == near))
}

enum Piece<'s> {
    Text(Snippet<'s, Annotation<'s>>),
    Place(Origin<'s>),
}

struct Marked<'s> {
    file: FileId,
    bytes: Range<usize>,
    kind: AnnotationKind,
    label: &'s Label,
}

fn pieces<'s>(diagnostic: &'s Diagnostic, sources: &'s SourceMap) -> Vec<Piece<'s>> {
    let primary = std::iter::once((AnnotationKind::Primary, &diagnostic.primary));
    let secondary = diagnostic.secondary.iter().map(|label| (AnnotationKind::Context, label));
    let mut marks: Vec<Marked<'s>> = primary
        .chain(secondary)
        .filter_map(|(kind, label)| {
            let bytes = bytes_of(label.span, sources.file(label.span.file)?);
            Some(Marked { file: label.span.file, bytes, kind, label })
        })
        .collect();
    // the primary's file first, each file from top to bottom
    let first = diagnostic.primary.span.file;
    marks.sort_by_key(|mark| (mark.file != first, mark.file, mark.bytes.start));
    let mut pieces = Vec::new();
    let mut together: Vec<Marked<'s>> = Vec::new();
    for mark in marks {
        let apart = together.last().is_some_and(|last| {
            last.file != mark.file || mark.bytes.start.saturating_sub(last.bytes.end) > GAP_BYTES_MAX
        });
        if apart {
            pieces.extend(piece(std::mem::take(&mut together), sources));
        }
        together.push(mark);
    }
    pieces.extend(piece(together, sources));
    pieces
}

fn piece<'s>(marks: Vec<Marked<'s>>, sources: &'s SourceMap) -> Option<Piece<'s>> {
    let first = marks.first()?;
    let file = sources.file(first.file)?;
    let end = marks.iter().map(|mark| mark.bytes.end).max()?;
    let (lines, text) = whole_lines(file, first.bytes.start..end);
    let place = Place::of(first.label.span, sources);
    if text.len() > PIECE_BYTES_MAX {
        let origin = Origin::path(file.name()).line(place.start_line as usize);
        return Some(Piece::Place(origin.char_column(place.start_column as usize)));
    }
    let annotations = marks.iter().map(|mark| {
        let label = Some(mark.label.text.as_str()).filter(|text| !text.is_empty());
        mark.kind.span(within(&mark.bytes, lines.start, text.len())).label(label)
    });
    let snippet = Snippet::source(text).path(file.name()).line_start(place.start_line as usize);
    Some(Piece::Text(snippet.annotations(annotations.collect::<Vec<_>>())))
}

fn mend<'s>(fix: &'s Fix, sources: &'s SourceMap) -> Option<Group<'s>> {
    let first = fix.edits.first()?;
    let file = sources.file(first.span.file)?;
    if fix.edits.iter().any(|edit| edit.span.file != first.span.file) {
        return None;
    }
    let spans = || fix.edits.iter().map(|edit| bytes_of(edit.span, file));
    let start = spans().map(|bytes| bytes.start).min()?;
    let (lines, text) = whole_lines(file, start..spans().map(|bytes| bytes.end).max()?);
    if text.len() > PIECE_BYTES_MAX {
        return None;
    }
    let patches = fix.edits.iter().map(|edit| {
        Patch::new(within(&bytes_of(edit.span, file), lines.start, text.len()), edit.replacement.as_str())
    });
    let line =
        Place::of(Span { start: first.span.start.min(u32::try_from(start).ok()?), ..first.span }, sources)
            .start_line;
    let snippet = Snippet::source(text).path(file.name()).line_start(line as usize);
    let title = Level::HELP.secondary_title(fix.title.as_str());
    Some(Group::with_title(title).element(snippet.patches(patches.collect::<Vec<_>>())))
}

/// The whole lines that hold these bytes, without the last line break.
fn whole_lines(file: &SourceFile, bytes: Range<usize>) -> (Range<usize>, &str) {
    let text = file.text();
    let start = text.get(..bytes.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let end =
        text.get(bytes.end..).and_then(|after| after.find('\n')).map_or(text.len(), |at| bytes.end + at);
    (start..end, text.get(start..end).unwrap_or_default())
}

fn within(bytes: &Range<usize>, start: usize, length: usize) -> Range<usize> {
    let at = |byte: usize| byte.saturating_sub(start).min(length);
    at(bytes.start)..at(bytes.end)
}
