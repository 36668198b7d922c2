//! What the verbs share by which people operate a running process: where it is, how its answers are told.

pub mod clock;
pub mod deed;
pub mod place;
pub mod sheet;

use std::io::Write as _;

use serde::Serialize;

pub use clock::Clock;
pub use place::{Asking, Format, Where};

use crate::failure::Failure;
use crate::output::Output;

/// Writes an answer as one line of JSON.
pub fn json(answer: &impl Serialize, out: &mut Output) -> Result<(), Failure> {
    let line = serde_json::to_string(answer).map_err(std::io::Error::from)?;
    Ok(writeln!(out, "{line}")?)
}
