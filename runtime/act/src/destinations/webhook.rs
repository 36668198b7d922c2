//! A webhook: each decision as one JSON object in a POST of its own, in the order in which they were decided.
//!
//! What may pass (the network, 408, 425, 429, 5xx) is tried again, later and later, with jitter, and never earlier than a
//! `Retry-After` asks; what the other side refuses is not. A POST that timed out may have arrived, so a receiver may see a
//! decision twice: `at`, `name`, `labels` and `to` together tell.

mod config;
mod delivery;
pub(crate) mod retry;

use std::sync::Arc;

use tokio::sync::watch;

pub use self::config::{Webhook, WebhookError};
use self::delivery::Delivery;
use crate::queue::queue;
use crate::{Counters, Destination};

/// Starts sending to a webhook; must be called within a tokio runtime.
///
/// # Errors
/// When a secret cannot be fetched, or the address or a header is none.
pub fn start(webhook: &Webhook) -> Result<Destination, WebhookError> {
    let counters = Arc::new(Counters::default());
    let (entry, exit) = queue(webhook.queue.get(), &counters);
    let (ended, done) = watch::channel(());
    let delivery = Delivery::new(webhook, Arc::clone(&counters))?;
    let name = delivery.name().to_owned();
    let task = tokio::spawn(async move {
        delivery.run(exit).await;
        drop(ended);
    });
    Ok(Destination { name, kind: "webhook", entry, counters, done, task: Some(task.abort_handle()) })
}
