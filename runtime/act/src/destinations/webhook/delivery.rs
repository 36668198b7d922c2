//! The work of a webhook: one decision after the other, until it has arrived, was refused, or is too old.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::header::HeaderMap;
use reqwest::{Client, Url};

use super::config::{Webhook, WebhookError, shown};
use super::retry::{Answer, pauses, read};
use crate::Counters;
use crate::health::{Change, Health};
use crate::queue::{Exit, Queued};

/// How much of an answer's body is read, so that the connection can be used again, in bytes.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// Sends decisions to one webhook.
pub(super) struct Delivery {
    client: Client,
    url: Url,
    headers: HeaderMap,
    name: String,
    give_up_after: Duration,
    counters: Arc<Counters>,
    health: Health,
}

impl Delivery {
    /// Makes the client and fetches the secrets.
    pub(super) fn new(webhook: &Webhook, counters: Arc<Counters>) -> Result<Self, WebhookError> {
        let url = webhook.address()?;
        // A provider installed before is as good: there is one in the process.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder()
            .timeout(webhook.timeout)
            .connect_timeout(webhook.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(1)
            .build()
            .map_err(|e| WebhookError::Client(e.without_url().to_string()))?;
        Ok(Self {
            client,
            name: shown(&url),
            url,
            headers: webhook.all_headers()?,
            give_up_after: webhook.give_up_after,
            counters,
            health: Health::default(),
        })
    }

    /// Its name for people, without secrets.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Sends what comes, until the queue ends.
    pub(super) async fn run(mut self, mut exit: Exit) {
        while let Some(queued) = exit.next().await {
            // Should the work be stopped here, this one decision is lost with it.
            let pending = InHand { counters: &Arc::clone(&self.counters), dealt_with: false };
            self.deliver(&queued).await;
            pending.done();
        }
    }

    async fn deliver(&mut self, queued: &Queued) {
        for pause in pauses() {
            let (answer, why) = self.attempt(&queued.message.json).await;
            match answer {
                Answer::Delivered => {
                    self.counters.count_delivered();
                    return self.note(true, "");
                }
                Answer::Refused => {
                    self.counters.count_refused();
                    return self.note(false, &why);
                }
                Answer::Later(asked) => {
                    self.note(false, &why);
                    let pause = asked.unwrap_or_default().max(pause);
                    if queued.since.elapsed().saturating_add(pause) > self.give_up_after {
                        self.counters.count_expired();
                        return;
                    }
                    tokio::time::sleep(pause).await;
                    self.counters.count_retried();
                }
            }
        }
    }

    /// One POST. Says what the answer means, and in words what went wrong.
    async fn attempt(&self, json: &str) -> (Answer, String) {
        let request = self.client.post(self.url.clone()).headers(self.headers.clone()).body(json.to_owned());
        match request.send().await {
            Err(error) => (Answer::Later(None), words(&error.without_url())),
            Ok(mut response) => {
                let status = response.status();
                let answer = read(status, response.headers(), SystemTime::now());
                let mut bytes = 0;
                while let Ok(Some(chunk)) = response.chunk().await {
                    bytes += chunk.len();
                    if bytes > ANSWER_BYTES_MAX {
                        break;
                    }
                }
                (answer, format!("it answered {status}"))
            }
        }
    }

    /// Notes an attempt, with one line in the log for each change.
    fn note(&mut self, worked: bool, why: &str) {
        self.counters.set_failing(!worked);
        match self.health.note(worked) {
            Some(Change::Broke) => {
                tracing::error!(webhook = %self.name, why, "the webhook does not take decisions");
            }
            Some(Change::Recovered) => {
                tracing::warn!(webhook = %self.name, "the webhook takes decisions again")
            }
            None => {}
        }
    }
}

/// Counts a decision as dropped when its delivery is stopped halfway.
struct InHand<'c> {
    counters: &'c Counters,
    dealt_with: bool,
}

impl InHand<'_> {
    fn done(mut self) {
        self.dealt_with = true;
    }
}

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        if !self.dealt_with {
            self.counters.count_dropped(1);
        }
    }
}

/// An error with its causes, the last of which usually says it best.
fn words(error: &reqwest::Error) -> String {
    let mut last: &dyn std::error::Error = error;
    while let Some(source) = last.source() {
        last = source;
    }
    if error.is_timeout() { "it did not answer in time".to_owned() } else { last.to_string() }
}
