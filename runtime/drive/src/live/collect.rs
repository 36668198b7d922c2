//! Asking sources, each at its interval, beside the evaluation.

mod host;
mod scrape;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nvp_formats::{Batch, SeriesKey, WireKind};
use nvp_ingest::host::{Collected, HostCollector, HostOptions};
use nvp_ingest::scrape::{Body, Fetcher, ScrapeError};
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::clock::Clock;
use super::source::{SourceError, Target};

/// How a source is asked.
#[derive(Debug)]
pub(super) enum Collector {
    /// This machine, by a thread of its own: the kernel may keep it waiting.
    Host(Mutex<Option<Box<HostCollector>>>),
    /// A target over HTTP.
    Scrape(Arc<Fetcher>),
}

/// What one collection brought.
#[derive(Debug)]
pub(super) struct Delivery {
    /// From which source.
    pub(super) source: u32,
    /// The instant of its samples.
    pub(super) at_ms: i64,
    /// When the next one is due.
    pub(super) next_ms: i64,
    /// How long it took.
    pub(super) took: Duration,
    /// How many were left out since the one before.
    pub(super) skipped: u64,
    /// What it brought.
    pub(super) brought: Brought,
}

/// The samples, or the text they are in.
#[derive(Debug)]
pub(super) enum Brought {
    /// From this machine.
    Host {
        /// The series that are new, in the order of their numbers.
        appeared: Vec<(SeriesKey, WireKind)>,
        /// The samples, by the collector's own numbers of series.
        batch: Batch,
        /// How it went.
        collected: Collected,
    },
    /// From a target.
    Scrape(Result<Body, ScrapeError>),
}

impl Collector {
    /// For this machine.
    pub(super) fn host(options: HostOptions) -> Self {
        Self::Host(Mutex::new(Some(Box::new(HostCollector::new(options)))))
    }
}

impl Target {
    /// Begins to ask it, until `stop`.
    pub(super) fn collect(
        &self,
        clock: &Arc<Clock>,
        deliver: &Sender<Delivery>,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) -> Result<(), SourceError> {
        let rounds = Rounds {
            source: self.number,
            schedule: self.schedule,
            passage: Arc::clone(&self.passage),
            clock: Arc::clone(clock),
            deliver: deliver.clone(),
            stop: stop.clone(),
        };
        match &self.collector {
            Collector::Host(collector) => {
                let collector = collector.lock().unwrap_or_else(PoisonError::into_inner).take();
                collector.map_or(Ok(()), |collector| host::start(*collector, rounds, tasks))
            }
            Collector::Scrape(fetcher) => {
                tasks.spawn(scrape::run(Arc::clone(fetcher), rounds));
                Ok(())
            }
        }
    }
}

/// What the rounds of every collector have in common.
#[derive(Debug)]
struct Rounds {
    source: u32,
    schedule: super::schedule::Schedule,
    passage: Arc<super::passage::Passage>,
    clock: Arc<Clock>,
    deliver: Sender<Delivery>,
    stop: CancellationToken,
}

impl Rounds {
    /// Waits until `due_ms`; false when the run is over.
    async fn wait_until(&self, due_ms: i64) -> bool {
        tokio::select! {
            () = self.clock.wait_until(due_ms) => true,
            () = self.stop.cancelled() => false,
        }
    }

    /// Hands over what came, waiting for room; gives the next due time, or `None` when the run is over.
    async fn deliver(&self, due_ms: i64, at_ms: i64, took: Duration, brought: Brought) -> Option<i64> {
        let next_ms = self.schedule.after(self.clock.now_ms().max(at_ms));
        let skipped = self.schedule.between(due_ms, next_ms);
        let delivery = Delivery { source: self.source, at_ms, next_ms, took, skipped, brought };
        tokio::select! {
            sent = self.deliver.send(delivery) => sent.ok().map(|()| next_ms),
            () = self.stop.cancelled() => None,
        }
    }
}
