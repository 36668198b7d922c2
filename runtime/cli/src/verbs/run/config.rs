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

use std::time::Duration;

use nvp_act::destinations::webhook::Webhook;
use nvp_control::ControlConfig;
use nvp_drive::binding::Answers;
use nvp_drive::live::source::Source;
use nvp_dsl::SourceMap;
use nvp_ingest::host::HostOptions;
use nvp_ingest::scrape::Scrape;

use super::Arguments;
use crate::configuration::{self, Configuration, Told, Written, missing_under, refuse};
use crate::failure::Failure;
use crate::options::Global;

/// How often this machine is read unless said.
const HOST_INTERVAL: Duration = Duration::from_secs(5);

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
    /// The configuration's text, for showing where something is wrong.
    pub written: Written,
    /// Who answers alerts, and what playbooks may call.
    pub answers: Answers,
    /// Where people are heard, beside the socket in the state's folder.
    pub control: ControlConfig,
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

/// From the command line, and from the file that it names.
pub fn setup(arguments: &Arguments, global: &Global) -> Result<Setup, Failure> {
    let read = arguments.config.as_deref().map(configuration::read).transpose()?;
    let (written, config) = match read {
        None => (Written::default(), None),
        Some(Configuration { written, config, mut problems }) => {
            problems.extend(missing_under(&written, "webhook"));
            refuse(&Told::new(&problems, &written, SourceMap::default(), &[]), global.color)?;
            (written, Some(config))
        }
    };
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
    let webhooks = webhooks.collect();
    Ok(Setup {
        sources,
        names,
        webhooks,
        written,
        answers: config.answers,
        control: config.control,
        targets_without_interval,
    })
}

/// A duration within what this machine may be read at.
pub fn host_interval(text: &str) -> Result<Duration, String> {
    configuration::within_host_intervals(nvp_settings::parse_duration(text)?)
}
