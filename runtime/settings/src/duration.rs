//! Durations as people write them in configuration: `5s`, `1m30s`.

use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer};

/// The longest text that a message repeats, in bytes.
const SHOWN_BYTES_MAX: usize = 24;

/// Reads a duration: a text with a unit for each number, not below zero.
///
/// # Errors
/// What is wrong, and how it is written.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let duration: Option<SignedDuration> = text.parse().ok();
    if let Some(duration) = duration {
        return Duration::try_from(duration).map_err(|_| format!("`{text}` is below zero"));
    }
    let bare = text.trim();
    if !bare.is_empty() && bare.len() <= SHOWN_BYTES_MAX && bare.parse::<f64>().is_ok() {
        return Err(format!("`{bare}` has no unit: write `\"{bare}s\"` for seconds"));
    }
    let shown = if text.len() <= SHOWN_BYTES_MAX { format!("`{text}`") } else { "this".to_owned() };
    Err(format!("{shown} is no duration: write one such as `\"5s\"` or `\"1m30s\"`"))
}

/// Reads the duration that stands at a place of a configuration.
///
/// # Errors
/// As [`parse_duration`], also for what is no text at all.
pub fn duration<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    use serde::de::Error as _;
    // Through a plain value, so that the words about one of the wrong type are ours.
    let read = match toml::Value::deserialize(from)? {
        toml::Value::String(text) => parse_duration(&text),
        toml::Value::Integer(number) => parse_duration(&number.to_string()),
        toml::Value::Float(number) => parse_duration(&number.to_string()),
        _ => parse_duration(""),
    };
    read.map_err(D::Error::custom)
}

#[cfg(test)]
mod tests;
