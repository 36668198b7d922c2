//! What is watched and who is told: from the command line and from a file.
//!
//! ```toml
//! [host]
//! interval = "5s"
//!
//! [[scrape]]
//! url = "http://db-1.example:9100/metrics"
//!
//! [[webhook]]
//! url = "https://alerts.example/hook"
//! bearer = "env:HOOK_TOKEN"
//! ```

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use nvp_act::destinations::webhook::Webhook;
use nvp_drive::live::source::Source;
use nvp_ingest::host::HostOptions;
use nvp_ingest::scrape::{ConfigError, Scrape};
use serde::Deserialize;

use super::Arguments;
use crate::failure::Failure;

/// The largest configuration, in bytes.
const CONFIG_BYTES_MAX: u64 = 4 << 20;
/// How often this machine is read unless said.
const HOST_INTERVAL: Duration = Duration::from_secs(5);
/// How often it may be read.
const HOST_INTERVALS: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(10);

/// The shortest and the longest interval that the policies' tick gives a target.
const SCRAPE_INTERVALS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// What is watched and who is told.
#[derive(Debug)]
pub struct Setup {
    /// Where samples come from.
    pub sources: Vec<Source>,
    /// Their names, for people.
    pub names: Vec<String>,
    /// Who is told.
    pub webhooks: Vec<Webhook>,
    /// How many of the last sources are targets of the command line, which say no interval.
    targets_without_interval: usize,
}

impl Setup {
    /// Scrapes the command line's targets as often as the policies tick.
    pub fn keep_pace(&mut self, tick_ms: i64) {
        let tick =
            Duration::from_millis(tick_ms.unsigned_abs()).clamp(SCRAPE_INTERVALS.0, SCRAPE_INTERVALS.1);
        for source in self.sources.iter_mut().rev().take(self.targets_without_interval) {
            if let Source::Scrape(scrape) = source {
                scrape.interval = tick;
            }
        }
    }
}

/// A configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    host: Option<Host>,
    #[serde(default)]
    scrape: Vec<Scrape>,
    #[serde(default)]
    webhook: Vec<Webhook>,
}

/// `[host]`: this machine is watched.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Host {
    #[serde(default, deserialize_with = "interval")]
    interval: Option<Duration>,
}

/// From the command line, and from the file that it names.
pub fn setup(arguments: &Arguments) -> Result<Setup, Failure> {
    let config = arguments.config.as_deref().map(read).transpose()?;
    let is_nothing_said = config.is_none() && arguments.scrape.is_empty();
    let config = config.unwrap_or_default();
    let (mut sources, mut names) = (Vec::new(), Vec::new());
    if arguments.host || is_nothing_said || config.host.is_some() {
        let interval =
            arguments.interval.or(config.host.and_then(|host| host.interval)).unwrap_or(HOST_INTERVAL);
        names.push("this machine".to_owned());
        sources.push(Source::Host { options: HostOptions::default(), interval });
    } else if arguments.interval.is_some() {
        return Err(Failure::new("`--interval` is how often this machine is read, and it is not read")
            .help("add `--host`; a target's interval is said in the file that `--config` names"));
    }
    let mut scrapes = config.scrape;
    for url in &arguments.scrape {
        scrapes.push(Scrape::at(url).map_err(|why| Failure::new(format!("`--scrape`: {why}")))?);
    }
    for scrape in scrapes {
        names.push(scrape.instance());
        sources.push(Source::Scrape(Box::new(scrape)));
    }
    if sources.is_empty() {
        return Err(Failure::new("the configuration names nothing to watch")
            .help("add `[[scrape]]` or `[host]` to it"));
    }
    let webhooks = config.webhook.into_iter().chain(arguments.webhook.iter().map(|url| Webhook::at(url)));
    let targets_without_interval = arguments.scrape.len();
    Ok(Setup { sources, names, webhooks: webhooks.collect(), targets_without_interval })
}

fn read(path: &Path) -> Result<Config, Failure> {
    let unreadable = |why: String| Failure::new(format!("cannot read `{}`: {why}", path.display()));
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let mut text = String::new();
    let read = file.take(CONFIG_BYTES_MAX + 1).read_to_string(&mut text);
    read.map_err(|error| unreadable(error.to_string()))?;
    if text.len() as u64 > CONFIG_BYTES_MAX {
        return Err(unreadable(format!("it is larger than {CONFIG_BYTES_MAX} bytes")));
    }
    let config = toml::from_str(&text).map_err(|error| ConfigError::of(&error, &text));
    config.map_err(|error| Failure::new(format!("`{}`, {error}", path.display())))
}

/// A duration within what this machine may be read at.
pub fn host_interval(text: &str) -> Result<Duration, String> {
    within_host_intervals(nvp_settings::parse_duration(text)?)
}

fn within_host_intervals(interval: Duration) -> Result<Duration, String> {
    let interval = Some(interval).filter(|interval| HOST_INTERVALS.contains(interval));
    interval.ok_or_else(|| "a duration from `1s` to `10s` is needed".to_owned())
}

fn interval<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    within_host_intervals(nvp_settings::duration(from)?).map(Some).map_err(serde::de::Error::custom)
}
