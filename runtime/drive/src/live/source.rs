//! Where samples come from: this machine, and targets that are scraped.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use nvp_formats::Limits;
use nvp_ingest::host::HostOptions;
use nvp_ingest::scrape::{Fetcher, Reader, Scrape, TargetError};

use super::clock::Clock;
use super::collect::Collector;
use super::passage::Passage;
use super::schedule::Schedule;

/// How much longer than its timeout a source is waited for, in ms.
const PATIENCE_MS: i64 = 1_000;

/// A source of samples.
#[derive(Debug)]
pub enum Source {
    /// This machine.
    Host {
        /// How it is read.
        options: HostOptions,
        /// How often.
        interval: Duration,
    },
    /// A target over HTTP.
    Scrape(Box<Scrape>),
}

/// Why a source cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A target cannot be scraped.
    #[error("{target} cannot be scraped: {error}")]
    Target {
        /// Which.
        target: String,
        /// Why not.
        error: TargetError,
    },
    /// The system gives no thread.
    #[error("no thread for the host collector: {0}")]
    Thread(std::io::Error),
}

/// A source ready to be asked.
#[derive(Debug)]
pub(super) struct Target {
    /// Its number for the engine.
    pub(super) number: u32,
    /// Its name for people, one of its own, without secrets.
    pub(super) name: String,
    /// How long a tick waits for it, in ms.
    pub(super) waits_ms: i64,
    /// What it has promised.
    pub(super) passage: Arc<Passage>,
    /// When it is asked.
    pub(super) schedule: Schedule,
    /// Reads what it answers, where it answers with text.
    pub(super) reader: Option<Reader>,
    /// Asks it.
    pub(super) collector: Collector,
}

/// Makes sources ready.
pub(super) fn open(sources: Vec<Source>, clock: &Clock) -> Result<Vec<Target>, SourceError> {
    let mut names = Names::default();
    let count = i64::try_from(sources.len()).unwrap_or(i64::MAX);
    let first_ms = clock.now_ms();
    let mut targets = Vec::with_capacity(sources.len());
    for (source, number) in sources.into_iter().zip(0_u32..) {
        let passage = Arc::new(Passage::new(first_ms));
        targets.push(match source {
            Source::Host { options, interval } => Target {
                number,
                name: names.give("host"),
                waits_ms: milliseconds(interval).saturating_add(PATIENCE_MS),
                passage,
                schedule: Schedule { interval_ms: milliseconds(interval), offset_ms: 0 },
                reader: None,
                collector: Collector::host(options),
            },
            Source::Scrape(scrape) => {
                let name = names.give(&scrape.shown());
                let fetcher = Fetcher::new(&scrape)
                    .map_err(|error| SourceError::Target { target: name.clone(), error })?;
                let interval_ms = milliseconds(scrape.interval);
                Target {
                    number,
                    name,
                    waits_ms: milliseconds(scrape.timeout()).saturating_add(PATIENCE_MS),
                    passage,
                    schedule: Schedule {
                        interval_ms,
                        offset_ms: interval_ms / count.max(1) * i64::from(number),
                    },
                    reader: Some(Reader::new(&scrape, Limits::default())),
                    collector: Collector::Scrape(Arc::new(fetcher)),
                }
            }
        });
    }
    Ok(targets)
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Gives each thing a name of its own: the second `host` is `host #2`.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<String, u32>);

impl Names {
    /// `name`, or `name #2` and so on where it was given before.
    pub(super) fn give(&mut self, name: &str) -> String {
        let count = self.0.entry(name.to_owned()).or_default();
        *count += 1;
        if *count == 1 { name.to_owned() } else { format!("{name} #{count}") }
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn each_name_is_given_once() {
        let mut names = Names::default();
        assert_eq!(["a", "b", "a", "a"].map(|name| names.give(name)), ["a", "b", "a #2", "a #3"]);
    }
}
