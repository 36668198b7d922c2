//! nvp-dsl: the text of `.nvp` and its syntax tree, both ways.
//!
//! Parsing (pest, with recovery), the formatter, and diagnostics as data. This crate knows no types, no units, no files on disk:
//! it is given texts and returns trees, texts and diagnostics.

pub mod ast;
pub mod diagnostic;
pub mod source;
pub mod span;

pub use diagnostic::{Code, Diagnostic};
pub use source::{SourceFile, SourceMap};
pub use span::{FileId, Span, Spanned};
