//! The report as `JUnit` XML, a test suite a file.

use std::io::Write as _;

use nvp_drive::test_run::TestOutcome;
use nvp_dsl::FileId;
use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};

use super::{Report, human};
use crate::failure::Failure;
use crate::output::{Output, Paint};
use crate::words;

/// Writes the report. No times are in it: tests run on a virtual clock, and the same tests give the same bytes.
pub fn write(report: &Report<'_>, out: &mut Output) -> Result<(), Failure> {
    let mut junit = Junit::new("novaevo-policy test");
    let mut files: Vec<FileId> = report.outcomes.iter().map(|outcome| outcome.span.file).collect();
    files.dedup();
    for file in files {
        let mut suite = TestSuite::new(name_of(file, report));
        for outcome in report.outcomes.iter().filter(|outcome| outcome.span.file == file) {
            suite.add_test_case(case(outcome, report));
        }
        junit.add_test_suite(suite);
    }
    let text = junit.to_string().map_err(|error| Failure::new(format!("cannot write JUnit XML: {error}")))?;
    out.write_all(text.as_bytes())?;
    Ok(())
}

fn name_of(file: FileId, report: &Report<'_>) -> String {
    report.sources.file(file).map(|file| file.name().to_owned()).unwrap_or_default()
}

fn case(outcome: &TestOutcome, report: &Report<'_>) -> TestCase {
    let status = if outcome.passed() {
        TestCaseStatus::success()
    } else {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status
            .set_message(message(outcome))
            .set_type("expectation")
            .set_description(details(outcome, report));
        status
    };
    let mut case = TestCase::new(outcome.name.clone(), status);
    case.set_classname(name_of(outcome.span.file, report));
    case
}

fn message(outcome: &TestOutcome) -> String {
    let one = |failure: &nvp_drive::test_run::Failure| {
        format!("expected {}, but {}", failure.expected, failure.problem)
    };
    outcome.failures.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn details(outcome: &TestOutcome, report: &Report<'_>) -> String {
    let mut text = words::place(outcome.span, report.sources) + "\n";
    text.push_str(&human::details(outcome, report, Paint::new(false)));
    text
}
