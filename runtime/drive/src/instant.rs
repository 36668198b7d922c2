//! Instants and durations as people write and read them; always UTC.

use std::fmt::Write as _;

use jiff::Timestamp;

const SECOND_MS: i64 = 1_000;
/// Numbers below this are Unix seconds, others milliseconds: as milliseconds it is the year 1973, as seconds the year 5138.
const SECONDS_MAX: i64 = 100_000_000_000;

/// Reads an instant: RFC 3339 (`2022-08-22T04:03:00Z`, a date's space or `T`, any offset), Unix seconds (with decimals) or Unix
/// milliseconds. In ms since the Unix epoch.
///
/// # Errors
/// Why it is none of these, in words.
pub fn parse_instant(text: &str) -> Result<i64, String> {
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>() {
        return Ok(if number.abs() < SECONDS_MAX { number.saturating_mul(SECOND_MS) } else { number });
    }
    if let Some((whole, decimals)) = text.split_once('.')
        && let (Ok(seconds), true) =
            (whole.parse::<i64>(), decimals.bytes().all(|byte| byte.is_ascii_digit()))
    {
        let thousandths: String = decimals.chars().chain("000".chars()).take(3).collect();
        let ms = thousandths.parse::<i64>().unwrap_or_default();
        return Ok(seconds.saturating_mul(SECOND_MS).saturating_add(if seconds < 0 { -ms } else { ms }));
    }
    text.parse::<Timestamp>().map(|instant| instant.as_millisecond()).map_err(|_| {
        format!(
            "`{text}` is neither an instant such as `2022-08-22T04:03:00Z` nor Unix seconds or milliseconds"
        )
    })
}

/// An instant as RFC 3339 in UTC, with milliseconds only where there are any: `2022-08-22T04:03:00Z`.
#[must_use]
pub fn show_instant(at_ms: i64) -> String {
    Timestamp::from_millisecond(at_ms).map_or_else(|_| format!("{at_ms} ms"), |instant| instant.to_string())
}

/// An instant for tables, to the second: `2022-08-22 04:03:00`.
#[must_use]
pub fn show_instant_short(at_ms: i64) -> String {
    let Ok(instant) = Timestamp::from_millisecond(at_ms.div_euclid(SECOND_MS) * SECOND_MS) else {
        return format!("{at_ms} ms");
    };
    instant.to_string().replace('T', " ").trim_end_matches('Z').to_owned()
}

/// A duration as it is written in policies, its two largest parts: `90s` is `1m30s`, 25 h are `1d1h`.
#[must_use]
pub fn show_duration(ms: i64) -> String {
    const PARTS: [(i64, &str); 5] =
        [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")];
    if ms < 0 {
        return format!("-{}", show_duration(ms.saturating_neg()));
    }
    let mut rest = ms;
    let mut shown = String::new();
    let mut parts = 0;
    for (size, name) in PARTS {
        let count = rest / size;
        if count > 0 {
            // Writing to a text cannot fail.
            let _ = write!(shown, "{count}{name}");
            parts += 1;
        } else if parts > 0 {
            parts += 1;
        }
        rest %= size;
        if parts == 2 {
            break;
        }
    }
    if shown.is_empty() { "0s".to_owned() } else { shown }
}

#[cfg(test)]
mod tests;
