//! A target over HTTP.

use std::sync::Arc;
use std::time::Instant;

use nvp_ingest::scrape::Fetcher;

use super::{Brought, Rounds};

/// Scrapes it at its interval, until the run is over.
pub(super) async fn run(fetcher: Arc<Fetcher>, rounds: Rounds) {
    let mut due_ms = rounds.clock.now_ms();
    while rounds.wait_until(due_ms).await {
        let (at_ms, began) = (rounds.passage.begin(&rounds.clock), Instant::now());
        let body = tokio::select! {
            body = fetcher.fetch() => body,
            () = rounds.stop.cancelled() => return,
        };
        match rounds.deliver(due_ms, at_ms, began.elapsed(), Brought::Scrape(body)).await {
            Some(next_ms) => due_ms = next_ms,
            None => return,
        }
    }
}
