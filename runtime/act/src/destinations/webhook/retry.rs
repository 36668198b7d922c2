//! When to try again.

use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// The first pause.
const PAUSE_MIN: Duration = Duration::from_millis(500);
/// The longest pause of our own choice.
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// The longest pause that the other side may ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(300);

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// It has arrived.
    Delivered,
    /// It may work later; not before this pause where the other side said so.
    Later(Option<Duration>),
    /// It will not work.
    Refused,
}

/// Reads an answer. `now` is only needed where `Retry-After` is a date.
pub(super) fn read(status: StatusCode, headers: &HeaderMap, now: SystemTime) -> Answer {
    if status.is_success() {
        return Answer::Delivered;
    }
    let may_pass = status.is_server_error()
        || matches!(
            status,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS
        );
    if may_pass { Answer::Later(retry_after(headers, now)) } else { Answer::Refused }
}

/// How long the other side asks us to wait.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let pause = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => httpdate::parse_http_date(text).ok()?.duration_since(now).unwrap_or_default(),
    };
    Some(pause.min(RETRY_AFTER_MAX))
}

/// The pauses between attempts: each about twice the one before, with jitter, without an end.
pub(super) fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(PAUSE_MIN)
        .with_max_delay(PAUSE_MAX)
        .with_factor(2.0)
        .with_jitter()
        .without_max_times()
        .build()
}

#[cfg(test)]
mod tests;
