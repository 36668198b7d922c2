//! How a verb ends: its exit codes, and what is said when it could not do its work.

use std::io::{self, Write as _};

use crate::options::Color;
use crate::output;

/// The exit codes that all verbs share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All is well.
    Good = 0,
    /// The work was done and found something: errors, failed tests, files to format.
    Found = 1,
    /// The work could not be done: wrong usage, or input or output failed.
    Unable = 2,
}

/// Why a verb could not do its work.
#[derive(Debug)]
pub enum Failure {
    /// The reader of our output has gone; nothing is to be said.
    BrokenPipe,
    /// People have been told already; this is how the process ends.
    AlreadyTold(Exit),
    /// Something to tell people.
    Told {
        /// The problem, lower case, no full stop.
        problem: String,
        /// How to mend it.
        help: Option<String>,
    },
}

impl Failure {
    /// A failure with a problem in words.
    pub fn new(problem: impl Into<String>) -> Self {
        Self::Told { problem: problem.into(), help: None }
    }

    /// Adds how to mend it.
    #[must_use]
    pub fn help(self, text: impl Into<String>) -> Self {
        match self {
            Self::Told { problem, .. } => Self::Told { problem, help: Some(text.into()) },
            Self::BrokenPipe | Self::AlreadyTold(_) => self,
        }
    }

    /// Tells people on standard error, and says how the process ends. A gone reader is a good end.
    pub fn report(&self, color: Color) -> Exit {
        let (problem, help) = match self {
            Self::BrokenPipe => return Exit::Good,
            Self::AlreadyTold(exit) => return *exit,
            Self::Told { problem, help } => (problem, help),
        };
        let paint = output::Paint::new(color.on_stderr());
        let mut text = format!("{}: {problem}\n", paint.error("error"));
        if let Some(help) = help {
            text.push_str(&format!("{}: {help}\n", paint.help("help")));
        }
        // Standard error may be gone too; then there is nobody to tell.
        drop(io::stderr().lock().write_all(text.as_bytes()));
        Exit::Unable
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::BrokenPipe;
        }
        Self::new(format!("cannot write the output: {error}"))
    }
}
