//! Tokens and lines of text that could not be read, for messages.

use std::ops::Range;

use super::words::RESERVED;

/// The longest token that a message shows, in bytes.
const SHOWN_BYTES_MAX: usize = 40;
/// Signs of several characters, ours and others'.
const SIGNS: [&str; 12] = ["&&", "||", "==", "<>", "=>", "=<", "//", "/*", "=~", "!~", "..", "->"];

/// What stands at a place.
pub(super) struct Found<'i> {
    /// Empty at the end of the file.
    pub token: &'i str,
    pub at: Range<usize>,
}

pub(super) fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

fn is_word_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The word at the end of a text.
pub(super) fn last_word(text: &str) -> Option<&str> {
    let start = text.trim_end_matches(is_word_character).len();
    text.get(start..).filter(|word| !word.is_empty())
}

/// The word or quantity (`5%`, `1.5 req/s` without its space) at the end of a text.
pub(super) fn last_literal(text: &str) -> Option<&str> {
    let start = text.trim_end_matches(|c| is_word_character(c) || matches!(c, '.' | '%' | '/')).len();
    text.get(start..).filter(|literal| !literal.is_empty())
}

/// The token at the beginning of a text, cut where a message would become long.
pub(super) fn token(rest: &str) -> &str {
    let length = match rest.chars().next() {
        None => 0,
        Some('"') => {
            let inner = rest.get(1..).unwrap_or_default();
            let end = |(at, c): &(usize, char)| matches!(c, '"' | '\n') || *at > SHOWN_BYTES_MAX;
            inner.char_indices().find(end).map_or(rest.len(), |(at, c)| 1 + at + usize::from(c == '"'))
        }
        Some(c) if is_word_character(c) => {
            rest.find(|c: char| !is_word_character(c)).unwrap_or(rest.len()).min(SHOWN_BYTES_MAX)
        }
        Some(c) => SIGNS.iter().find(|sign| rest.starts_with(**sign)).map_or(c.len_utf8(), |sign| sign.len()),
    };
    rest.get(..length).unwrap_or_default()
}

/// A region that could not be read, cut before each line that begins with a word of its own and so is likely to begin something
/// else: outside of brackets, and not where the line before waits for more.
pub(super) fn lines_with_head(clean: &str, region: Range<usize>) -> Vec<Range<usize>> {
    let text = clean.get(region.clone()).unwrap_or_default();
    let mut pieces = Vec::new();
    let mut start = region.start;
    let (mut depth, mut in_text, mut escaped, mut at_line_start) = (0_usize, false, false, false);
    // the last byte that is no blank
    let mut before = b' ';
    for (offset, byte) in text.bytes().enumerate() {
        if in_text {
            in_text = byte != b'"' || escaped;
            escaped = byte == b'\\' && !escaped;
            before = byte;
            continue;
        }
        match byte {
            b'\n' => at_line_start = true,
            b' ' | b'\t' | b'\r' => {}
            _ => {
                let ends = before.is_ascii_alphanumeric()
                    || matches!(before, b'_' | b'"' | b'\'' | b')' | b'}' | b'%' | b';');
                // asked last: a long word would be read once for each of its letters
                if at_line_start && depth == 0 && ends && begins(text.get(offset..).unwrap_or_default()) {
                    pieces.push(start..trimmed_end(clean, start, region.start + offset));
                    start = region.start + offset;
                }
                at_line_start = false;
                match byte {
                    b'"' => in_text = true,
                    b'(' | b'{' => depth += 1,
                    b')' | b'}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                before = byte;
            }
        }
    }
    pieces.push(start..region.end);
    pieces
}

/// Whether a line's text begins with a word of its own, or as comments do elsewhere.
fn begins(rest: &str) -> bool {
    let head = token(rest);
    (is_word(head) && !RESERVED.contains(&head)) || head == "//"
}

fn trimmed_end(clean: &str, start: usize, end: usize) -> usize {
    clean.get(start..end).map_or(end, |piece| start + piece.trim_end().len())
}
