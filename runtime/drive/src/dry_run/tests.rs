use std::sync::Arc;

use nvp_history::Options;
use nvp_kernels::Mode;

use super::*;
use crate::generation;
use crate::load::{Stdlib, load_text};

const POLICY: &str = r#"
severity red is critical
unit boxes
defaults { every 1m  forget 1h }
metric load: boxes { labels host }
alert loaded on load { red when > 10  absent for 10m is red }
"#;

fn generation() -> Generation {
    let stdlib = Stdlib::built_in();
    let checked = generation::check(&load_text("test.nvp", POLICY, &stdlib), &stdlib);
    Generation::new(Arc::new(checked.policy.unwrap()), Mode::Off).unwrap()
}

fn recording(samples: &[(&str, i64, f64)]) -> Recording {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("day.om");
    let line = |(host, at_s, value): &(&str, i64, f64)| format!("load{{host=\"{host}\"}} {value} {at_s}\n");
    std::fs::write(&path, samples.iter().map(line).collect::<String>()).unwrap();
    let options = Options { clock_gap_ms: None, ..Options::default() };
    Recording::open(&path, options, &mut |_, _| {}).unwrap()
}

fn run(recording: &Recording) -> (Report, Vec<String>) {
    let mut told = Vec::new();
    let report = dry_run(&generation(), recording, &mut |_| {}, &mut |what| {
        let Told::Decision(decision) = what else { return };
        told.push(format!(
            "{} {}: {} → {}",
            decision.at_ms / 1_000,
            decision.row(),
            decision.from,
            decision.to
        ));
    });
    (report.unwrap(), told)
}

#[test]
fn a_hole_of_years_is_passed_over_and_what_happens_in_it_is_not_lost() {
    let year_s = 365 * 86_400;
    let (report, told) = run(&recording(&[("a", 60, 1.0), ("a", 120, 20.0), ("a", 10 * year_s, 1.0)]));
    assert_eq!(told, ["120 loaded{host=\"a\"}: ok → red", "3780 loaded{host=\"a\"}: red → forgotten"]);
    assert_eq!(report.samples, 3);
    assert_eq!(report.ticks as i64, 10 * year_s / 60);
    let row = &report.rows[0];
    assert_eq!((row.firings, row.in_level_ms["red"]), (1, (3_780 - 120) * 1_000));
}

#[test]
fn an_alert_is_looked_at_where_it_stood_worst_rows_first() {
    let samples: Vec<_> = (1..20)
        .flat_map(|minute| {
            [("a", minute * 60, 1.0), ("b", minute * 60, if minute < 10 { 1.0 } else { 30.0 })]
        })
        .collect();
    let recording = recording(&samples);
    let generation = generation();
    let pinned = BTreeMap::new();
    let wanted = Wanted { alert: AlertId(0), pinned: &pinned, rows_max: 1 };
    let at = |at_ms| alert_at(&generation, &recording, &wanted, at_ms).unwrap();
    let found = at(659_000).unwrap();
    assert_eq!((found.tick_ms, found.rows_left_out), (600_000, 1));
    assert_eq!((found.rows[0].labels["host"].as_str(), found.rows[0].state.name()), ("b", "red"));
    assert_eq!(found.last[&found.rows[0].labels].at_ms, 600_000);
    assert_eq!(at(540_000).unwrap().rows[0].state.name(), "ok");
    assert!(at(59_000).is_none());
}

#[test]
fn progress_ends_with_all_samples() {
    let recording = recording(&[("a", 60, 1.0), ("a", 120, 2.0), ("b", 90, 2.0)]);
    let mut last = 0;
    dry_run(&generation(), &recording, &mut |samples| last = samples, &mut |_| {}).unwrap();
    assert_eq!(last, recording.samples());
}
