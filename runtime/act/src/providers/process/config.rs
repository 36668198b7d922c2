//! How `process` is configured.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use nvp_settings::Setting;
use serde::Deserialize;

use crate::providers::Problem;
use crate::providers::agree::Offer;

/// The longest grace.
const GRACE_MAX: Duration = Duration::from_secs(3_600);

/// `[provider.NAME]` of kind `process`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::providers) struct ProcessBody {
    /// The programs, by name.
    #[serde(default)]
    pub(super) program: BTreeMap<String, Program>,
}

/// `[provider.NAME.program.PROGRAM]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Program {
    /// The program and its arguments.
    pub(super) run: Vec<String>,
    /// Where it runs.
    #[serde(default = "root")]
    pub(super) directory: PathBuf,
    /// What its environment holds.
    #[serde(default)]
    pub(super) environment: BTreeMap<String, Setting>,
    /// Between SIGTERM and SIGKILL.
    #[serde(default = "grace", deserialize_with = "nvp_settings::duration")]
    pub(super) grace: Duration,
    /// To which file its outputs are appended; nowhere where not said.
    pub(super) output: Option<PathBuf>,
    /// How many instances there may be.
    #[serde(default = "instances_max")]
    pub(super) instances_max: u32,
}

fn root() -> PathBuf {
    PathBuf::from("/")
}

fn grace() -> Duration {
    Duration::from_secs(10)
}

fn instances_max() -> u32 {
    100
}

impl ProcessBody {
    /// Whether it can be carried out.
    pub(in crate::providers) fn check(&self, place: &str) -> Result<(), Problem> {
        if self.program.is_empty() {
            let help = format!("add `[{place}.program.NAME]` with its `run`");
            return Err(Problem::new(place, "it names no program", help));
        }
        for (name, program) in &self.program {
            let place = format!("{place}.program.{name}");
            let path = program.run.first().ok_or_else(|| {
                Problem::new(format!("{place}.run"), "it names no program", "write the program's path")
            })?;
            for (key, path) in [
                ("run", Some(path.as_ref())),
                ("directory", Some(program.directory.as_path())),
                ("output", program.output.as_deref()),
            ] {
                if path.is_some_and(|path: &std::path::Path| !path.is_absolute()) {
                    return Err(Problem::new(
                        format!("{place}.{key}"),
                        "the path is not absolute",
                        "write the whole path, from `/`",
                    ));
                }
            }
            if program.grace > GRACE_MAX {
                return Err(Problem::new(
                    format!("{place}.grace"),
                    "it is more than an hour",
                    "write one such as `10s`",
                ));
            }
        }
        Ok(())
    }

    /// What it can do.
    pub(in crate::providers) fn offer(&self) -> Offer {
        Offer::Native(&super::OFFER)
    }
}
