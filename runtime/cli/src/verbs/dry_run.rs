//! `dry-run`: what policies would have decided over recorded metrics.

mod summary;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use nvp_drive::dry_run;

use crate::failure::{Exit, Failure};
use crate::options::Global;
use crate::output::Output;
use crate::{policies, progress, recordings};

const EXAMPLES: &str = "\
Examples:
  novaevo-policy dry-run policies/host --recording yesterday.om.gz
  novaevo-policy dry-run policies --recording export.jsonl.zst --format json | jq .name

A recording is OpenMetrics text with timestamps, what `promtool tsdb dump` prints, or VictoriaMetrics JSON lines,
each plain, gzip or zstd; which one it is is seen from its content.

Exit codes: 0 done, 1 the policies have errors, 2 wrong usage, or a file could not be read";

/// What `dry-run` understands.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Files, or folders with `.nvp` files below them; together they are one policy set
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The recorded metrics
    #[arg(long, value_name = "FILE")]
    pub recording: PathBuf,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// The forms of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A summary for people.
    Human,
    /// The decision log: one JSON object a line, in the order of time.
    Json,
}

/// Runs.
pub fn run(arguments: &Arguments, global: &Global, out: &mut Output) -> Result<Exit, Failure> {
    let (loaded, generation) = policies::ready(&arguments.paths, global)?;
    let recording = recordings::open(&arguments.recording, global)?;
    let bar = progress::samples(recording.samples(), global);
    let mut written = Ok(());
    let report =
        dry_run::dry_run(&generation, &recording, &mut |samples| bar.set_position(samples), &mut |told| {
            if arguments.format == Format::Json && written.is_ok() {
                written = writeln!(out, "{}", told.json());
            }
        });
    bar.finish_and_clear();
    let report = report.map_err(policies::no_plan)?;
    written?;
    let shown = summary::Shown {
        report: &report,
        policy: &generation.policy,
        set: &loaded.set,
        recording: &recording,
        name: name(&arguments.recording),
    };
    match arguments.format {
        Format::Human => summary::write(&shown, out)?,
        Format::Json => summary::tell_losses(&shown, global),
    }
    Ok(Exit::Good)
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
