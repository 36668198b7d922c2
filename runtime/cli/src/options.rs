//! The command line as clap reads it: the verbs and what they all understand.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::{Args, Parser, ValueEnum};

use crate::verbs::Verb;

/// Monitoring policies as text: check them, test them, dry-run them over a recording, run them live.
#[derive(Debug, Parser)]
#[command(name = "novaevo-policy", version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// What all verbs understand.
    #[command(flatten)]
    pub global: Global,
}

/// What all verbs understand.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// Colour in the output; `NO_COLOR` is honoured by `auto`
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// Machine code for conditions; `auto` interprets where executable memory is forbidden
    #[arg(long, global = true, value_enum, default_value_t = Jit::Auto, value_name = "WHEN")]
    pub jit: Jit,
    /// The form of our own log lines on standard error
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// Read the standard library from this folder instead of the built-in one
    #[arg(long, global = true, value_name = "DIR")]
    pub stdlib: Option<PathBuf>,
}

/// When to colour.
// The values' meanings stand in plain comments: as documentation they would fill every verb's help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    // On terminals, unless `NO_COLOR` is set or the terminal is dumb.
    Auto,
    Always,
    Never,
}

impl Color {
    /// Whether standard output gets colours.
    pub fn on_stdout(self) -> bool {
        self.on(std::io::stdout().is_terminal())
    }

    /// Whether standard error gets colours.
    pub fn on_stderr(self) -> bool {
        self.on(std::io::stderr().is_terminal())
    }

    fn on(self, terminal: bool) -> bool {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        match self {
            Self::Auto => terminal && !dumb && !set("NO_COLOR"),
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// When to make machine code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Jit {
    // Where the system allows it.
    Auto,
    // Always; an error where it cannot be.
    On,
    // Never: conditions are interpreted.
    Off,
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    // One JSON object a line.
    Json,
}
