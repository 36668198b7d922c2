//! The report for people: a line a test, then what failed and why, then the sum.

use std::fmt::Write as _;
use std::io::Write as _;

use nvp_drive::alert_rows::AlertRow;
use nvp_drive::instant::show_duration;
use nvp_drive::test_run::{Failure as Failed, Moment, TEST_STARTS_MS, TestOutcome};
use nvp_drive::timeline;

use super::{Report, coverage, mutate};
use crate::failure::Failure;
use crate::output::{Output, Paint};
use crate::{tree, words};

/// The most lines of what happened.
const LINES_MAX: usize = 80;

/// One test's line.
pub fn line(outcome: &TestOutcome, out: &mut Output) -> Result<(), Failure> {
    let paint = out.paint();
    let mark = if outcome.passed() { paint.good("ok    ") } else { paint.error("FAILED") };
    let ticks = paint.dim(&format!("({})", words::count(outcome.ticks, "tick", "ticks")));
    writeln!(out, "{mark}  {}  {ticks}", outcome.name)?;
    Ok(())
}

/// What follows the tests' lines.
pub fn rest(report: &Report<'_>, out: &mut Output) -> Result<(), Failure> {
    let paint = out.paint();
    for outcome in report.outcomes.iter().filter(|outcome| !outcome.passed()) {
        writeln!(out, "\n{}  {}", paint.error("FAILED"), paint.bold(&outcome.name))?;
        out.write_all(details(outcome, report, paint).as_bytes())?;
    }
    if let Some(coverage) = &report.coverage {
        coverage::human(coverage, out)?;
    }
    if let Some(mutation) = &report.mutation {
        mutate::human(mutation, report.sources, out)?;
    }
    let (passed, failed) = report.counts();
    let left_out = match report.left_out {
        0 => String::new(),
        left_out => paint.dim(&format!(", {} left out by the filter", words::grouped(left_out as u64))),
    };
    let failed_text = format!("{failed} failed");
    let failed_text = if failed == 0 { failed_text } else { paint.error(&failed_text) };
    let passed_text = paint.good(&format!("{passed} passed"));
    writeln!(out, "\n{passed_text}, {failed_text}{left_out}")?;
    Ok(())
}

/// What was expected of a test and what was instead.
pub fn details(outcome: &TestOutcome, report: &Report<'_>, paint: Paint) -> String {
    let mut text = String::new();
    for name in &outcome.not_given {
        // Writing to a text cannot fail.
        let _ =
            writeln!(text, "  {} `{name}` is read and not given, so it is missing", paint.warning("note:"));
    }
    for failure in &outcome.failures {
        let place = words::place(failure.span, report.sources);
        let _ = writeln!(text, "\n  expected {}  {}", paint.bold(&failure.expected), paint.dim(&place));
        expectation(failure, paint, &mut text);
    }
    timeline(outcome, paint, &mut text);
    text
}

/// What the response did, as far as it is worth a line.
fn timeline(outcome: &TestOutcome, paint: Paint, text: &mut String) {
    let lines: Vec<String> = outcome
        .happened
        .iter()
        .filter_map(|what| {
            let at = show_duration(what.at_ms().saturating_sub(TEST_STARTS_MS));
            Some(format!("{at:>8}  {}", timeline::line(what)?))
        })
        .collect();
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n  {}", paint.help("what happened:"));
    for line in lines.iter().take(LINES_MAX) {
        let _ = writeln!(text, "  {line}");
    }
    if lines.len() > LINES_MAX {
        let more = words::count(lines.len() - LINES_MAX, "line", "lines");
        let _ = writeln!(text, "  {}", paint.dim(&format!("and {more} more")));
    }
}

fn expectation(failure: &Failed, paint: Paint, text: &mut String) {
    let at = failure.decided.as_ref().map(|moment| format!("at {}: ", show_duration(moment.at_ms)));
    let _ = writeln!(text, "  {} {}{}", paint.error("but"), at.unwrap_or_default(), failure.problem);
    if let Some(moment) = &failure.decided {
        look(moment, paint, text);
    }
    if let Some(moment) = &failure.closest {
        let closest = format!("it came closest at {}:", show_duration(moment.at_ms));
        let _ = writeln!(text, "  {}", paint.help(&closest));
        look(moment, paint, text);
    }
    if let Some(decision) = &failure.decision {
        let at = show_duration(decision.at_ms.saturating_sub(TEST_STARTS_MS));
        let _ = writeln!(text, "    at {at} {} → {}: {}", decision.from, decision.to, decision.saying());
        if let Some(values) = &decision.why.tree {
            text.push_str(&tree::text(values, "      ", paint));
        }
    }
}

/// The alerts' rows when a condition asks about alerts, else the condition itself.
fn look(moment: &Moment, paint: Paint, text: &mut String) {
    for name in &moment.without_rows {
        let _ = writeln!(text, "    `{name}` has no such row: nothing with these labels was given");
    }
    for one in &moment.rows {
        row(one, paint, text);
    }
    if moment.rows.is_empty()
        && moment.without_rows.is_empty()
        && let Some(condition) = &moment.condition
    {
        text.push_str(&tree::text(condition, "    ", paint));
    }
}

fn row(row: &AlertRow, paint: Paint, text: &mut String) {
    let since = show_duration(row.since_ms.saturating_sub(TEST_STARTS_MS));
    let labels = nvp_drive::decision::labels_of(&row.labels);
    let _ = writeln!(text, "    {}{labels} is {} since {since}", row.alert, row.state);
    if !row.remark.is_empty() {
        let _ = writeln!(text, "      {}", paint.help(&row.remark));
    }
    for level in &row.levels {
        if let Some(when) = &level.when {
            let _ = writeln!(text, "      {}", paint.dim(&format!("{} when", level.name)));
            text.push_str(&tree::text(when, "        ", paint));
        }
    }
}
