//! A plan as text: what it costs first, then all of it.

mod memory;

use std::io::Write as _;
use std::path::PathBuf;

use nvp_plan::Plan;
use nvp_plan::describe;
use nvp_plan::domain::{BUCKET_LABEL, Domain, SERIES_LABEL};
use nvp_plan::window::Window;

use crate::failure::{Exit, Failure};
use crate::options::Global;
use crate::output::Output;
use crate::table::{self, Align, Table};
use crate::{policies, words};

/// The widest text of an expression in the table.
const TEXT_MAX: usize = 48;
/// The blanks before the table.
const INDENT: usize = 2;

/// Prints the plan of policies.
pub fn run(paths: &[PathBuf], global: &Global, out: &mut Output) -> Result<Exit, Failure> {
    let (_, generation) = policies::ready(paths, global)?;
    let plan = &generation.plan;
    let paint = out.paint();
    let native = if generation.program.is_native() { "machine code" } else { "interpreted" };
    writeln!(
        out,
        "{} every {}: {}, {} ({native}), {}, {}",
        paint.bold("a tick"),
        describe::duration(plan.tick_ms),
        words::count(plan.inputs.len(), "input", "inputs"),
        words::count(plan.kernels.len(), "kernel", "kernels"),
        words::count(plan.windows.len(), "window", "windows"),
        words::count(plan.alerts.len(), "alert", "alerts"),
    )?;
    if !plan.windows.is_empty() {
        writeln!(out, "\n{}", paint.bold("windows"))?;
        for line in windows(plan, out.width()) {
            writeln!(out, "  {line}")?;
        }
    }
    let on_top = "identity and index come on top, at most 320 bytes a series";
    writeln!(
        out,
        "\n{} {}",
        paint.bold("memory of evaluation, in bytes a row"),
        paint.dim(&format!("({on_top})"))
    )?;
    for line in memory::lines(plan, out.width().map(|width| width.saturating_sub(INDENT))) {
        writeln!(out, "  {line}")?;
    }
    writeln!(out, "\n{}", paint.bold("plan"))?;
    out.write_all(describe::plan(plan).as_bytes())?;
    let response = describe::response(&generation.response);
    if !response.is_empty() {
        writeln!(out, "\n{}", paint.bold("response"))?;
        out.write_all(response.as_bytes())?;
    }
    Ok(Exit::Good)
}

/// The labels of a domain's rows as people know them.
fn rows_by(domain: &Domain) -> String {
    let shown = |label: &String| match label.as_str() {
        BUCKET_LABEL => "le".to_owned(),
        SERIES_LABEL => "each series".to_owned(),
        _ => label.clone(),
    };
    domain.labels.iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// The windows with their panes and memory, the dearest first.
fn windows(plan: &Plan, width: Option<usize>) -> Vec<String> {
    let mut table = Table::new(&[
        ("of", Align::Left),
        ("rows by", Align::Left),
        ("over", Align::Right),
        ("slots", Align::Right),
        ("pane", Align::Right),
        ("warm after", Align::Right),
        ("bytes a row", Align::Right),
    ]);
    let mut windows: Vec<&Window> = plan.windows.iter().collect();
    windows.sort_by_key(|window| std::cmp::Reverse(window.bytes_per_row()));
    for window in windows {
        let labels = plan.domains.get(window.domain.index()).map(rows_by);
        let ticks = |ticks: u32| describe::duration(plan.tick_ms.saturating_mul(i64::from(ticks)));
        table.row(vec![
            table::cut(&window.text, TEXT_MAX),
            labels.unwrap_or_default(),
            describe::duration(window.over_ms),
            words::grouped(u64::from(window.slots())),
            ticks(window.pane_ticks),
            ticks(window.warm_ticks),
            words::grouped(window.bytes_per_row()),
        ]);
    }
    table.lines(width.map(|width| width.saturating_sub(INDENT)))
}
