//! Values and instants as the text formats write them.

/// The last instant that is believed, in ms: the end of the year 9999. (And as far back before 1970.)
const INSTANT_MS_MAX: i64 = 253_402_300_799_999;

/// A value: a decimal number, `NaN`, `+Inf`, `-Inf` and their spellings in other cases.
///
/// A number too large for a double is none (as for Go's `ParseFloat`, which the formats refer to), and every NaN is the plain
/// one: only binary protocols can say a stale marker.
pub(crate) fn value(token: &[u8]) -> Option<f64> {
    let number: f64 = std::str::from_utf8(token).ok()?.parse().ok()?;
    if number.is_finite() {
        return Some(number);
    }
    if number.is_nan() {
        return Some(f64::NAN);
    }
    token.iter().any(|b| b.eq_ignore_ascii_case(&b'i')).then_some(number)
}

/// An instant in whole milliseconds.
pub(crate) fn instant_ms(token: &[u8]) -> Option<i64> {
    believed(integer(token)?)
}

/// An instant in seconds with decimals, to the millisecond; what is finer is cut off.
pub(crate) fn instant_s(token: &[u8]) -> Option<i64> {
    if token.iter().any(|b| matches!(b, b'e' | b'E')) {
        let ms = (value(token)? * 1_000.0).round();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the bound is far inside the integers a double holds"
        )]
        return (ms.abs() <= INSTANT_MS_MAX as f64).then_some(ms as i64);
    }
    let (whole, fraction) = match memchr::memchr(b'.', token) {
        Some(point) => (token.get(..point)?, token.get(point + 1..)?),
        None => (token, [].as_slice()),
    };
    if !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digit = |place: usize| fraction.get(place).map_or(0, |b| i64::from(b - b'0'));
    let ms = digit(0) * 100 + digit(1) * 10 + digit(2);
    let whole_ms = integer(whole)?.checked_mul(1_000)?;
    believed(if token.starts_with(b"-") { whole_ms.checked_sub(ms)? } else { whole_ms.checked_add(ms)? })
}

/// An instant in a recording: seconds, as OpenMetrics has them, unless they would lie after the year 9999: then a whole number
/// is in milliseconds, as the older text format and `/federate` have them.
pub(crate) fn instant_recorded(token: &[u8]) -> Option<i64> {
    instant_s(token).or_else(|| instant_ms(token))
}

/// `instant_ms`, if it lies within what is believed.
pub(crate) fn believed(instant_ms: i64) -> Option<i64> {
    (-INSTANT_MS_MAX..=INSTANT_MS_MAX).contains(&instant_ms).then_some(instant_ms)
}

fn integer(token: &[u8]) -> Option<i64> {
    std::str::from_utf8(token).ok()?.parse().ok()
}

#[cfg(test)]
mod tests;
