//! How a series is written: `name{label="value",…}`, with the escapes of the format at hand.

use crate::dropped::DropReason;
use crate::limits::Limits;

/// Which escapes a quoted text has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// `\\`, `\"` and `\n`; a backslash before anything else stands for itself.
    Exposition,
    /// Those of a Go string literal.
    Go,
}

/// A series as written: in the order of the line, nothing dropped.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) name: String,
    pub(crate) labels: Vec<(String, String)>,
    /// The bytes of the line it takes.
    pub(crate) bytes: usize,
}

/// Whether `byte` separates tokens.
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// `text` from its first byte that is no blank.
pub(crate) fn skip_blanks(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|&&b| is_blank(b)).count();
    text.get(blanks..).unwrap_or_default()
}

/// The first token of `text`, and what follows it without the blanks between.
pub(crate) fn token(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|&b| is_blank(b)).unwrap_or(text.len());
    let (token, rest) = text.split_at_checked(end).unwrap_or((text, &[]));
    (token, skip_blanks(rest))
}

/// `line` without blanks at its ends and without a carriage return at its end.
pub(crate) fn trim(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let end = line.iter().rposition(|&b| !is_blank(b)).map_or(0, |last| last + 1);
    skip_blanks(line.get(..end).unwrap_or_default())
}

/// The bytes a series takes at the head of `line`, found without understanding it; `None` when its braces do not close.
pub(crate) fn written_bytes(line: &[u8]) -> Option<usize> {
    let name_end = line.iter().position(|&b| is_blank(b) || b == b'{').unwrap_or(line.len());
    let after = skip_blanks(line.get(name_end..)?);
    if after.first() != Some(&b'{') {
        return Some(name_end);
    }
    let mut place = line.len() - after.len();
    loop {
        place += memchr::memchr2(b'"', b'}', line.get(place..)?)? + 1;
        if line.get(place - 1) == Some(&b'}') {
            return Some(place);
        }
        loop {
            place += memchr::memchr2(b'"', b'\\', line.get(place..)?)? + 1;
            if line.get(place - 1) == Some(&b'"') {
                break;
            }
            place += 1;
        }
    }
}

/// Reads the series at the head of `line`. What follows it is not looked at: where the series is remembered it is not read
/// here at all, and a line must be one thing whether it is or not.
///
/// # Errors
/// Why it is none, or which limit it breaks.
pub(crate) fn series(line: &[u8], escapes: Escapes, limits: &Limits) -> Result<Written, DropReason> {
    let mut cursor = Cursor { rest: line, escapes, limits };
    let mut written = Written::default();
    if !line.starts_with(b"{") {
        written.name = cursor.word(true)?;
        if cursor.rest.first().is_some_and(|&b| !is_blank(b) && b != b'{') {
            return Err(DropReason::BadLine);
        }
    }
    let bare = cursor.rest;
    cursor.blanks();
    if cursor.eat(b'{') {
        cursor.labels(&mut written)?;
    } else {
        cursor.rest = bare;
    }
    if written.name.is_empty() {
        return Err(DropReason::BadLine);
    }
    written.bytes = line.len() - cursor.rest.len();
    Ok(written)
}

/// The name in a comment: a word, or quoted.
pub(crate) fn name(token: &[u8], limits: &Limits) -> Result<String, DropReason> {
    let mut cursor = Cursor { rest: token, escapes: Escapes::Exposition, limits };
    let name = if token.starts_with(b"\"") {
        cursor.quoted(limits.name_bytes_max, DropReason::NameTooLong)?
    } else {
        cursor.word(true)?
    };
    if cursor.rest.is_empty() { Ok(name) } else { Err(DropReason::BadLine) }
}

struct Cursor<'l> {
    rest: &'l [u8],
    escapes: Escapes,
    limits: &'l Limits,
}

impl Cursor<'_> {
    fn blanks(&mut self) {
        self.rest = skip_blanks(self.rest);
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.rest.first() == Some(&byte);
        if found {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
        found
    }

    /// A name without quotes; of a metric it may have colons.
    fn word(&mut self, colons: bool) -> Result<String, DropReason> {
        let is_start = |b: u8| b.is_ascii_alphabetic() || b == b'_' || (colons && b == b':');
        if !self.rest.first().is_some_and(|&b| is_start(b)) {
            return Err(DropReason::BadLine);
        }
        let end =
            self.rest.iter().position(|&b| !is_start(b) && !b.is_ascii_digit()).unwrap_or(self.rest.len());
        if end > self.limits.name_bytes_max {
            return Err(DropReason::NameTooLong);
        }
        let (word, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, &[]));
        self.rest = rest;
        String::from_utf8(word.to_vec()).map_err(|_| DropReason::NotUtf8)
    }

    /// The labels after the opening brace, up to and with the closing one.
    fn labels(&mut self, written: &mut Written) -> Result<(), DropReason> {
        loop {
            self.blanks();
            if self.eat(b'}') {
                return Ok(());
            }
            self.label(written)?;
            self.blanks();
            if !self.eat(b',') && self.rest.first() != Some(&b'}') {
                return Err(DropReason::BadLine);
            }
        }
    }

    /// One label, or the metric's own name in quotes.
    fn label(&mut self, written: &mut Written) -> Result<(), DropReason> {
        let quoted = self.rest.first() == Some(&b'"');
        let name = if quoted {
            self.quoted(self.limits.name_bytes_max, DropReason::NameTooLong)?
        } else {
            self.word(false)?
        };
        self.blanks();
        if quoted && matches!(self.rest.first(), Some(b',' | b'}')) {
            return set_name(written, name);
        }
        if !self.eat(b'=') {
            return Err(DropReason::BadLine);
        }
        self.blanks();
        let value = self.quoted(self.limits.label_value_bytes_max, DropReason::LabelTooLong)?;
        if name == "__name__" {
            return set_name(written, value);
        }
        if written.labels.len() >= self.limits.labels_max {
            return Err(DropReason::TooManyLabels);
        }
        if written.labels.iter().any(|(other, _)| *other == name) {
            return Err(DropReason::RepeatedLabel);
        }
        written.labels.push((name, value));
        Ok(())
    }

    /// A text in quotes of at most `bytes_max`, else `too_long`.
    fn quoted(&mut self, bytes_max: usize, too_long: DropReason) -> Result<String, DropReason> {
        if !self.eat(b'"') {
            return Err(DropReason::BadLine);
        }
        let mut text = Vec::new();
        loop {
            let plain = memchr::memchr2(b'"', b'\\', self.rest).ok_or(DropReason::BadLine)?;
            let (before, rest) = self.rest.split_at_checked(plain).ok_or(DropReason::BadLine)?;
            if text.len() + before.len() > bytes_max {
                return Err(too_long);
            }
            text.extend_from_slice(before);
            self.rest = rest;
            if self.eat(b'"') {
                return String::from_utf8(text).map_err(|_| DropReason::NotUtf8);
            }
            self.eat(b'\\');
            match self.escapes {
                Escapes::Exposition => self.exposition_escape(&mut text)?,
                Escapes::Go => self.go_escape(&mut text)?,
            }
        }
    }

    fn byte(&mut self) -> Result<u8, DropReason> {
        let (&byte, rest) = self.rest.split_first().ok_or(DropReason::BadLine)?;
        self.rest = rest;
        Ok(byte)
    }

    fn exposition_escape(&mut self, text: &mut Vec<u8>) -> Result<(), DropReason> {
        match self.byte()? {
            b'n' => text.push(b'\n'),
            byte @ (b'\\' | b'"') => text.push(byte),
            byte => text.extend([b'\\', byte]),
        }
        Ok(())
    }

    fn go_escape(&mut self, text: &mut Vec<u8>) -> Result<(), DropReason> {
        let byte = match self.byte()? {
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            byte @ (b'\\' | b'"' | b'\'') => byte,
            b'x' => u8::try_from(self.digits(2, 16)?).map_err(|_| DropReason::BadLine)?,
            b'u' => return self.rune(4, text),
            b'U' => return self.rune(8, text),
            first @ b'0'..=b'7' => {
                let rest = self.digits(2, 8)?;
                u8::try_from(u32::from(first - b'0') * 64 + rest).map_err(|_| DropReason::BadLine)?
            }
            _ => return Err(DropReason::BadLine),
        };
        text.push(byte);
        Ok(())
    }

    fn digits(&mut self, count: usize, base: u32) -> Result<u32, DropReason> {
        let (digits, rest) = self.rest.split_at_checked(count).ok_or(DropReason::BadLine)?;
        self.rest = rest;
        digits.iter().try_fold(0_u32, |number, &digit| {
            let digit = char::from(digit).to_digit(base).ok_or(DropReason::BadLine)?;
            number.checked_mul(base).and_then(|n| n.checked_add(digit)).ok_or(DropReason::BadLine)
        })
    }

    fn rune(&mut self, digits: usize, text: &mut Vec<u8>) -> Result<(), DropReason> {
        let rune = char::from_u32(self.digits(digits, 16)?).ok_or(DropReason::BadLine)?;
        text.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }
}

fn set_name(written: &mut Written, name: String) -> Result<(), DropReason> {
    if !written.name.is_empty() {
        return Err(DropReason::BadLine);
    }
    written.name = name;
    Ok(())
}

#[cfg(test)]
mod tests;
