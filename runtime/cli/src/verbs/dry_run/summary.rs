//! The summary of a dry run, for people: what was read, which alerts fired for how long, which never did, and what was left out.

mod answered;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write as _};

use nvp_check::typed::Policy;
use nvp_drive::against::{self, MissingPart};
use nvp_drive::dry_run::{Report, RowSummary};
use nvp_drive::instant::{show_duration, show_instant_short};
use nvp_drive::load::PolicySet;
use nvp_history::{Outlier, Recording};

use crate::failure::Failure;
use crate::options::Global;
use crate::output::{Output, Paint};
use crate::table::{Align, Table};
use crate::words;

/// The blanks before the table.
const INDENT: usize = 2;
/// The most rows in the table.
const ROWS_MAX: usize = 200;
/// The most alerts named in a row.
const NAMES_MAX: usize = 8;
/// The most wrong clocks that are named.
const CLOCKS_MAX: usize = 8;

/// What is shown.
pub struct Shown<'a> {
    /// What the run did.
    pub report: &'a Report,
    /// The policies.
    pub policy: &'a Policy,
    /// Their files.
    pub set: &'a PolicySet,
    /// The recording.
    pub recording: &'a Recording,
    /// The recording's name.
    pub name: String,
}

/// Writes the summary.
pub fn write(shown: &Shown<'_>, out: &mut Output) -> Result<(), Failure> {
    let paint = out.paint();
    writeln!(out, "{}", head(shown, paint))?;
    let fired: Vec<&RowSummary> = shown.report.rows.iter().filter(|row| row.firings > 0).collect();
    if fired.is_empty() {
        writeln!(out, "\n{}", paint.good("no alert fired"))?;
    } else {
        writeln!(out)?;
        let listed = fired.get(..ROWS_MAX).unwrap_or(&fired);
        for line in table(listed, shown.policy, out.width()) {
            writeln!(out, "  {line}")?;
        }
        if listed.len() < fired.len() {
            let more = words::count(fired.len() - listed.len(), "row", "rows");
            writeln!(
                out,
                "  {}",
                paint.dim(&format!("and {more} more; `--format json` tells every decision"))
            )?;
        }
    }
    let quiet = quiet(shown, &fired);
    if !quiet.is_empty() && !fired.is_empty() {
        let count = words::count(quiet.len(), "alert", "alerts");
        writeln!(out, "\n{count} never fired: {}", words::listed(&quiet, NAMES_MAX))?;
    }
    answered::write(&shown.report.answered, out)?;
    let remarks = remarks(shown, paint);
    if !remarks.is_empty() {
        writeln!(out)?;
    }
    for remark in remarks {
        writeln!(out, "{remark}")?;
    }
    Ok(())
}

/// Tells on standard error what was left out, when standard output holds the decision log only.
pub fn tell_losses(shown: &Shown<'_>, global: &Global) {
    let paint = Paint::new(global.color.on_stderr());
    let text: String = remarks(shown, paint).into_iter().map(|remark| remark + "\n").collect();
    // Standard error may be gone; then there is nobody to tell.
    drop(io::stderr().lock().write_all(text.as_bytes()));
}

fn head(shown: &Shown<'_>, paint: Paint) -> String {
    let (first_ms, last_ms) = shown.report.span_ms;
    let lasts = show_duration(last_ms.saturating_sub(first_ms));
    let (first, last) = (show_instant_short(first_ms), show_instant_short(last_ms));
    let read = [
        words::count(shown.report.series, "series", "series"),
        words::count(shown.report.samples, "sample", "samples"),
        words::count(shown.report.ticks, "tick", "ticks"),
        words::count(shown.report.decisions, "decision", "decisions"),
    ];
    format!("{}: {lasts}, from {first} to {last} UTC\n{}", paint.bold(&shown.name), read.join(", "))
}

fn table(fired: &[&RowSummary], policy: &Policy, width: Option<usize>) -> Vec<String> {
    let levels: Vec<&str> = policy
        .severities
        .iter()
        .map(|severity| severity.name.as_str())
        .filter(|level| fired.iter().any(|row| row.in_level_ms.contains_key(*level)))
        .collect();
    let mut head = vec![("alert", Align::Left), ("row", Align::Left), ("fired", Align::Right)];
    head.extend(levels.iter().map(|level| (*level, Align::Right)));
    head.extend([
        ("flaps", Align::Right),
        ("first", Align::Left),
        ("last", Align::Left),
        ("at the end", Align::Left),
    ]);
    let mut table = Table::new(&head);
    for row in fired {
        let mut cells = vec![row.alert.clone(), words::row(&row.labels), words::grouped(row.firings)];
        let in_level =
            |level: &&str| row.in_level_ms.get(*level).map(|ms| show_duration(*ms)).unwrap_or_default();
        cells.extend(levels.iter().map(in_level));
        cells.push(if row.flaps == 0 { String::new() } else { words::grouped(row.flaps) });
        let instant = |at_ms: Option<i64>| at_ms.map(show_instant_short).unwrap_or_default();
        let last = if row.firings > 1 { instant(row.last_ms) } else { String::new() };
        cells.extend([instant(row.first_ms), last, row.state.name().to_owned()]);
        table.row(cells);
    }
    table.lines(width.map(|width| width.saturating_sub(INDENT)))
}

/// The alerts that never fired.
fn quiet(shown: &Shown<'_>, fired: &[&RowSummary]) -> Vec<String> {
    let fired: BTreeSet<&str> = fired.iter().map(|row| row.alert.as_str()).collect();
    let names = shown.policy.alerts.iter().map(|alert| alert.name.as_str());
    let quiet: BTreeSet<&str> = names.filter(|name| !fired.contains(name)).collect();
    quiet.into_iter().map(str::to_owned).collect()
}

/// What a person should know besides: metrics without data, samples left out, clocks that were wrong.
fn remarks(shown: &Shown<'_>, paint: Paint) -> Vec<String> {
    let mut remarks = Vec::new();
    let own = shown.set.files.iter().filter(|file| file.module.is_none()).map(|file| file.id).collect();
    for unfed in against::unfed(shown.policy, &own, shown.recording.table()) {
        let metric = &unfed.metric;
        let near = |near: &Option<String>| {
            near.as_ref().map(|near| format!(", near is `{near}`")).unwrap_or_default()
        };
        let text = match &unfed.missing {
            MissingPart::Series { names, near: name } => {
                let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
                format!("`{metric}` gets no data: there is no series {names}{}", near(name))
            }
            MissingPart::Label { name, near: label } => {
                format!("`{metric}`: none of its series has the label `{name}`{}", near(label))
            }
        };
        remarks.push(format!("{} {text}", paint.warning("warning:")));
    }
    remarks.extend(wrong_clocks(&shown.report.outliers, paint));
    for (reason, count, example) in shown.report.dropped.iter() {
        if reason == nvp_formats::DropReason::ClockOutlier {
            continue;
        }
        let mark = if reason.is_loss() { paint.warning("left out:") } else { paint.dim("note:") };
        let place = example.filter(|example| example.line > 0).map(|example| {
            paint.dim(&format!(", first in line {}: {}", words::grouped(example.line), example.text))
        });
        remarks.push(format!("{mark} {}{}", reason.words(count), place.unwrap_or_default()));
    }
    remarks.extend(refusals(shown, paint));
    remarks
}

/// The clocks that are wrong, the first few of them one by one.
fn wrong_clocks(outliers: &[Outlier], paint: Paint) -> Vec<String> {
    let mark = paint.warning("warning:");
    let mut lines: Vec<_> =
        outliers.iter().take(CLOCKS_MAX).map(|outlier| format!("{mark} the clock of {outlier}")).collect();
    let rest = outliers.get(CLOCKS_MAX..).unwrap_or_default();
    if !rest.is_empty() {
        let clocks = words::count(rest.len(), "more clock is", "more clocks are");
        let samples = rest.iter().fold(0_u64, |sum, outlier| sum.saturating_add(outlier.samples));
        let samples = words::count(samples, "sample", "samples");
        lines.push(format!("{mark} {clocks} far from the rest: {samples} left out"));
    }
    lines
}

/// What the engine left out. NaN was told by the reading already.
fn refusals(shown: &Shown<'_>, paint: Paint) -> Vec<String> {
    use nvp_engine::Refusal;
    let texts = BTreeMap::from([
        (Refusal::Late, "samples whose tick was closed already"),
        (Refusal::Future, "samples too far ahead of the clock"),
        (Refusal::Waiting, "samples for which there was no room"),
        (Refusal::Duplicate, "samples of a series and instant that stood before"),
        (
            Refusal::Conflict,
            "samples of series that share their labels with another (the metric may say `merge`)",
        ),
        (Refusal::Label, "series with a label value that the metric does not allow"),
        (Refusal::Limit, "series over the limit"),
    ]);
    let mut remarks: Vec<_> = shown
        .report
        .refused
        .iter()
        .filter_map(|(reason, count)| Some((texts.get(reason)?, count)))
        .map(|(text, count)| format!("{} {} {text}", paint.warning("left out:"), words::grouped(*count)))
        .collect();
    if shown.report.lane_samples_dropped > 0 {
        let count = words::grouped(shown.report.lane_samples_dropped);
        remarks.push(format!("{} {count} samples of the past, for want of room", paint.warning("left out:")));
    }
    remarks
}
