//! What formatting would change, as a unified diff.

use std::io::Write as _;

use similar::{ChangeTag, TextDiff};

use crate::failure::Failure;
use crate::output::Output;

/// The unchanged lines shown around a change.
const CONTEXT_LINES: usize = 3;

/// Writes the diff.
pub fn show(name: &str, before: &str, after: &str, out: &mut Output) -> Result<(), Failure> {
    let paint = out.paint();
    let diff = TextDiff::from_lines(before, after);
    writeln!(out, "{}", paint.bold(&format!("--- {name}")))?;
    writeln!(out, "{}", paint.bold(&format!("+++ {name}, formatted")))?;
    for hunk in diff.unified_diff().context_radius(CONTEXT_LINES).iter_hunks() {
        writeln!(out, "{}", paint.dim(&hunk.header().to_string()))?;
        for change in hunk.iter_changes() {
            let line = change.value().trim_end_matches('\n');
            let shown = match change.tag() {
                ChangeTag::Delete => paint.removed(&format!("-{line}")),
                ChangeTag::Insert => paint.added(&format!("+{line}")),
                ChangeTag::Equal => format!(" {line}"),
            };
            writeln!(out, "{shown}")?;
            if change.missing_newline() {
                writeln!(out, "{}", paint.dim("\\ no line break at the end"))?;
            }
        }
    }
    Ok(())
}
