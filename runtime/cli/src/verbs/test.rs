//! `test`: runs the policies' own `test` blocks on the virtual clock.

mod coverage;
mod human;
mod json;
mod junit;
mod mutate;
mod watch;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use nvp_drive::test_run::{Coverage, Runner, TestOptions, TestOutcome};
use nvp_dsl::SourceMap;

use self::mutate::Mutation;
use crate::failure::{Exit, Failure};
use crate::options::Global;
use crate::output::Output;
use crate::policies;

const EXAMPLES: &str = "\
Examples:
  novaevo-policy test policies/host
  novaevo-policy test policies --filter gateway --coverage
  novaevo-policy test policies --format junit > tests.xml
  novaevo-policy test policies/host --mutate
  novaevo-policy test policies/host --watch

Exit codes: 0 all passed, 1 a test failed, a change was not noticed (`--mutate`) or the policies have errors, 2 wrong usage, or a file could not be read";

/// What `test` understands.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Files, or folders with `.nvp` files below them; together they are one policy set
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Run only tests whose name contains this text
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Also say which levels, clauses and conditions decided something
    #[arg(long)]
    pub coverage: bool,
    /// Also change each threshold by one unit, flip each comparison, drop each `for`, and list the changes that no test notices
    #[arg(long, conflicts_with = "watch")]
    pub mutate: bool,
    /// Run again whenever a policy changes
    #[arg(long)]
    pub watch: bool,
}

/// The forms of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// One JSON object.
    Json,
    /// `JUnit` XML.
    Junit,
}

/// What came of all tests.
pub struct Report<'a> {
    /// The texts.
    pub sources: &'a SourceMap,
    /// In the order written.
    pub outcomes: Vec<TestOutcome>,
    /// Tests that the filter left out.
    pub left_out: usize,
    /// What decided something, if asked for.
    pub coverage: Option<Coverage>,
    /// Which changes were noticed, if asked for and all tests passed.
    pub mutation: Option<Mutation>,
}

impl Report<'_> {
    /// How many passed and failed.
    pub fn counts(&self) -> (usize, usize) {
        let passed = self.outcomes.iter().filter(|outcome| outcome.passed()).count();
        (passed, self.outcomes.len() - passed)
    }
}

/// Tests.
pub fn run(arguments: &Arguments, global: &Global, out: &mut Output) -> Result<Exit, Failure> {
    if arguments.watch { watch::run(arguments, global, out) } else { once(arguments, global, out) }
}

/// Runs the tests once.
pub fn once(arguments: &Arguments, global: &Global, out: &mut Output) -> Result<Exit, Failure> {
    if arguments.mutate && arguments.format == Format::Junit {
        return Err(Failure::new("`--mutate` has no `JUnit` form").help("use `--format human` or `json`"));
    }
    let (loaded, policy) = policies::sound(&arguments.paths, global)?;
    let filter = arguments.filter.as_deref().unwrap_or_default();
    let own: BTreeSet<_> =
        loaded.set.files.iter().filter(|file| file.module.is_none()).map(|file| file.id).collect();
    let tests: Vec<_> = policy.tests.iter().filter(|test| own.contains(&test.span.file)).collect();
    let chosen: Vec<_> = tests.iter().filter(|test| test.name.contains(filter)).collect();
    if chosen.is_empty() {
        return Err(nothing_to_run(tests.len(), filter));
    }
    let mut report = Report {
        sources: &loaded.set.sources,
        outcomes: Vec::with_capacity(chosen.len()),
        left_out: tests.len() - chosen.len(),
        coverage: arguments.coverage.then(|| Coverage::new(&policy)),
        mutation: None,
    };
    let runner = Runner::new(&policy, TestOptions { mode: policies::mode(global) });
    for test in chosen {
        let outcome =
            runner.run(test, report.coverage.as_mut()).map_err(|error| policies::not_ready(&error))?;
        if arguments.format == Format::Human {
            human::line(&outcome, out)?;
            out.flush()?;
        }
        report.outcomes.push(outcome);
    }
    if arguments.mutate && report.counts().1 == 0 {
        report.mutation = Some(mutate::run(arguments, global, &loaded.set));
    }
    match arguments.format {
        Format::Human => human::rest(&report, out)?,
        Format::Json => json::write(&report, out)?,
        Format::Junit => junit::write(&report, out)?,
    }
    let is_unnoticed = report.mutation.as_ref().is_some_and(|mutation| mutation.unnoticed().next().is_some());
    Ok(if report.counts().1 == 0 && !is_unnoticed { Exit::Good } else { Exit::Found })
}

fn nothing_to_run(tests: usize, filter: &str) -> Failure {
    if tests == 0 {
        return Failure::new("there is no `test` block in these policies")
            .help("write `test \"…\" { given … expect … }` beside an alert");
    }
    Failure::new(format!("no test has `{filter}` in its name"))
        .help(format!("there are {tests} tests without `--filter`"))
}
