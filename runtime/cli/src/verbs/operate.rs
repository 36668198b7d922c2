//! What the verbs share by which people operate a running process: where it is, how its answers are told.

pub mod clock;
pub mod deed;
pub mod place;
pub mod sheet;

use std::io::Write as _;

use serde::Serialize;

pub use clock::Clock;
pub use place::{Asking, Format, Where};

use crate::failure::{Exit, Failure};
use crate::output::Output;
use sheet::Sheet;

/// Shows all about one thing (`run 7`), or says that there is none.
pub fn show<T: Serialize>(
    what: &str,
    page: Option<&T>,
    format: Format,
    out: &mut Output,
    human: impl FnOnce(&T, &mut Sheet),
) -> Result<Exit, Failure> {
    match (format, page) {
        (Format::Json, page) => json(&page, out)?,
        (Format::Human, None) => writeln!(out, "there is no {what}")?,
        (Format::Human, Some(page)) => {
            let mut sheet = Sheet::new(out.paint(), out.width());
            human(page, &mut sheet);
            out.write_all(sheet.text().as_bytes())?;
        }
    }
    Ok(if page.is_some() { Exit::Good } else { Exit::Found })
}

/// Writes an answer as one line of JSON.
pub fn json(answer: &impl Serialize, out: &mut Output) -> Result<(), Failure> {
    let line = serde_json::to_string(answer).map_err(std::io::Error::from)?;
    Ok(writeln!(out, "{line}")?)
}
