//! What Slack answers: 200 even where it refuses, with `ok` and a code.

use serde_json::Value;

use crate::channels::Failure;
use crate::channels::call::Answer;

/// The longest code that is repeated.
const CODE_BYTES_MAX: usize = 64;

/// The answer's object where it is `ok`.
///
/// # Errors
/// What the code means; where Slack says that something of it may have happened, or the answer is none, nobody knows.
pub(super) fn read(answer: &Answer) -> Result<Value, Failure> {
    if let Some(failure) = answer.failure() {
        return Err(match failure {
            // An error of its own says nothing of whether the message was posted before; a 503 is said by who stands before it.
            Failure::Temporary { why, .. }
                if answer.status.is_server_error() && answer.status.as_u16() != 503 =>
            {
                Failure::Unknown(why)
            }
            other => other,
        });
    }
    let value: Option<Value> = serde_json::from_str(&answer.body).ok();
    let Some(value) = value.filter(|value| answer.is_whole && value.is_object()) else {
        return Err(Failure::Unknown("its answer cannot be read".to_owned()));
    };
    if value.get("ok").and_then(Value::as_bool) == Some(true) {
        return Ok(value);
    }
    Err(refused(code(&value), answer))
}

/// The code of a refusal.
pub(super) fn code(value: &Value) -> &str {
    let code = value.get("error").and_then(Value::as_str).unwrap_or_default();
    let is_code = !code.is_empty()
        && code.len() <= CODE_BYTES_MAX
        && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if is_code { code } else { "unknown" }
}

fn refused(code: &str, answer: &Answer) -> Failure {
    let why = format!("slack says `{code}`");
    match code {
        "fatal_error" | "internal_error" | "request_timeout" => Failure::Unknown(why),
        "ratelimited"
        | "rate_limited"
        | "message_limit_exceeded"
        | "service_unavailable"
        | "team_added_to_org" => Failure::Temporary { why, retry_after: answer.retry_after },
        _ => Failure::Permanent(why),
    }
}
