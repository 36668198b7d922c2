//! The report as one JSON object.

use std::collections::BTreeMap;
use std::io::Write as _;

use nvp_drive::alert_rows::AlertRow;
use nvp_drive::decision::Decision;
use nvp_drive::test_run::{Coverage, CoveredAlert, Failure as Failed, Moment, TEST_STARTS_MS, TestOutcome};
use nvp_drive::value_tree::ValueTree;
use serde::Serialize;

use super::{Report, coverage, mutate};
use crate::failure::Failure;
use crate::output::Output;
use crate::words;

#[derive(Serialize)]
struct Json<'a> {
    passed: usize,
    failed: usize,
    left_out: usize,
    tests: Vec<Test<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<CoverageJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mutation: Option<serde_json::Value>,
}

#[derive(Serialize)]
struct Test<'a> {
    name: &'a str,
    place: String,
    passed: bool,
    ticks: u64,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    not_given: &'a [String],
    failures: Vec<FailedJson<'a>>,
}

#[derive(Serialize)]
struct FailedJson<'a> {
    expected: &'a str,
    place: String,
    problem: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<MomentJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closest: Option<MomentJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<&'a Decision>,
}

#[derive(Serialize)]
struct MomentJson<'a> {
    at_ms: i64,
    condition: Option<&'a ValueTree>,
    rows: Vec<Row<'a>>,
    without_rows: &'a [String],
}

#[derive(Serialize)]
struct Row<'a> {
    alert: &'a str,
    labels: &'a BTreeMap<String, String>,
    state: &'a str,
    since_ms: i64,
    levels: Vec<LevelJson<'a>>,
}

#[derive(Serialize)]
struct LevelJson<'a> {
    name: &'a str,
    when: Option<&'a ValueTree>,
    clear: Option<&'a ValueTree>,
}

#[derive(Serialize)]
struct CoverageJson<'a> {
    decided: usize,
    all: usize,
    alerts: BTreeMap<&'a str, AlertJson<'a>>,
    never_decided: BTreeMap<&'a str, Vec<String>>,
}

/// How often each thing was seen.
#[derive(Serialize)]
struct AlertJson<'a> {
    levels: Vec<SeenJson<'a>>,
    missing_data: MissingJson<'a>,
}

#[derive(Serialize)]
struct SeenJson<'a> {
    name: &'a str,
    set: u64,
    cleared: u64,
}

#[derive(Serialize)]
struct MissingJson<'a> {
    clause: &'a str,
    seen: u64,
}

/// Writes the report.
pub fn write(report: &Report<'_>, out: &mut Output) -> Result<(), Failure> {
    let (passed, failed) = report.counts();
    let json = Json {
        passed,
        failed,
        left_out: report.left_out,
        tests: report.outcomes.iter().map(|outcome| test(outcome, report)).collect(),
        coverage: report.coverage.as_ref().map(covered),
        mutation: report.mutation.as_ref().map(|mutation| mutate::json(mutation, report.sources)),
    };
    serde_json::to_writer_pretty(&mut *out, &json).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(())
}

fn covered(coverage: &Coverage) -> CoverageJson<'_> {
    let (decided, all) = coverage.decided_of();
    let mut alerts = BTreeMap::new();
    let mut never_decided = BTreeMap::new();
    for alert in &coverage.alerts {
        alerts.insert(alert.name.as_str(), covered_alert(alert));
        let undecided: Vec<_> = alert.undecided().iter().map(coverage::name).collect();
        if !undecided.is_empty() {
            never_decided.insert(alert.name.as_str(), undecided);
        }
    }
    CoverageJson { decided, all, alerts, never_decided }
}

fn covered_alert(alert: &CoveredAlert) -> AlertJson<'_> {
    let mut levels = Vec::with_capacity(alert.levels.len());
    for level in &alert.levels {
        let set = coverage::set(alert, level);
        levels.push(SeenJson { name: &level.name, set, cleared: level.clear.decided });
    }
    let missing_data = MissingJson { clause: &alert.absent.text, seen: alert.absent.decided };
    AlertJson { levels, missing_data }
}

fn test<'a>(outcome: &'a TestOutcome, report: &Report<'_>) -> Test<'a> {
    let failure = |failure: &'a Failed| FailedJson {
        expected: &failure.expected,
        place: words::place(failure.span, report.sources),
        problem: &failure.problem,
        decided: failure.decided.as_ref().map(moment),
        closest: failure.closest.as_ref().map(moment),
        decision: failure.decision.as_deref(),
    };
    Test {
        name: &outcome.name,
        place: words::place(outcome.span, report.sources),
        passed: outcome.passed(),
        ticks: outcome.ticks,
        not_given: &outcome.not_given,
        failures: outcome.failures.iter().map(failure).collect(),
    }
}

fn moment(moment: &Moment) -> MomentJson<'_> {
    MomentJson {
        at_ms: moment.at_ms,
        condition: moment.condition.as_ref(),
        rows: moment.rows.iter().map(row).collect(),
        without_rows: &moment.without_rows,
    }
}

fn row(row: &AlertRow) -> Row<'_> {
    let levels = row
        .levels
        .iter()
        .map(|level| LevelJson { name: &level.name, when: level.when.as_ref(), clear: level.clear.as_ref() })
        .collect();
    Row {
        alert: &row.alert,
        labels: &row.labels,
        state: row.state.name(),
        since_ms: row.since_ms.saturating_sub(TEST_STARTS_MS),
        levels,
    }
}
