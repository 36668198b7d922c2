//! Which format a recording is, by its content.

use super::{BYTE_ORDER_MARK, RecordingFormat};
use crate::limits::Limits;
use crate::text::sample;
use crate::text::syntax::{self, Escapes};

/// How many lines are looked at.
const LINES_MAX: usize = 200;

/// The format of a recording that begins with `head` (some 64 KiB are plenty; a line may be cut at the end); `None` when no line
/// of it is of any format.
#[must_use]
pub fn sniff(head: &[u8]) -> Option<RecordingFormat> {
    let head = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head);
    let lines = head.split(|&b| b == b'\n').map(syntax::trim).filter(|line| !line.is_empty()).take(LINES_MAX);
    lines.clone().find_map(sample_format).or_else(|| lines.clone().find_map(comment_format))
}

fn sample_format(line: &[u8]) -> Option<RecordingFormat> {
    if is_json(line) {
        return Some(RecordingFormat::JsonLines);
    }
    let written = syntax::series(line, Escapes::Go, &Limits::default())
        .or_else(|_| syntax::series(line, Escapes::Exposition, &Limits::default()))
        .ok()?;
    sample::rest(line.get(written.bytes..)?, true).ok()?;
    let says_name = memchr::memmem::find(line.get(..written.bytes)?, b"__name__").is_some();
    if line.starts_with(b"{") && says_name {
        Some(RecordingFormat::TsdbDump)
    } else {
        Some(RecordingFormat::OpenMetrics)
    }
}

/// Whether a line is an object whose first key is one of an export's. Its end may be far away.
fn is_json(line: &[u8]) -> bool {
    let Some(inside) = line.strip_prefix(b"{").map(syntax::skip_blanks) else { return false };
    [b"\"metric\"".as_slice(), b"\"values\"", b"\"timestamps\""].iter().any(|key| {
        inside.strip_prefix(*key).is_some_and(|after| syntax::skip_blanks(after).first() == Some(&b':'))
    })
}

/// A recording may begin with more comments than are looked at.
fn comment_format(line: &[u8]) -> Option<RecordingFormat> {
    let words = [b"# TYPE ".as_slice(), b"# HELP ", b"# UNIT ", b"# EOF"];
    words.iter().any(|word| line.starts_with(word)).then_some(RecordingFormat::OpenMetrics)
}
