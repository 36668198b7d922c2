//! Spans as lines and columns, safe for spans that a text does not have.

use std::ops::Range;

use serde::Serialize;

use crate::source::{SourceFile, SourceMap};
use crate::span::Span;

/// A span as people and editors count: lines and columns from 1, columns in characters, the end behind the last one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Place {
    pub file: String,
    pub start_line: u32,
    pub start_column: u32,
    pub end_line: u32,
    pub end_column: u32,
    pub start_byte: u32,
    pub end_byte: u32,
}

impl Place {
    /// The place of a span; a file that is not in the map has the name `?`.
    pub(super) fn of(span: Span, sources: &SourceMap) -> Self {
        let Some(file) = sources.file(span.file) else {
            return Self {
                file: "?".to_owned(),
                start_line: 1,
                start_column: 1,
                end_line: 1,
                end_column: 1,
                start_byte: span.start,
                end_byte: span.end,
            };
        };
        let bytes = bytes_of(span, file);
        let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let (start, end) = (file.position(byte(bytes.start)), file.position(byte(bytes.end)));
        Self {
            file: file.name().to_owned(),
            start_line: start.line,
            start_column: start.column,
            end_line: end.line,
            end_column: end.column,
            start_byte: span.start,
            end_byte: span.end,
        }
    }
}

/// The bytes of a span, moved to the boundaries of characters and into the text.
pub(super) fn bytes_of(span: Span, file: &SourceFile) -> Range<usize> {
    let text = file.text();
    let start = text.floor_char_boundary(span.start as usize);
    let end = text.ceil_char_boundary((span.end as usize).min(text.len()));
    start..end.max(start)
}
