//! What follows the series on a line: the value, perhaps a timestamp, perhaps an exemplar.

use crate::dropped::DropReason;
use crate::text::{number, syntax};

/// The rest of a sample's line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rest<'l> {
    pub(crate) value: f64,
    /// The timestamp as written.
    pub(crate) timestamp: Option<&'l [u8]>,
}

/// Reads what follows the series. An exemplar (where the format has them) is passed over unread.
///
/// # Errors
/// Why it is none.
#[inline]
pub(crate) fn rest(after_series: &[u8], exemplars: bool) -> Result<Rest<'_>, DropReason> {
    let (value, rest) = syntax::token(syntax::skip_blanks(after_series));
    if value.is_empty() {
        return Err(DropReason::BadLine);
    }
    let value = number::value(value).ok_or(DropReason::BadValue)?;
    let is_exemplar = |text: &[u8]| exemplars && text.first() == Some(&b'#');
    if rest.is_empty() || is_exemplar(rest) {
        return Ok(Rest { value, timestamp: None });
    }
    let (timestamp, rest) = syntax::token(rest);
    if rest.is_empty() || is_exemplar(rest) {
        return Ok(Rest { value, timestamp: Some(timestamp) });
    }
    Err(DropReason::BadLine)
}
