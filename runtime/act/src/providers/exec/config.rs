//! How `exec` is configured.

use std::collections::BTreeMap;
use std::path::PathBuf;

use nvp_settings::Setting;
use serde::Deserialize;

use super::arguments::ArgumentList;
use crate::providers::Problem;
use crate::providers::agree::{Offer, Uses};
use crate::providers::answer::check_pointer;
use crate::providers::config::Otherwise;
use crate::providers::measure::Measure;

/// `[provider.NAME]` of kind `exec`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::providers) struct ExecBody {
    /// Where the programs run.
    #[serde(default = "root")]
    pub(super) directory: PathBuf,
    /// What their environment holds.
    #[serde(default)]
    pub(super) environment: BTreeMap<String, Setting>,
    #[serde(default)]
    pub(super) read: BTreeMap<String, ReadOperation>,
    #[serde(default)]
    pub(super) write: BTreeMap<String, WriteOperation>,
}

fn root() -> PathBuf {
    PathBuf::from("/")
}

/// `[provider.NAME.read.OPERATION]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadOperation {
    /// The program and its arguments.
    pub(super) run: Vec<String>,
    /// What the program writes.
    pub(super) answer: AnswerForm,
    /// Where in its JSON the value is.
    #[serde(default)]
    pub(super) at: String,
    /// Where in each entry of the list there.
    pub(super) item: Option<String>,
    /// In what the number is.
    pub(super) unit: Option<Measure>,
}

/// What a program answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AnswerForm {
    /// A text, without the line breaks at its end.
    Text,
    /// A list: a text a line.
    Lines,
    /// A number.
    Number,
    /// `true` or `false`, `1` or `0`.
    Flag,
    /// JSON.
    Json,
    /// True by exit code 0, false by 1.
    ExitCode,
}

/// `[provider.NAME.write.OPERATION]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WriteOperation {
    /// The program and its arguments.
    pub(super) run: Vec<String>,
    /// Exit codes by which it is known not to have happened.
    #[serde(default)]
    pub(super) failed: Vec<i32>,
    /// What all other codes mean.
    #[serde(default)]
    pub(super) otherwise: Otherwise,
}

impl ExecBody {
    /// Whether it can be carried out.
    pub(in crate::providers) fn check(&self, place: &str) -> Result<(), Problem> {
        if !self.directory.is_absolute() {
            let place = format!("{place}.directory");
            return Err(Problem::new(place, "it is not absolute", "write the whole path, from `/`"));
        }
        for (name, read) in &self.read {
            let place = format!("{place}.read.{name}");
            let list = ArgumentList::parse(&format!("{place}.run"), &read.run)?;
            if list.has_intent() {
                let place = format!("{place}.run");
                return Err(Problem::new(place, "a read carries no intent", "take `{intent.…}` out"));
            }
            for (key, pointer) in [("at", Some(&read.at)), ("item", read.item.as_ref())] {
                let checked = pointer.map_or(Ok(()), |pointer| check_pointer(pointer));
                checked.map_err(|why| {
                    Problem::new(format!("{place}.{key}"), why, "see RFC 6901 for JSON pointers")
                })?;
            }
        }
        for (name, write) in &self.write {
            ArgumentList::parse(&format!("{place}.write.{name}.run"), &write.run)?;
        }
        Ok(())
    }

    /// What it can do.
    pub(in crate::providers) fn offer(&self) -> Offer {
        let uses = |run: &[String]| ArgumentList::parse("", run).map(|list| list.uses()).unwrap_or_default();
        let reads: BTreeMap<String, Uses> =
            self.read.iter().map(|(name, read)| (name.clone(), uses(&read.run))).collect();
        let writes = self.write.iter().map(|(name, write)| (name.clone(), uses(&write.run))).collect();
        Offer::Configured { reads, writes }
    }
}
