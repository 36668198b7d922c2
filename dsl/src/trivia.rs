//! What the tree leaves out and the formatter needs: comments.

use crate::span::Span;

/// A comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// From its `#` to the end of its line, blanks at the end left out.
    pub span: Span,
    /// Whether it begins with `##` and so documents what follows.
    pub doc: bool,
    /// Whether nothing but blanks stands before it on its line.
    pub own_line: bool,
}
