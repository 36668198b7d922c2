//! Something that does not fit between policies and configuration: as data, for whoever shows it with its place.

use std::fmt;
use std::ops::Range;

use nvp_act::channels::config::ConfigError;
use nvp_act::providers;
use nvp_dsl::Code;
use nvp_settings::Fault;

use crate::codes;

/// Where something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A path in the configuration: `provider.pgbouncer.config.admin`. The longest beginning of it that is written is meant.
    Configuration(String),
    /// Bytes of the configuration, where it is no TOML.
    Bytes(Range<usize>),
    /// A rung of a ladder.
    Rung {
        /// The ladder.
        ladder: String,
        /// The rung.
        rung: String,
    },
    /// A playbook.
    Playbook(String),
    /// The declaration of a provider.
    Provider(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration(path) => write!(f, "`{path}`"),
            Self::Bytes(bytes) => write!(f, "byte {}", bytes.start),
            Self::Rung { ladder, rung } => write!(f, "escalation {ladder}, {rung}"),
            Self::Playbook(name) => write!(f, "playbook {name}"),
            Self::Provider(name) => write!(f, "provider {name}"),
        }
    }
}

/// Something that is wrong, or not as it should be. Shows no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which page tells of it; a code that begins with `W` is a warning, and all others keep it from being run.
    pub code: Code,
    /// Where.
    pub place: Place,
    /// Another place, with what is to be seen there.
    pub also: Option<(Place, &'static str)>,
    /// What.
    pub why: String,
    /// How to mend it; empty where `why` says so.
    pub help: String,
}

impl Problem {
    /// Something wrong at a place.
    #[must_use]
    pub fn new(code: Code, place: Place, why: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, place, also: None, why: why.into(), help: help.into() }
    }

    /// Something wrong in the configuration, of a sort.
    #[must_use]
    pub fn configured(
        fault: Fault,
        path: impl Into<String>,
        why: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self::new(codes::of_fault(fault), Place::Configuration(path.into()), why, help)
    }

    /// The same with another place.
    #[must_use]
    pub fn also(mut self, place: Place, what: &'static str) -> Self {
        self.also = Some((place, what));
        self
    }

    /// Whether nothing can be run so; otherwise it is a warning.
    #[must_use]
    pub fn is_error(&self) -> bool {
        !self.code.0.starts_with('W')
    }
}

impl From<&ConfigError> for Problem {
    fn from(error: &ConfigError) -> Self {
        let help = error.help.clone().unwrap_or_default();
        Self::configured(error.fault, &error.place, &error.problem, help)
    }
}

impl From<providers::Problem> for Problem {
    fn from(problem: providers::Problem) -> Self {
        Self::configured(problem.fault, problem.place, problem.why, problem.help)
    }
}
