//! Scraping a target at its interval, for as long as somebody listens.

use std::time::{Duration, Instant, SystemTime};

use tokio::sync::mpsc::Sender;
use tokio::time::MissedTickBehavior;

use super::fetch::{Body, Fetcher, ScrapeError};

/// What happens with a target.
#[derive(Debug)]
pub enum Event {
    /// A scrape began: whatever it brings is of this instant (ms since the Unix epoch), and nothing older comes any more.
    Began {
        /// Which target, by the number it was given.
        target: usize,
        /// When.
        at_ms: i64,
    },
    /// It ended.
    Ended(Outcome),
}

/// How a scrape ended.
#[derive(Debug)]
pub struct Outcome {
    /// Which target, by the number it was given.
    pub target: usize,
    /// When it began, ms since the Unix epoch.
    pub at_ms: i64,
    /// How long it took.
    pub took: Duration,
    /// What came.
    pub body: Result<Body, ScrapeError>,
}

/// Scrapes the target now and then every `interval`, and tells `listener` of each scrape's beginning and end. A scrape that would
/// begin while the last one still runs (or waits to be listened to) is left out. Ends when nobody listens any more.
pub async fn watch(target: usize, fetcher: Fetcher, interval: Duration, listener: Sender<Event>) {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = listener.closed() => return,
        }
        let (at_ms, began) = (now_ms(), Instant::now());
        if listener.send(Event::Began { target, at_ms }).await.is_err() {
            return;
        }
        let body = tokio::select! {
            body = fetcher.fetch() => body,
            () = listener.closed() => return,
        };
        let outcome = Outcome { target, at_ms, took: began.elapsed(), body };
        if listener.send(Event::Ended(outcome)).await.is_err() {
            return;
        }
    }
}

fn now_ms() -> i64 {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}
