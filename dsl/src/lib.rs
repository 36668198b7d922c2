//! nvp-dsl: the text of `.nvp` and its syntax tree, both ways.
//!
//! Parsing (pest, with recovery), the formatter, and diagnostics as data. This crate knows no types, no units, no files on disk:
//! it is given texts and returns trees, texts and diagnostics.

pub mod ast;
pub mod codes;
pub mod diagnostic;
mod format;
pub mod fuzz;
mod parse;
pub mod render;
mod shape;
mod shorten;
pub mod source;
pub mod span;
mod suggest;
mod trivia;

pub use diagnostic::{Code, Diagnostic};
pub use format::format;
pub use parse::{BRACKETS_MAX, BYTES_MAX, DIAGNOSTICS_MAX, OPERATORS_MAX, Parsed, decode, parse};
pub use shape::shape;
pub use source::{SourceFile, SourceMap};
pub use span::{FileId, Span, Spanned};
pub use suggest::suggest;
pub use trivia::Comment;
