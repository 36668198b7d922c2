//! The configuration file (TOML): what is watched, who is told, who is who, what stands behind providers. Shared by `run` and `check`.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use nvp_act::channels::config::Tables;
use nvp_act::destinations::webhook::Webhook;
use nvp_control::ControlConfig;
use nvp_drive::binding::{Answers, Problem};
use nvp_ingest::scrape::{ConfigError, Scrape};
use serde::Deserialize;

use crate::failure::Failure;
use crate::output::Paint;

/// The largest configuration, in bytes.
const CONFIG_BYTES_MAX: u64 = 4 << 20;
/// How often this machine may be read.
const HOST_INTERVALS: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(10);

/// A configuration file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// This machine is watched.
    pub host: Option<Host>,
    /// Targets.
    #[serde(default)]
    pub scrape: Vec<Scrape>,
    /// Where decisions go.
    #[serde(default)]
    pub webhook: Vec<Webhook>,
    /// Where people are heard, beside the socket in the state's folder.
    #[serde(default)]
    pub control: ControlConfig,
    #[serde(default)]
    notifications: toml::Table,
    #[serde(default)]
    channel: toml::Table,
    #[serde(default)]
    person: toml::Table,
    #[serde(default)]
    team: toml::Table,
    #[serde(default)]
    provider: toml::Table,
    /// Who answers alerts, and what playbooks may call: the tables above.
    #[serde(skip)]
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

/// Reads the file; only what stands behind channels and providers is not looked at yet.
pub fn read(path: &Path) -> Result<Config, Failure> {
    let unreadable = |why: String| Failure::new(format!("cannot read `{}`: {why}", path.display()));
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let mut text = String::new();
    let read = file.take(CONFIG_BYTES_MAX + 1).read_to_string(&mut text);
    read.map_err(|error| unreadable(error.to_string()))?;
    if text.len() as u64 > CONFIG_BYTES_MAX {
        return Err(unreadable(format!("it is larger than {CONFIG_BYTES_MAX} bytes")));
    }
    let config = toml::from_str(&text).map_err(|error| ConfigError::of(&error, &text));
    let mut config: Config =
        config.map_err(|error| Failure::new(format!("`{}`, {error}", path.display())))?;
    let take = std::mem::take::<toml::Table>;
    let tables = Tables {
        notifications: take(&mut config.notifications),
        channel: take(&mut config.channel),
        person: take(&mut config.person),
        team: take(&mut config.team),
    };
    config.answers = Answers { tables, providers: take(&mut config.provider) };
    Ok(config)
}

/// An interval at which this machine may be read.
pub fn within_host_intervals(interval: Duration) -> Result<Duration, String> {
    let interval = Some(interval).filter(|interval| HOST_INTERVALS.contains(interval));
    interval.ok_or_else(|| "a duration from `1s` to `10s` is needed".to_owned())
}

fn interval<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    within_host_intervals(nvp_settings::duration(from)?).map(Some).map_err(serde::de::Error::custom)
}

/// What does not fit between policies and configuration, for people: two lines each.
pub fn told(problems: &[Problem], paint: Paint) -> String {
    let mut text = String::new();
    for problem in problems {
        let word = if problem.is_error { paint.error("error") } else { paint.warning("warning") };
        text.push_str(&format!("{word}: {}: {}\n", problem.place, problem.why));
        if !problem.help.is_empty() {
            text.push_str(&format!("{}: {}\n", paint.help("help"), problem.help));
        }
    }
    text
}
