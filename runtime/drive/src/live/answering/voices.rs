//! Hands notifications to their channels: each channel has its own way there, so that a full one holds no other.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nvp_act::channels::config::Addresses;
use nvp_act::channels::outbox::{Job, LaneStatus, Outbox};
use nvp_journal::reader::Remote;
use nvp_journal::{JournalError, Page, Reader};
use nvp_respond::effect::Notification;
use nvp_respond::input::Delivery;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::News;
use crate::given::Given;
use crate::journaled;

/// How many rows of the outbox are read at once.
const ROWS: u32 = 1_000;

/// The ways to the channels. Cheap to clone.
#[derive(Clone)]
pub(super) struct Voices {
    outbox: Arc<Outbox>,
    addresses: Arc<Addresses>,
    ways: Arc<Mutex<BTreeMap<String, Way>>>,
    news: mpsc::UnboundedSender<News>,
}

/// The way to one channel.
struct Way {
    jobs: mpsc::UnboundedSender<Job>,
    walked: JoinHandle<()>,
}

impl Voices {
    pub(super) fn start(outbox: Outbox, addresses: Addresses, news: mpsc::UnboundedSender<News>) -> Self {
        Self { outbox: Arc::new(outbox), addresses: Arc::new(addresses), ways: Arc::default(), news }
    }

    /// How each channel does, by name.
    pub(super) fn status(&self) -> Vec<LaneStatus> {
        self.outbox.status()
    }

    /// Tells somebody for the first time. It is in the journal, if that can be written.
    pub(super) fn tell(&self, notification: Notification) {
        self.hand_over(notification, Job::new);
    }

    fn hand_over(
        &self,
        notification: Notification,
        job: impl FnOnce(Notification, nvp_act::channels::Address) -> Job,
    ) {
        let Some(address) = self.addresses.of(&notification).cloned() else {
            let why = format!("`{}` has no address for it", notification.channel);
            self.failed(notification.number, why);
            return;
        };
        let channel = notification.channel.clone();
        let number = notification.number;
        let job = job(notification, address);
        let mut ways = self.ways.lock().unwrap_or_else(PoisonError::into_inner);
        let way = ways.entry(channel).or_insert_with(|| self.way());
        if way.jobs.send(job).is_err() {
            self.failed(number, "the process is ending".to_owned());
        }
    }

    fn way(&self) -> Way {
        let (jobs, mut waiting) = mpsc::unbounded_channel();
        let (outbox, news) = (Arc::clone(&self.outbox), self.news.clone());
        let walked = tokio::spawn(async move {
            while let Some(job) = waiting.recv().await {
                if let Err(rejected) = outbox.submit(job).await {
                    let number = rejected.job.notification.number;
                    let why =
                        format!("`{}` takes nothing: {:?}", rejected.job.notification.channel, rejected.why);
                    tell_failed(&news, number, why);
                }
            }
        });
        Way { jobs, walked }
    }

    fn failed(&self, number: u64, why: String) {
        tell_failed(&self.news, number, why);
    }

    /// Begins nothing more and waits a while for what is under way. What is not told stays in the journal's outbox for the next start.
    pub(super) async fn finish(self, within: Duration) {
        let ways = std::mem::take(&mut *self.ways.lock().unwrap_or_else(PoisonError::into_inner));
        for way in ways.into_values() {
            // One that waits before a full channel would wait for as long as that is down.
            way.walked.abort();
            drop(way.walked.await);
        }
        let Some(outbox) = Arc::into_inner(self.outbox) else {
            tracing::error!("somebody still tells; this is a mistake in the program");
            return;
        };
        let left = outbox.shut_down(within).await;
        if !left.is_empty() {
            tracing::warn!(notifications = left.len(), "not told yet; the next start goes on with them");
        }
    }
}

fn tell_failed(news: &mpsc::UnboundedSender<News>, notification: u64, why: String) {
    tracing::error!(notification, why, "a notification cannot be told");
    // Whoever does not listen any more is ending.
    drop(news.send(News::Given(Given::Delivery { notification, delivery: Delivery::Failed(why) })));
}

/// Reminds the channels of what the last process told of incidents that may still have something to be told.
pub(super) fn recall(voices: &Voices, reader: &Reader, resolved_since_ms: i64) -> Result<(), JournalError> {
    for Remote { incident, channel, team, person, remote } in reader.remotes(resolved_since_ms)? {
        // Whoever is not reached that way any more goes on with nothing there.
        if let Some(address) = voices.addresses.find(&channel, team.as_deref(), person.as_deref()) {
            voices.outbox.recall(&channel, incident, address, &remote);
        }
    }
    Ok(())
}

/// Goes on with what the last process had not told.
pub(super) fn take_up(voices: &Voices, reader: &Reader, now_ms: i64) -> Result<(), JournalError> {
    let mut after = None;
    loop {
        let rows = reader.outbox(Page { after, rows: ROWS })?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.notification.number);
        for row in rows {
            let in_doubt = row.is_next_a_repeat();
            let attempts = row.attempts;
            let waited_ms = now_ms.saturating_sub(row.notification.made_ms).max(0).unsigned_abs();
            voices.hand_over(journaled::restored(&row.notification), |notification, address| Job {
                attempts,
                after_crash: in_doubt,
                waited: if attempts == 0 { Duration::ZERO } else { Duration::from_millis(waited_ms) },
                ..Job::new(notification, address)
            });
        }
    }
}
