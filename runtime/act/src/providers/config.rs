//! What stands behind each declared provider, as the configuration says it.
//!
//! ```toml
//! [provider.pgbouncer]
//! kind         = "pgbouncer"
//! config.admin = "env:PGBOUNCER_ADMIN"      # what the policy declares as `config admin: secret`
//! at_once      = 4                          # how many of its calls may be under way at once
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use nvp_settings::{Fault, Setting};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::exec::{Exec, ExecBody};
use super::http::{Http, HttpBody};
use super::pgbouncer::{Pgbouncer, PgbouncerBody};
use super::postgres::{Postgres, PostgresBody};
use super::process::{ProcessBody, Processes};
use super::script::{Script, ScriptBody};
use super::{Declared, Provider, Serving};

/// How many calls of a provider may be under way at once unless said.
const AT_ONCE: usize = 16;
/// How many may be said.
const AT_ONCE_MAX: usize = 1_000;

/// Something wrong in the configuration of a provider. Shows no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{place}`: {why}")]
pub struct Problem {
    /// Where: `provider.pgbouncer.config.admin`.
    pub place: String,
    /// What is wrong.
    pub why: String,
    /// How to mend it.
    pub help: String,
    /// What sort of thing it is.
    pub fault: Fault,
}

impl Problem {
    pub(super) fn new(place: impl Into<String>, why: impl Into<String>, help: impl Into<String>) -> Self {
        let why = why.into();
        let fault = Fault::of(&why);
        Self { place: place.into(), why, help: help.into(), fault }
    }

    /// The same of another sort than its words say.
    pub(super) fn fault(mut self, fault: Fault) -> Self {
        self.fault = fault;
        self
    }
}

/// A configured provider.
#[derive(Debug, Clone)]
pub struct Configured {
    /// Its name, as the policies declare it.
    pub name: String,
    /// The settings that the policies declare, by name.
    pub config: BTreeMap<String, Setting>,
    /// How many of its calls may be under way at once.
    pub at_once: usize,
    pub(super) body: Body,
}

/// The kinds.
#[derive(Debug, Clone)]
pub(super) enum Body {
    Exec(ExecBody),
    Http(HttpBody),
    Pgbouncer(PgbouncerBody),
    Postgres(PostgresBody),
    Process(ProcessBody),
    Script(ScriptBody),
}

/// The names of the kinds, for messages.
const KINDS: &str = "`exec`, `http`, `pgbouncer`, `postgres`, `process`, `script`";

/// What an end means that the configuration does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Otherwise {
    /// It is not known whether it happened.
    #[default]
    Unknown,
    /// It did not happen.
    Failed,
}

impl Otherwise {
    /// Whether it did not happen.
    pub(super) fn is_failed(self) -> bool {
        self == Self::Failed
    }
}

/// What all kinds have.
#[derive(Debug, Deserialize)]
struct Common {
    #[serde(default)]
    config: BTreeMap<String, Setting>,
    at_once: Option<usize>,
}

impl Configured {
    /// Reads `[provider.NAME]`.
    ///
    /// # Errors
    /// What is wrong, where, and how to mend it.
    pub fn read(name: &str, mut table: toml::Table) -> Result<Self, Problem> {
        let place = format!("provider.{name}");
        let kind = match table.remove("kind") {
            Some(toml::Value::String(kind)) => kind,
            _ => {
                return Err(Problem::new(
                    place,
                    "it does not say its kind",
                    format!("add `kind`: one of {KINDS}"),
                )
                .fault(Fault::Missing));
            }
        };
        let common = toml::Table::from_iter(
            ["config", "at_once"].into_iter().filter_map(|key| table.remove_entry(key)),
        );
        let common: Common = part(&place, common)?;
        let at_once = common.at_once.unwrap_or(AT_ONCE);
        if !(1..=AT_ONCE_MAX).contains(&at_once) {
            let place = format!("{place}.at_once");
            let help = format!("write a number from 1 to {AT_ONCE_MAX}");
            return Err(Problem::new(place, format!("{at_once} calls at once cannot be made"), help));
        }
        let body = match kind.as_str() {
            "exec" => Body::Exec(part(&place, table)?),
            "http" => Body::Http(part(&place, table)?),
            "pgbouncer" => Body::Pgbouncer(part(&place, table)?),
            "postgres" => Body::Postgres(part(&place, table)?),
            "process" => Body::Process(part(&place, table)?),
            "script" => Body::Script(part(&place, table)?),
            _ => {
                let why = if kind.len() <= 32 {
                    format!("there is no kind `{kind}`")
                } else {
                    "there is no such kind".to_owned()
                };
                let problem = Problem::new(format!("{place}.kind"), why, format!("write one of {KINDS}"));
                return Err(problem.fault(Fault::Kind));
            }
        };
        let configured = Self { name: name.to_owned(), config: common.config, at_once, body };
        configured.check()?;
        Ok(configured)
    }

    /// Where it stands in the configuration.
    #[must_use]
    pub fn place(&self) -> String {
        format!("provider.{}", self.name)
    }

    fn check(&self) -> Result<(), Problem> {
        match &self.body {
            Body::Exec(body) => body.check(&self.place()),
            Body::Http(body) => body.check(&self.place()),
            Body::Process(body) => body.check(&self.place()),
            Body::Script(body) => body.check(&self.place()),
            Body::Pgbouncer(_) | Body::Postgres(_) => Ok(()),
        }
    }

    /// Makes it ready to be called: fetches its secrets, takes up what it left when the process ended. `folder` is where it may keep
    /// what must survive.
    ///
    /// # Errors
    /// When a secret is missing, or what it needs is not there.
    pub fn open(&self, declared: Declared, folder: &Path) -> Result<Serving, Problem> {
        let (place, config) = (self.place(), &self.config);
        let provider: Arc<dyn Provider> = match &self.body {
            Body::Exec(body) => Arc::new(Exec::open(&place, body, config)?),
            Body::Http(body) => Arc::new(Http::open(&place, body, config)?),
            Body::Pgbouncer(body) => Arc::new(Pgbouncer::open(&place, body, config)?),
            Body::Postgres(body) => Arc::new(Postgres::open(&place, body, config)?),
            Body::Process(body) => Arc::new(Processes::open(&self.name, &place, body, folder)?),
            Body::Script(body) => Arc::new(Script::open(&self.name, &place, body, config)?),
        };
        Ok(Serving { declared, provider, at_once: self.at_once })
    }
}

/// Reads a part; what is wrong is said with its place and without the text that stands there, which may be a secret.
fn part<T: DeserializeOwned>(place: &str, table: toml::Table) -> Result<T, Problem> {
    serde_path_to_error::deserialize(table).map_err(|error| {
        let path = error.path().to_string();
        let place = if path == "." { place.to_owned() } else { format!("{place}.{path}") };
        let why = nvp_settings::without_text(error.inner().message());
        Problem::new(place, why, "see the page of providers in the documentation for what may stand here")
    })
}

impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exec(_) => "exec",
            Self::Http(_) => "http",
            Self::Pgbouncer(_) => "pgbouncer",
            Self::Postgres(_) => "postgres",
            Self::Process(_) => "process",
            Self::Script(_) => "script",
        })
    }
}

#[cfg(test)]
mod tests;
