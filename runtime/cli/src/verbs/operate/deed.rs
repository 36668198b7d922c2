//! What came of deeds, a line each.

use std::io::Write as _;

use nvp_control::wire::{Came, Done};

use super::sheet::plain;
use super::{Format, json};
use crate::failure::{Exit, Failure};
use crate::output::Output;

/// Tells what came of a deed: `done` as a sentence when it was done.
pub fn tell(done: &Done, sentence: &str, format: Format, out: &mut Output) -> Result<Exit, Failure> {
    match format {
        Format::Json => json(done, out)?,
        Format::Human => human(done, sentence, out)?,
    }
    // Told at once: the next one may take a while.
    out.flush()?;
    Ok(match done.came {
        Came::Done | Came::Already if done.durable => Exit::Good,
        _ => Exit::Found,
    })
}

fn human(done: &Done, sentence: &str, out: &mut Output) -> Result<(), Failure> {
    let paint = out.paint();
    let (why, sentence) = (plain(done.why.as_deref().unwrap_or("nothing is said why")), plain(sentence));
    match done.came {
        Came::Done => writeln!(out, "{} {sentence}", paint.good("done:"))?,
        Came::Already => writeln!(out, "{} {why}", paint.dim("nothing changed:"))?,
        Came::Unknown => writeln!(out, "{} {why}", paint.error("unknown:"))?,
        Came::Refused => writeln!(out, "{} {why}", paint.error("refused:"))?,
    }
    if let Some(why) = &done.not_durable_because {
        let what = "this is not in the journal, and a restart will not know of it";
        writeln!(out, "{} {what}: {why}", paint.warning("warning:"))?;
    }
    Ok(())
}

/// The worse of two ends.
pub fn worse(one: Exit, other: Exit) -> Exit {
    if one == Exit::Good { other } else { one }
}
