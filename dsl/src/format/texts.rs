//! Texts back into their quotes.

use super::Formatter;
use crate::ast::{Text, TextPiece};
use crate::span::Spanned;

/// A text without insertions in quotes.
pub(super) fn quoted(plain: &str) -> String {
    format!("\"{}\"", escaped(plain))
}

/// `("eu", "us")`.
pub(super) fn quoted_list(texts: &[Spanned<String>]) -> String {
    format!("({})", comma_list(texts))
}

/// `"eu", "us"`.
pub(super) fn comma_list(texts: &[Spanned<String>]) -> String {
    texts.iter().map(|text| quoted(&text.node)).collect::<Vec<_>>().join(", ")
}

fn escaped(plain: &str) -> String {
    let mut text = String::with_capacity(plain.len());
    for character in plain.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '{' => text.push_str("{{"),
            other => text.push(other),
        }
    }
    text
}

impl Formatter<'_> {
    /// A text in quotes, its insertions in braces on the same line.
    pub(super) fn text(&self, text: &Text) -> String {
        let mut written = String::from("\"");
        for piece in &text.pieces {
            match piece {
                TextPiece::Plain(plain) => written.push_str(&escaped(plain)),
                TextPiece::Insertion(expr) => {
                    written.push('{');
                    written.push_str(&self.expression(expr).flat());
                    written.push('}');
                }
            }
        }
        written.push('"');
        written
    }
}
