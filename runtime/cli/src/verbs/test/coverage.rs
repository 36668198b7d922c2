//! Coverage for people: what decided nothing, by alert, and the sum.

use std::io::Write as _;

use nvp_drive::test_run::{Coverage, Covered};

use crate::failure::Failure;
use crate::output::Output;
use crate::words;

/// The most alerts named in a row.
const NAMES_MAX: usize = 12;

/// Writes what no test made decide anything.
pub fn human(coverage: &Coverage, out: &mut Output) -> Result<(), Failure> {
    let paint = out.paint();
    let (decided, all) = coverage.decided_of();
    writeln!(
        out,
        "\n{} {decided} of {all} clauses and conditions decided something",
        paint.bold("coverage:")
    )?;
    let mut untouched = Vec::new();
    for alert in &coverage.alerts {
        let idle: Vec<_> = alert.parts.iter().filter(|part| part.decided == 0).collect();
        if idle.len() == alert.parts.len() {
            untouched.push(alert.name.clone());
        } else if !idle.is_empty() {
            writeln!(out, "  {}", alert.name)?;
            for part in idle {
                writeln!(out, "    {} {}", paint.warning("never decided:"), name(part))?;
            }
        }
    }
    if !untouched.is_empty() {
        let names = words::listed(&untouched, NAMES_MAX);
        writeln!(out, "  {} {names}", paint.warning("never decided anything:"))?;
    }
    Ok(())
}

/// `red when`, or `red when: cpu > 90%`.
pub fn name(part: &Covered) -> String {
    match &part.condition {
        None => part.clause.clone(),
        Some(condition) => format!("{}: {condition}", part.clause),
    }
}
