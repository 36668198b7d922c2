//! The pass before the grammar: one walk over the characters that knows comments, texts and brackets, and nothing else.
//!
//! It takes out what would make a grammar run away: comments, control characters, brackets and quotes without a partner, nesting
//! beyond the limit. What it takes out is overwritten by bytes of the same number, so every place stays where it was.

use std::ops::Range;

use super::brackets::{Frame, Open};
use super::findings::Findings;
use super::{BRACKETS_MAX, lexical};
use crate::span::{FileId, Span};
use crate::trivia::Comment;

/// What the walk found.
pub(super) struct Scan {
    /// The text for the grammar. INVARIANT (same places): a byte of the source has the same offset here; only closing brackets
    /// and quotes that the source lacks may stand behind its end.
    pub clean: String,
    pub comments: Vec<Comment>,
    pub findings: Findings,
}

/// Walks over a text; a second time, closing brackets before what looks like the next item, when a bracket was left open.
pub(super) fn scan(file: FileId, text: &str) -> Scan {
    let first = Scanner::new(file, text, false).run();
    match first {
        Outcome { scan, open_to_end: false } => scan,
        Outcome { open_to_end: true, .. } => Scanner::new(file, text, true).run().scan,
    }
}

struct Outcome {
    scan: Scan,
    open_to_end: bool,
}

struct Scanner<'t> {
    file: FileId,
    text: &'t str,
    clean: Vec<u8>,
    comments: Vec<Comment>,
    findings: Findings,
    open: Open,
    /// Whether `=~` or `!~` has just been read, so that a text which follows is a pattern.
    pattern_follows: bool,
    /// Where the bracket stands that is one too deep.
    too_deep: Option<usize>,
    /// Where the run of control characters ends that was reported last.
    control_end: usize,
    line_start: usize,
    blank_line_so_far: bool,
    close_before_items: bool,
    /// A text that was not closed has swallowed closing brackets: what was opened before it need not be told.
    excused_before: usize,
}

impl<'t> Scanner<'t> {
    fn new(file: FileId, text: &'t str, close_before_items: bool) -> Self {
        Self {
            file,
            text,
            clean: text.as_bytes().to_vec(),
            comments: Vec::new(),
            findings: Findings::default(),
            open: Open::default(),
            pattern_follows: false,
            too_deep: None,
            control_end: 0,
            line_start: 0,
            blank_line_so_far: true,
            close_before_items,
            excused_before: 0,
        }
    }

    fn run(mut self) -> Outcome {
        let mut at = 0;
        while let Some(character) = self.text.get(at..).and_then(|rest| rest.chars().next()) {
            at = self.step(at, character);
        }
        self.end_of_line(self.text.len());
        let open_to_end = !self.open.is_empty();
        self.close_down_to(0, self.text.len());
        let clean = String::from_utf8(self.clean).unwrap_or_default();
        let scan = Scan { clean, comments: self.comments, findings: self.findings };
        Outcome { scan, open_to_end }
    }

    /// Takes one character, or what belongs to it, and says where the next begins.
    fn step(&mut self, at: usize, character: char) -> usize {
        let next = at + character.len_utf8();
        if character == '\n' {
            self.end_of_line(at);
            self.line_start = next;
            self.blank_line_so_far = true;
            return next;
        }
        let in_text = matches!(self.open.innermost(), Some(Frame::Text { .. }));
        let lone_return =
            character == '\r' && !self.text.get(next..).is_some_and(|rest| rest.starts_with('\n'));
        if lone_return || is_hidden(character) || (!in_text && is_hidden_in_code(character)) {
            self.hidden(at, next, character);
            return next;
        }
        let next = match self.open.innermost() {
            Some(Frame::Text { raw }) => self.in_text(at, next, character, raw),
            _ => self.in_code(at, next, character),
        };
        self.blank_line_so_far &= character.is_ascii_whitespace();
        next
    }

    fn in_text(&mut self, at: usize, next: usize, character: char, raw: bool) -> usize {
        let following = self.text.get(next..).and_then(|rest| rest.chars().next());
        match (character, following) {
            ('"', _) => self.pop(next),
            ('\\', Some(escaped)) if !matches!(escaped, '\n' | '\r') && !is_hidden(escaped) => {
                return next + escaped.len_utf8();
            }
            ('\\', _) => self.blank(at..next),
            ('{', Some('{')) if !raw => return next + 1,
            ('{', _) if !raw => self.push(Frame::Insertion, at),
            _ => {}
        }
        next
    }

    fn in_code(&mut self, at: usize, next: usize, character: char) -> usize {
        if character.is_ascii_whitespace() {
            return next;
        }
        if character == '#' && !self.open.inside_text() {
            return self.comment(at);
        }
        if self.close_before_items && at == self.line_start && !self.open.is_empty() && self.item_begins(at) {
            self.close_down_to(0, at);
        }
        match character {
            '"' => self.push(Frame::Text { raw: self.pattern_follows }, at),
            '(' => self.push(Frame::Paren, at),
            '{' => self.push(Frame::Brace, at),
            ')' => match self.open.innermost() {
                Some(Frame::Paren) => self.pop(next),
                _ => self.stray(at),
            },
            '}' => self.closing_brace(at, next),
            _ => {}
        }
        let previous = at.checked_sub(1).and_then(|index| self.text.as_bytes().get(index));
        self.pattern_follows = character == '~' && matches!(previous, Some(b'=' | b'!'));
        next
    }

    /// A `}` closes what was left open inside its block, too.
    fn closing_brace(&mut self, at: usize, next: usize) {
        let Some(parens) = self.open.parens_in_brace() else { return self.stray(at) };
        let keep = self.open.len() - parens;
        self.close_down_to(keep, at);
        self.pop(next);
    }

    fn comment(&mut self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default();
        let end = at + line.len();
        for (offset, character) in line.char_indices() {
            if character == '\r' || is_hidden(character) {
                self.hidden(at + offset, at + offset + character.len_utf8(), character);
            }
        }
        let written = line.trim_end();
        let span = self.span(at..at + written.len());
        self.comments.push(Comment {
            span,
            doc: written.starts_with("##"),
            own_line: self.blank_line_so_far,
        });
        self.blank(at..end);
        end
    }

    /// A text ends on its line; what it left open ends with it.
    fn end_of_line(&mut self, at: usize) {
        let Some((index, start)) = self.open.outermost_text() else { return };
        let end = start + self.text.get(start..at).unwrap_or_default().trim_end().len();
        let written = self.text.get(start..end).unwrap_or_default();
        if written.contains(['}', ')']) {
            self.excused_before = start;
        }
        let insertion = self.open.insertion_of(index).map(|at| self.span(at..at + 1));
        self.findings.add(lexical::text_not_closed(self.span(start..end), insertion));
        self.blank(start + 1..at);
        match self.clean.get_mut(at) {
            Some(newline) => *newline = b'"',
            None => self.clean.push(b'"'),
        }
        self.truncate(index, at);
    }

    fn push(&mut self, frame: Frame, at: usize) {
        self.open.push(frame, at);
        if self.open.len() > BRACKETS_MAX && self.too_deep.is_none() {
            self.too_deep = Some(at);
            self.findings.add(lexical::nested_too_deeply(self.span(at..at + 1)));
        }
    }

    fn pop(&mut self, end: usize) {
        self.truncate(self.open.len().saturating_sub(1), end);
    }

    /// Drops frames; a region nested too deeply that so ends is read as the number `0`.
    fn truncate(&mut self, keep: usize, end: usize) {
        self.open.drop_to(keep);
        if let Some(start) = self.too_deep.filter(|_| keep <= BRACKETS_MAX) {
            self.blank(start..end);
            if let Some(byte) = self.clean.get_mut(start) {
                *byte = b'0';
            }
            self.too_deep = None;
        }
    }

    /// Reports what is open beyond the first `keep` frames and closes it in the blanks before `at`, or else blanks what opened it.
    fn close_down_to(&mut self, keep: usize, at: usize) {
        if self.too_deep.is_some() {
            self.truncate(keep.max(BRACKETS_MAX), at);
        }
        let open = self.open.drop_to(keep);
        if self.too_deep.is_some() {
            return;
        }
        for (frame, start) in open.iter().filter(|(_, start)| *start >= self.excused_before) {
            let sign = if *frame == Frame::Paren { "(" } else { "{" };
            self.findings.add(lexical::not_closed(sign, self.span(*start..start + 1)));
        }
        if at == self.text.len() {
            self.clean.extend(open.iter().rev().map(|(frame, _)| frame.closing()));
            return;
        }
        let before = self.clean.get_mut(..at).unwrap_or_default();
        if before.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count() >= open.len() {
            for ((frame, _), byte) in open.iter().zip(before.iter_mut().rev()) {
                *byte = frame.closing();
            }
        } else {
            for (_, start) in open {
                self.blank(start..start + 1);
            }
        }
    }

    fn stray(&mut self, at: usize) {
        let sign = self.text.get(at..at + 1).unwrap_or_default();
        self.findings.add(lexical::closes_nothing(sign, self.span(at..at + 1)));
        self.blank(at..at + 1);
    }

    fn hidden(&mut self, at: usize, next: usize, character: char) {
        self.blank(at..next);
        let byte_order_mark = at == 0 && character == '\u{feff}';
        if !byte_order_mark && (self.control_end != at || at == 0) {
            let rest = self.text.get(at..).unwrap_or_default();
            let times = rest.chars().take_while(|other| *other == character).count();
            let end = at + times * character.len_utf8();
            self.findings.add(lexical::hidden_character(character, times, self.span(at..end)));
        }
        self.control_end = next;
    }

    /// Whether a line that begins here looks like an item: a keyword, then a name, a text or a block.
    fn item_begins(&self, at: usize) -> bool {
        let rest = self.text.get(at..).unwrap_or_default();
        let word_end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (word, after) = rest.split_at(word_end);
        let blank = after.starts_with([' ', '\t']);
        let next = after.trim_start_matches([' ', '\t']).chars().next();
        (super::words::ITEM_WORDS.contains(&word) || super::words::LATER_ITEM_WORDS.contains(&word))
            && blank
            && next.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '"' | '{'))
    }

    fn blank(&mut self, range: Range<usize>) {
        if let Some(bytes) = self.clean.get_mut(range) {
            bytes.fill(b' ');
        }
    }

    fn span(&self, range: Range<usize>) -> Span {
        super::span_of(self.file, range)
    }
}

/// Control characters, and those that make a line read otherwise than it is (Unicode's bidirectional controls).
fn is_hidden(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => false,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => true,
        _ => character.is_control(),
    }
}

/// Blanks that are no blanks of the language, and marks without a width: welcome in texts and comments, not between words.
fn is_hidden_in_code(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}')
        || (character.is_whitespace() && !character.is_ascii_whitespace())
}
