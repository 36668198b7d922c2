//! Coverage for people: of every alert that tests do not decide wholly, which levels were seen set and cleared and whether a test
//! saw what missing data do.

use std::io::Write as _;

use nvp_drive::test_run::{Coverage, Covered, CoveredAlert, CoveredLevel};

use crate::failure::Failure;
use crate::output::Output;
use crate::table::{Align, Table};
use crate::words;

/// The most alerts named in a row.
const NAMES_MAX: usize = 12;
/// The cell of what no test decided.
const NEVER: &str = "never";

/// Writes what no test made decide anything.
pub fn human(coverage: &Coverage, out: &mut Output) -> Result<(), Failure> {
    let paint = out.paint();
    let (decided, all) = coverage.decided_of();
    let whole = coverage.alerts.iter().filter(|alert| alert.undecided().is_empty()).count();
    writeln!(
        out,
        "\n{} {decided} of {all} clauses and conditions decided something, {whole} of {} wholly covered",
        paint.bold("coverage:"),
        words::count(coverage.alerts.len() as u64, "alert", "alerts")
    )?;
    let is_untouched = |alert: &&CoveredAlert| alert.undecided().len() == alert.parts();
    let (untouched, rest): (Vec<_>, Vec<_>) = coverage.alerts.iter().partition(is_untouched);
    let partly: Vec<_> = rest.into_iter().filter(|alert| !alert.undecided().is_empty()).collect();
    if !partly.is_empty() {
        let lines = grid(&partly).lines(out.width());
        for (place, line) in lines.iter().enumerate() {
            let line = if place == 0 { paint.dim(line) } else { line.clone() };
            writeln!(out, "  {line}")?;
        }
    }
    for alert in &partly {
        for part in alert.undecided().iter().filter(|part| part.condition.is_some() && part.in_decided) {
            writeln!(out, "  {} {} {}", paint.warning("never decided:"), alert.name, name(part))?;
        }
    }
    if !untouched.is_empty() {
        let names: Vec<String> = untouched.iter().map(|alert| alert.name.clone()).collect();
        let names = words::listed(&names, NAMES_MAX);
        writeln!(out, "  {} {names}", paint.warning("never decided anything:"))?;
    }
    Ok(())
}

/// A line a level; what missing data do stands with an alert's first.
fn grid(alerts: &[&CoveredAlert]) -> Table {
    let columns = ["alert", "level", "set", "cleared", "missing data"];
    let mut table = Table::new(&columns.map(|name| (name, Align::Left)));
    for alert in alerts {
        let mut first = [alert.name.clone(), missing_data(alert)];
        for level in &alert.levels {
            let [name, missing] = std::mem::take(&mut first);
            table.row(vec![
                name,
                level.name.clone(),
                seen(set(alert, level)),
                seen(level.clear.decided),
                missing,
            ]);
        }
    }
    table
}

/// How often a level was seen set; one without a `when` is set by absence.
pub fn set(alert: &CoveredAlert, level: &CoveredLevel) -> u64 {
    level.when.as_ref().map_or(alert.absent.decided, |when| when.decided)
}

fn seen(decided: u64) -> String {
    if decided > 0 { "seen" } else { NEVER }.to_owned()
}

/// `seen: absent holds`
fn missing_data(alert: &CoveredAlert) -> String {
    format!("{}: {}", seen(alert.absent.decided), alert.absent.text)
}

/// `red when`, `red when: cpu > 90%`, `absent holds`.
pub fn name(part: &Covered<'_>) -> String {
    let level = part.level.map(|level| format!("{level} ")).unwrap_or_default();
    let condition = part.condition.map(|condition| format!(": {condition}")).unwrap_or_default();
    format!("{level}{}{condition}", part.clause)
}
