//! Why an alert was what it was at a time in a recording.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use nvp_drive::alert_rows::AlertRow;
use nvp_drive::decision::{Decision, labels_of};
use nvp_drive::dry_run::{AlertAt, Wanted, alert_at};
use nvp_drive::generation::Generation;
use nvp_drive::instant::{parse_instant, show_instant};
use nvp_plan::ids::AlertId;

use crate::failure::{Exit, Failure};
use crate::options::Global;
use crate::output::Output;
use crate::{policies, recordings, tree, words};

/// The most rows shown in full; the worst come first.
const ROWS_MAX: usize = 6;

/// What is asked.
pub struct Asked<'a> {
    /// The alert.
    pub name: &'a str,
    /// When, as written.
    pub at: &'a str,
    /// The recorded metrics.
    pub recording: &'a Path,
    /// The policies.
    pub paths: &'a [PathBuf],
}

/// Explains.
pub fn run(asked: &Asked<'_>, global: &Global, out: &mut Output) -> Result<Exit, Failure> {
    let at_ms = parse_instant(asked.at).map_err(Failure::new)?;
    if asked.paths.is_empty() {
        return Err(Failure::new(format!("where is `{}` written?", asked.name)).help("say `--policies PATH`"));
    }
    let (name, pinned) = selected(asked.name)?;
    let (_, generation) = policies::ready(asked.paths, global)?;
    let alert = find(&generation, name)?;
    let recording = recordings::open(asked.recording, global)?;
    let (first_ms, last_ms) = recording.span_ms();
    let span = || format!("it holds {} to {}", show_instant(first_ms), show_instant(last_ms));
    if at_ms > last_ms.saturating_add(generation.plan.tick_ms) {
        return Err(Failure::new(format!("the recording ends before {}", show_instant(at_ms))).help(span()));
    }
    let wanted = Wanted { alert, pinned: &pinned, rows_max: ROWS_MAX };
    let found = alert_at(&generation, &recording, &wanted, at_ms).map_err(policies::no_plan)?;
    let begins_later = || format!("the recording begins after {}", show_instant(at_ms));
    let found = found.ok_or_else(|| Failure::new(begins_later()).help(span()))?;
    write(name, &pinned, &found, out)?;
    Ok(Exit::Good)
}

/// An alert's name with the labels asked about: `cpu_high`, `cpu_high{service="shop"}`.
fn selected(asked: &str) -> Result<(&str, BTreeMap<String, String>), Failure> {
    let Some((name, rest)) = asked.split_once('{') else { return Ok((asked, BTreeMap::new())) };
    let unreadable = || {
        Failure::new(format!("`{asked}` is no alert with labels"))
            .help(format!("write `{name}{{label=\"value\"}}`, with quotes for your shell around it"))
    };
    let inside = rest.strip_suffix('}').ok_or_else(unreadable)?;
    let pair = |pair: &str| {
        let (label, value) = pair.split_once('=')?;
        Some((label.trim().to_owned(), value.trim().trim_matches('"').to_owned()))
    };
    let pairs: Option<BTreeMap<_, _>> = inside.split(',').map(pair).collect();
    Ok((name, pairs.ok_or_else(unreadable)?))
}

fn find(generation: &Generation, name: &str) -> Result<AlertId, Failure> {
    let alerts = &generation.plan.alerts;
    let place =
        alerts.iter().position(|alert| alert.name == name).and_then(|place| u32::try_from(place).ok());
    place.map(AlertId).ok_or_else(|| {
        let failure = Failure::new(format!("there is no alert `{name}` in these policies"));
        match nvp_dsl::suggest(name, alerts.iter().map(|alert| alert.name.as_str())) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure,
        }
    })
}

fn write(
    name: &str,
    pinned: &BTreeMap<String, String>,
    found: &AlertAt,
    out: &mut Output,
) -> Result<(), Failure> {
    let paint = out.paint();
    writeln!(out, "{} at {}", paint.bold(name), show_instant(found.tick_ms))?;
    if found.rows.is_empty() {
        let with = if pinned.is_empty() { String::new() } else { format!(" with {}", labels_of(pinned)) };
        writeln!(out, "\nno row{with}: no such series of its metrics had been seen by then")?;
    }
    for row in &found.rows {
        writeln!(out)?;
        self::row(row, &found.last, out)?;
    }
    if found.rows_left_out > 0 {
        let count = words::count(found.rows_left_out, "more row", "more rows");
        let hint = format!("and {count}; `'{name}{{label=\"value\"}}'` shows those you want");
        writeln!(out, "\n{}", paint.dim(&hint))?;
    }
    Ok(())
}

fn row(
    row: &AlertRow,
    last: &BTreeMap<BTreeMap<String, String>, Decision>,
    out: &mut Output,
) -> Result<(), Failure> {
    let paint = out.paint();
    let labels = if row.labels.is_empty() { String::new() } else { format!("{} ", labels_of(&row.labels)) };
    let state =
        if row.state.is_level() { paint.error(row.state.name()) } else { paint.good(row.state.name()) };
    let value = row.value.as_ref().map(|value| format!(", its value {}", value.shown())).unwrap_or_default();
    writeln!(out, "{}is {state} since {}{value}", paint.bold(&labels), show_instant(row.since_ms))?;
    if !row.remark.is_empty() {
        writeln!(out, "  {}", paint.help(&row.remark))?;
    }
    if let Some(decision) = last.get(&row.labels) {
        let at = show_instant(decision.at_ms);
        writeln!(
            out,
            "  {} {at} {} → {}: {}",
            paint.dim("last:"),
            decision.from,
            decision.to,
            decision.saying()
        )?;
    }
    for level in &row.levels {
        for (clause, values) in [("when", &level.when), ("clear when", &level.clear)] {
            if let Some(values) = values {
                writeln!(out, "  {}", paint.dim(&format!("{} {clause}", level.name)))?;
                out.write_all(tree::text(values, "    ", paint).as_bytes())?;
            }
        }
    }
    Ok(())
}
