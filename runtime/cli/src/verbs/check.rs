//! `check`: says what is wrong with policies, for people, editors and machines.

mod wire;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use nvp_drive::against::{self, MissingPart};
use nvp_drive::binding;
use nvp_drive::generation::Generation;
use nvp_dsl::diagnostic::{Diagnostic, Severity};
use nvp_dsl::{Code, FileId, render};
use nvp_kernels::Mode;

use crate::configuration::{self, Configuration, Told};
use crate::failure::{Exit, Failure};
use crate::options::Global;
use crate::output::Output;
use crate::policies::{self, Policies};
use crate::{pages, words};

const EXAMPLES: &str = "\
Examples:
  novaevo-policy check policies/host
  novaevo-policy check policies --format github --deny warnings
  novaevo-policy check policies/host --against http://localhost:9100/metrics
  novaevo-policy check policies --config watch.toml --secrets

Exit codes: 0 no errors, 1 errors (with `--deny warnings` also warnings), 2 wrong usage, or a file could not be read";

/// What `check` understands.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Files, or folders with `.nvp` files below them, together one policy set; or `-` for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Treat these as errors
    #[arg(long, value_enum, value_name = "WHAT")]
    pub deny: Option<Deny>,
    /// Tell which declared metrics get no data from a recording, an exporter's text, or an exporter's address
    #[arg(long, value_name = "FILE|URL")]
    pub against: Option<String>,
    /// Tell whether this configuration fits: every rung reaches somebody, every provider is there and does what is declared
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// With `--config`: also fetch each secret that it names, and tell those that are missing or empty
    #[arg(long, requires = "config")]
    pub secrets: bool,
    /// Also say what could be neither proved nor refuted
    #[arg(long, short)]
    pub verbose: bool,
}

/// The forms of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// One JSON object.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub workflows.
    Github,
}

/// What counts as an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    /// Warnings.
    Warnings,
}

/// Checks.
pub fn run(arguments: &Arguments, global: &Global, out: &mut Output) -> Result<Exit, Failure> {
    let mut policies = policies::check(&arguments.paths, global);
    let fed = match &arguments.against {
        Some(wire) => compare(&mut policies, wire)?,
        None => None,
    };
    policies::tell_problems(&policies.set.problems, global.color);
    let unfit = unfit(arguments, &mut policies)?;
    report(arguments, &policies, (fed, unfit), out)?;
    let denied = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error || arguments.deny.is_some();
    Ok(match &policies {
        policies if !policies.set.problems.is_empty() => Exit::Unable,
        policies if policies.diagnostics.iter().any(denied) => Exit::Found,
        _ => Exit::Good,
    })
}

/// Adds what is wrong with the configuration, and what does not fit between it and the policies; says how many errors that are. Policies
/// with errors are not compared: what they need is not known.
fn unfit(arguments: &Arguments, policies: &mut Policies) -> Result<Option<usize>, Failure> {
    let Some(path) = &arguments.config else { return Ok(None) };
    let Configuration { written, config, mut problems } = configuration::read(path)?;
    problems.extend(match policies.policy.clone() {
        Some(policy) => {
            let generation = Generation::new(policy, Mode::Off);
            let generation = generation.map_err(|error| Failure::new(error.to_string()))?;
            match binding::bind(&generation.response, &config.answers) {
                Ok(bound) => bound.warnings,
                Err(problems) => problems,
            }
        }
        None => binding::alone(&config.answers),
    });
    if arguments.secrets {
        problems.extend(configuration::missing_of_all(&written));
        problems.extend(configuration::weak_tokens(&config.control));
    }
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    let told = Told::new(&problems, &written, std::mem::take(&mut policies.set.sources), &policies.set.files);
    policies.set.sources = told.sources;
    policies.diagnostics.extend(told.diagnostics);
    policies
        .diagnostics
        .sort_by_key(|diagnostic| (diagnostic.primary.span.file, diagnostic.primary.span.start));
    Ok(Some(errors))
}

/// How many metrics get data, of those that were looked at.
#[derive(Debug, Clone, Copy)]
struct Fed {
    fed: usize,
    all: usize,
}

/// Adds a warning for each metric that gets no data, or not all its labels. Policies with errors are not compared: what they read is
/// not known.
fn compare(policies: &mut Policies, wire: &str) -> Result<Option<Fed>, Failure> {
    let Some(policy) = policies.policy.clone() else { return Ok(None) };
    let table = wire::series(wire)?;
    let own: BTreeSet<FileId> = policies.set.own().collect();
    let unfed = against::unfed(&policy, &own, &table);
    policies.diagnostics.extend(unfed.iter().map(|unfed| unfed.diagnostic(&format!("`{wire}`"))));
    policies
        .diagnostics
        .sort_by_key(|diagnostic| (diagnostic.primary.span.file, diagnostic.primary.span.start));
    let all = against::compared(&policy, &own).count();
    let empty = unfed.iter().filter(|unfed| matches!(unfed.missing, MissingPart::Series { .. })).count();
    Ok(Some(Fed { fed: all.saturating_sub(empty), all }))
}

fn report(
    arguments: &Arguments,
    policies: &Policies,
    (fed, unfit): (Option<Fed>, Option<usize>),
    out: &mut Output,
) -> Result<(), Failure> {
    let (diagnostics, sources) = (&policies.diagnostics, &policies.set.sources);
    let title = |code: Code| pages::page(code.0).map(|page| page.title.to_owned());
    let text = match arguments.format {
        Format::Human => render::human(diagnostics, sources, out.paint().is_on()),
        Format::Json => render::json(diagnostics, sources),
        Format::Sarif => render::sarif(diagnostics, sources, env!("CARGO_PKG_VERSION"), title),
        Format::Github => render::github(diagnostics, sources),
    };
    out.write_all(text.as_bytes())?;
    if arguments.format == Format::Human {
        if arguments.verbose {
            unproved(policies, out)?;
        }
        if policies.set.own_files() > 0 || !diagnostics.is_empty() {
            let fits = fits(arguments, policies, unfit);
            let summary = summary(policies, unfit.is_some(), out);
            writeln!(out, "{summary}{}{fits}", fed.map(said_of).unwrap_or_default())?;
        }
    }
    Ok(())
}

fn unproved(policies: &Policies, out: &mut Output) -> Result<(), Failure> {
    for unproved in &policies.unproved {
        let place = words::place(unproved.span, &policies.set.sources);
        writeln!(out, "{} {} {}", out.paint().dim("not proved:"), unproved.what, out.paint().dim(&place))?;
    }
    if !policies.unproved.is_empty() {
        writeln!(out)?;
    }
    Ok(())
}

/// `; fits watch.toml`
fn fits(arguments: &Arguments, policies: &Policies, unfit: Option<usize>) -> String {
    match (&arguments.config, unfit) {
        (Some(path), Some(0)) if policies.policy.is_some() => format!("; fits {}", path.display()),
        (Some(path), Some(errors)) if errors > 0 => format!("; does not fit {}", path.display()),
        _ => String::new(),
    }
}

/// `; 3 of 4 metrics get data`
fn said_of(Fed { fed, all }: Fed) -> String {
    let verb = if all == 1 { "gets" } else { "get" };
    format!("; {} of {} {verb} data", words::grouped(fed as u64), words::count(all, "metric", "metrics"))
}

/// `3 files, 12 alerts: no errors, 1 warning`
fn summary(policies: &Policies, is_configured: bool, out: &Output) -> String {
    let paint = out.paint();
    let count =
        |severity| policies.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    // Files of which no text could be made are among the texts only.
    let modules = policies.set.files.iter().filter(|file| file.module.is_some()).count();
    let files = policies.set.sources.files().count().saturating_sub(modules + usize::from(is_configured));
    let files = words::count(files, "file", "files");
    let alerts = policies
        .policy
        .as_ref()
        .map(|policy| format!(", {}", words::count(policy.alerts.len(), "alert", "alerts")))
        .unwrap_or_default();
    let errors = match errors {
        0 => paint.good("no errors"),
        errors => paint.error(&words::count(errors, "error", "errors")),
    };
    let warnings = match warnings {
        0 => String::new(),
        warnings => format!(", {}", paint.warning(&words::count(warnings, "warning", "warnings"))),
    };
    format!("{files}{alerts}: {errors}{warnings}")
}
