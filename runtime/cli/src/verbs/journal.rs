//! `journal`: whether its audit trail is as it was written, and copies of it.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use nvp_control::questions;
use nvp_control::wire::{Backup, BackupTo, Verified, VerifyQuery};
use nvp_journal::{Head, Reader};

use super::operate::{Asking, Format, Where, json};
use crate::failure::{Exit, Failure};
use crate::options::Global;
use crate::output::Output;
use crate::words;

const EXAMPLES: &str = "\
Examples:
  novaevo-policy journal verify
  novaevo-policy journal verify --head 4711:9f86d081…
  novaevo-policy journal backup /backup/journal-2026-11-23.sqlite
  novaevo-policy journal verify /backup/journal-2026-11-23.sqlite

Each row of the trail has a hash over the row before. Rows that were changed, taken out or moved are found; that rows at the end were
cut off is found with a head (`N:HASH`) that was kept elsewhere. `verify` and `backup` print the head of today.

Exit codes: 0 the trail is whole; the copy is written, 1 the trail is broken, 2 nobody could be asked, or nothing could be written";

/// What `journal` understands.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub what: What,
    /// Which process.
    #[command(flatten)]
    pub place: Where,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Walk the audit trail, and say the first row that is not as it was written
    Verify(Verify),
    /// Copy the journal, compacted, while it is written
    Backup(Copy),
}

/// What `journal verify` understands.
#[derive(Debug, Args)]
pub struct Verify {
    /// This file, a copy say, instead of the process's journal
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// A head that was noted earlier must be in it; may be given several times
    #[arg(long, value_name = "N:HASH")]
    pub head: Vec<Head>,
}

/// What `journal backup` understands.
#[derive(Debug, Args)]
pub struct Copy {
    /// The copy; nothing is overwritten
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Verifies or copies.
pub fn run(arguments: &Arguments, global: &Global, out: &mut Output) -> Result<Exit, Failure> {
    match &arguments.what {
        What::Verify(verify) => verified(verify, &arguments.place, global, out),
        What::Backup(copy) => copied(copy, &arguments.place, global, out),
    }
}

fn verified(verify: &Verify, place: &Where, global: &Global, out: &mut Output) -> Result<Exit, Failure> {
    let asking = match &verify.file {
        Some(file) => {
            Reader::open(file).map(Asking::Journal).map_err(|error| Failure::new(error.to_string()))?
        }
        None => place.asking(global)?,
    };
    let heads: Vec<_> = verify.head.iter().map(Head::to_string).collect();
    let query = VerifyQuery { heads: Some(heads.join(",")).filter(|heads| !heads.is_empty()) };
    let came = asking
        .ask(async |client| client.verify(&query).await, |reader| questions::verify(reader, &verify.head))?;
    match place.format {
        Format::Json => json(&came, out)?,
        Format::Human => human(&came, out)?,
    }
    Ok(if came.is_whole { Exit::Good } else { Exit::Found })
}

fn human(came: &Verified, out: &mut Output) -> Result<(), Failure> {
    let paint = out.paint();
    let Some(head) = came.head.as_ref().filter(|_| came.is_whole) else {
        let (row, why) = (came.broken_at.unwrap_or_default(), came.why.as_deref().unwrap_or_default());
        writeln!(out, "the audit trail is {} at row {row}: {why}", paint.error("broken"))?;
        return Ok(());
    };
    let rows: u64 = head.split(':').next().and_then(|rows| rows.parse().ok()).unwrap_or_default();
    let rows = words::count(rows, "row", "rows");
    let heads = words::count(came.heads_compared, "head", "heads");
    writeln!(out, "the audit trail is {}: {rows}, {heads} compared", paint.good("whole"))?;
    writeln!(out, "head {head}")?;
    Ok(())
}

fn copied(copy: &Copy, place: &Where, global: &Global, out: &mut Output) -> Result<Exit, Failure> {
    // The process has another working folder.
    let file = std::path::absolute(&copy.file);
    let file = file.map_err(|error| Failure::new(format!("`{}`: {error}", copy.file.display())))?;
    let to = BackupTo { to: text(&file)? };
    let written: Backup = place
        .asking(global)?
        .ask(async |client| client.backup(&to).await, |reader| questions::backup(reader, &file))?;
    match place.format {
        Format::Json => json(&written, out)?,
        Format::Human => {
            writeln!(out, "copied to `{}`", written.to)?;
            writeln!(out, "head {}", written.head)?;
        }
    }
    Ok(Exit::Good)
}

fn text(file: &Path) -> Result<String, Failure> {
    let text = file.to_str().map(str::to_owned);
    text.ok_or_else(|| Failure::new(format!("`{}` is no text; choose another name", file.display())))
}
