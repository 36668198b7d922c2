//! The report as one JSON object.

use std::collections::BTreeMap;
use std::io::Write as _;

use nvp_drive::alert_rows::AlertRow;
use nvp_drive::decision::Decision;
use nvp_drive::test_run::{Failure as Failed, Moment, STARTS_MS, TestOutcome};
use nvp_drive::value_tree::ValueTree;
use serde::Serialize;

use super::{Report, coverage};
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
    coverage: Option<CoverageJson>,
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
struct CoverageJson {
    decided: usize,
    all: usize,
    never_decided: BTreeMap<String, Vec<String>>,
}

/// Writes the report.
pub fn write(report: &Report<'_>, out: &mut Output) -> Result<(), Failure> {
    let (passed, failed) = report.counts();
    let json = Json {
        passed,
        failed,
        left_out: report.left_out,
        tests: report.outcomes.iter().map(|outcome| test(outcome, report)).collect(),
        coverage: report.coverage.as_ref().map(|coverage| {
            let (decided, all) = coverage.decided_of();
            let idle = |alert: &nvp_drive::test_run::CoveredAlert| {
                let parts = alert.parts.iter().filter(|part| part.decided == 0);
                (alert.name.clone(), parts.map(coverage::name).collect::<Vec<_>>())
            };
            let never_decided =
                coverage.alerts.iter().map(idle).filter(|(_, parts)| !parts.is_empty()).collect();
            CoverageJson { decided, all, never_decided }
        }),
    };
    serde_json::to_writer_pretty(&mut *out, &json).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(())
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
        since_ms: row.since_ms.saturating_sub(STARTS_MS),
        levels,
    }
}
