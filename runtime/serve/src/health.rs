//! Alive: the evaluation moves. Ready: a first tick has closed.

use std::time::{Duration, Instant};

use nvp_drive::live::status::Status;

/// How long the loop may publish nothing and still count as alive; it does so at least once a second.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// Whether the evaluation still moves at `now`.
pub(crate) fn alive(status: &Status, now: Instant) -> Result<(), String> {
    let silence = now.saturating_duration_since(status.published);
    if silence > SILENCE_MAX {
        return Err(format!("the evaluation has not moved for {} s", silence.as_secs()));
    }
    Ok(())
}

/// Whether decisions are being taken.
pub(crate) fn ready(status: &Status) -> Result<(), String> {
    match status.last_tick_ms {
        Some(_) => Ok(()),
        None => Err("no tick has closed yet".to_owned()),
    }
}

#[cfg(test)]
mod tests;
