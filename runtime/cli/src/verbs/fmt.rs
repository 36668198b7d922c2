//! `fmt`: lays policies out in the one canonical way, in place.

mod diff;
mod write;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use nvp_drive::load::{policy_files, read_policy};
use nvp_dsl::{FileId, SourceMap};

use crate::failure::{Exit, Failure};
use crate::options::Global;
use crate::output::Output;
use crate::standard_input::{self, NAME};
use crate::{policies, words};

const EXAMPLES: &str = "\
Examples:
  novaevo-policy fmt policies
  novaevo-policy fmt --check --diff policies
  novaevo-policy fmt - < draft.nvp

Exit codes: 0 done, 1 a file has errors and was left alone (with `--check` also: a file would change),
2 wrong usage, or a file could not be read or written";

/// What `fmt` understands.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Files, or folders with `.nvp` files below them; `-` reads standard input and writes standard output
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Change nothing; name the files that would change
    #[arg(long)]
    pub check: bool,
    /// Change nothing; show what would change
    #[arg(long)]
    pub diff: bool,
}

/// What became of one file.
enum Outcome {
    AsItWas,
    Changed,
    HasErrors,
}

/// Formats.
pub fn run(arguments: &Arguments, global: &Global, out: &mut Output) -> Result<Exit, Failure> {
    if standard_input::is_named(&arguments.paths) {
        return standard_input(arguments, global, out);
    }
    let mut problems = Vec::new();
    let files = policy_files(&arguments.paths, &mut problems);
    let (mut changed, mut broken, mut unread) = (0_usize, 0_usize, 0_usize);
    for path in &files {
        let bytes = match read_policy(path) {
            Ok(bytes) => bytes,
            Err(problem) => {
                problems.push(problem);
                unread += 1;
                continue;
            }
        };
        match file(path, &bytes, arguments, global, out)? {
            Outcome::AsItWas => {}
            Outcome::Changed => changed += 1,
            Outcome::HasErrors => broken += 1,
        }
    }
    policies::tell_problems(&problems, global.color);
    if !files.is_empty() {
        writeln!(out, "{}", summary(arguments, files.len(), &[unread, broken, changed], out))?;
    }
    Ok(match () {
        () if !problems.is_empty() => Exit::Unable,
        () if broken > 0 || (arguments.check && changed > 0) => Exit::Found,
        () => Exit::Good,
    })
}

fn file(
    path: &Path,
    bytes: &[u8],
    arguments: &Arguments,
    global: &Global,
    out: &mut Output,
) -> Result<Outcome, Failure> {
    let name = path.display().to_string();
    let Some(formatted) = formatted(&name, bytes, global) else { return Ok(Outcome::HasErrors) };
    if formatted.as_bytes() == bytes {
        return Ok(Outcome::AsItWas);
    }
    if arguments.diff {
        diff::show(&name, &String::from_utf8_lossy(bytes), &formatted, out)?;
    } else if arguments.check {
        writeln!(out, "{name}")?;
    } else {
        write::in_place(path, formatted.as_bytes())
            .map_err(|error| Failure::new(format!("cannot write `{name}`: {error}")))?;
    }
    Ok(Outcome::Changed)
}

/// The canonical text; `None`, with the errors told, for a text that has some.
fn formatted(name: &str, bytes: &[u8], global: &Global) -> Option<String> {
    let mut sources = SourceMap::default();
    let text = match nvp_dsl::decode(FileId(0), bytes) {
        Ok(text) => text,
        Err(diagnostic) => {
            sources.add(name, String::from_utf8_lossy(bytes));
            policies::tell_diagnostics(&[diagnostic], &sources, global.color);
            return None;
        }
    };
    let id = sources.add(name, text.as_str());
    match nvp_dsl::format(id, &text) {
        Ok(formatted) => Some(formatted),
        Err(diagnostics) => {
            policies::tell_diagnostics(&diagnostics, &sources, global.color);
            None
        }
    }
}

fn standard_input(arguments: &Arguments, global: &Global, out: &mut Output) -> Result<Exit, Failure> {
    let bytes = match standard_input::read(&arguments.paths) {
        Ok(bytes) => bytes,
        Err(problem) => {
            policies::tell_problems(&[problem], global.color);
            return Ok(Exit::Unable);
        }
    };
    let Some(formatted) = formatted(NAME, &bytes, global) else { return Ok(Exit::Found) };
    let changes = formatted.as_bytes() != bytes.as_slice();
    match (arguments.diff, arguments.check) {
        (true, _) if changes => diff::show(NAME, &String::from_utf8_lossy(&bytes), &formatted, out)?,
        (false, true) if changes => writeln!(out, "{NAME}")?,
        (true, _) | (false, true) => {}
        (false, false) => out.write_all(formatted.as_bytes())?,
    }
    if arguments.check || arguments.diff {
        writeln!(out, "{}", summary(arguments, 1, &[0, 0, usize::from(changes)], out))?;
    }
    Ok(if arguments.check && changes { Exit::Found } else { Exit::Good })
}

/// `12 files: 2 changed`; the counts are of the unread, the broken and the changed.
fn summary(arguments: &Arguments, files: usize, counts: &[usize; 3], out: &Output) -> String {
    let paint = out.paint();
    let [unread, broken, changed] = counts.map(|count| words::grouped(count as u64));
    let verb = if arguments.check || arguments.diff { "would change" } else { "changed" };
    let said = [
        paint.error(&format!("{unread} could not be read")),
        paint.error(&format!("{broken} with errors, left alone")),
        paint.warning(&format!("{changed} {verb}")),
    ];
    let mut parts: Vec<_> =
        said.into_iter().zip(counts).filter(|(_, count)| **count > 0).map(|(part, _)| part).collect();
    if parts.is_empty() {
        parts.push(paint.good("nothing to change"));
    }
    format!("{}: {}", words::count(files, "file", "files"), parts.join(", "))
}
