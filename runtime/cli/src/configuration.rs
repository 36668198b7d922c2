//! The configuration file (TOML): what is watched, who is told, who is who, what stands behind providers. Shared by `run` and `check`.
//!
//! What is wrong with it is told as diagnostics, like what is wrong with policies. It must not know what the tables are used for.

mod parts;
mod places;
mod secrets;
mod shown;
mod told;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use nvp_act::destinations::webhook::Webhook;
use nvp_control::ControlConfig;
use nvp_drive::binding::{Answers, Problem};
use nvp_ingest::scrape::Scrape;
use serde::Deserialize;

pub use self::secrets::{missing_of_all, missing_of_answers, missing_under, weak_tokens};
pub use self::told::{Told, refuse, tell};
use crate::failure::Failure;

/// The largest configuration, in bytes.
const CONFIG_BYTES_MAX: u64 = 4 << 20;
/// How often this machine may be read.
const HOST_INTERVALS: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(10);

/// A configuration file, as far as it can be read.
pub struct Configuration {
    /// The text and its places.
    pub written: Written,
    /// What it says.
    pub config: Config,
    /// What is wrong with it. What stands behind channels and providers is not looked at yet.
    pub problems: Vec<Problem>,
}

/// The text of a configuration, for showing where something is wrong.
#[derive(Default)]
pub struct Written {
    name: String,
    text: String,
}

/// The name only: what stands in the text may be a secret that somebody wrote down by mistake.
impl std::fmt::Debug for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Written").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What a configuration says.
#[derive(Default)]
pub struct Config {
    /// This machine is watched.
    pub host: Option<Host>,
    /// Targets.
    pub scrape: Vec<Scrape>,
    /// Where decisions go.
    pub webhook: Vec<Webhook>,
    /// Where people are heard, beside the socket in the state's folder.
    pub control: ControlConfig,
    /// Who answers alerts, and what playbooks may call.
    pub answers: Answers,
}

/// `[host]`: this machine is watched.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    #[serde(default, deserialize_with = "interval")]
    /// How often.
    pub interval: Option<Duration>,
}

/// Reads the file; what is wrong with what stands in it is in the result.
pub fn read(path: &Path) -> Result<Configuration, Failure> {
    let unreadable = |why: String| Failure::new(format!("cannot read `{}`: {why}", path.display()));
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let mut text = String::new();
    let read = file.take(CONFIG_BYTES_MAX + 1).read_to_string(&mut text);
    read.map_err(|error| unreadable(error.to_string()))?;
    if text.len() as u64 > CONFIG_BYTES_MAX {
        return Err(unreadable(format!("it is larger than {CONFIG_BYTES_MAX} bytes")));
    }
    let mut problems = Vec::new();
    let config = parts::read(&text, &mut problems);
    Ok(Configuration { written: Written { name: path.display().to_string(), text }, config, problems })
}

/// An interval at which this machine may be read.
pub fn within_host_intervals(interval: Duration) -> Result<Duration, String> {
    let interval = Some(interval).filter(|interval| HOST_INTERVALS.contains(interval));
    interval.ok_or_else(|| "a duration from `1s` to `10s` is needed".to_owned())
}

fn interval<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    within_host_intervals(nvp_settings::duration(from)?).map(Some).map_err(serde::de::Error::custom)
}
