//! The sender: takes notifications that are durable in the journal, and tries each until it has arrived, will not, or is too old.
//!
//! Each channel has a bounded queue and workers of its own, so that one channel's failure never holds another. What concerns one
//! incident at one address stays in order: a resolution never overtakes its page. Nothing is dropped: a full queue pushes back, and
//! what is not told at the end is handed back. It keeps nothing on disk; the journal hears of every change ([`Report`]).

mod lane;
mod ledger;
mod pace;
mod work;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use nvp_respond::effect::Notification;
use nvp_respond::input::{Delivery, IncidentNumber, NotificationNumber};
use tokio::sync::{mpsc, watch};

use self::lane::Lane;
pub use self::lane::LaneStatus;
pub use self::ledger::{Ended, Ledger};
use super::Address;
use super::config::Channels;

/// Something to be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// What.
    pub notification: Notification,
    /// Where to.
    pub address: Address,
    /// How often it was tried.
    pub attempts: u32,
    /// Whether the other side may have it already: the process ended while it was tried, or no answer came.
    pub after_crash: bool,
    /// How long it was tried before this process took it.
    pub waited: Duration,
}

impl Job {
    /// One that was never tried.
    #[must_use]
    pub fn new(notification: Notification, address: Address) -> Self {
        Self { notification, address, attempts: 0, after_crash: false, waited: Duration::ZERO }
    }
}

/// What became of a notification; its last word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Which.
    pub notification: NotificationNumber,
    /// How far it has come.
    pub delivery: Delivery,
    /// What the other side calls it.
    pub remote: Option<String>,
    /// How often it was tried.
    pub attempts: u32,
}

/// A job that was not taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejected {
    /// The job, as it was.
    pub job: Box<Job>,
    /// Why.
    pub why: Why,
}

/// Why a job was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// There is no such channel.
    NoChannel,
    /// The channel's queue is full.
    Full,
    /// The outbox is being shut down.
    Closed,
}

/// How it tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The first pause between two attempts; each is about twice the one before, with jitter.
    pub pause_min: Duration,
    /// The longest pause of our own choice.
    pub pause_max: Duration,
    /// How long an attempt may take at most, whatever the channel says.
    pub attempt_max: Duration,
    /// How many attempts of one channel are under way at once.
    pub at_once: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            pause_min: Duration::from_millis(500),
            pause_max: Duration::from_secs(30),
            attempt_max: Duration::from_secs(120),
            at_once: 16,
        }
    }
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Stop {
    /// As ever.
    No,
    /// What is under way is finished, nothing is begun.
    Soon,
    /// What is under way is left.
    Now,
}

/// The sender.
pub struct Outbox {
    lanes: BTreeMap<String, Lane>,
    stop: watch::Sender<Stop>,
}

impl Outbox {
    /// Starts a lane for each channel; must be called within a tokio runtime. While nobody takes reports, nothing is told. Attempts are
    /// written down in the ledger, where there is one.
    #[must_use]
    pub fn start(
        channels: Channels,
        options: Options,
        reports: &mpsc::Sender<Report>,
        ledger: Option<&Arc<dyn Ledger>>,
    ) -> Self {
        let (stop, stopped) = watch::channel(Stop::No);
        let lanes = channels
            .into_iter()
            .map(|(name, bound)| {
                let told = (reports.clone(), ledger.cloned());
                let lane = Lane::start(&name, bound, options, told, stopped.clone());
                (name, lane)
            })
            .collect();
        Self { lanes, stop }
    }

    /// Hands a job over; waits while the channel's queue is full.
    ///
    /// # Errors
    /// The job, when nobody takes it.
    pub async fn submit(&self, job: Job) -> Result<(), Rejected> {
        match self.lanes.get(&job.notification.channel) {
            Some(lane) => lane.submit(job).await,
            None => Err(Rejected { job: Box::new(job), why: Why::NoChannel }),
        }
    }

    /// Hands a job over at once.
    ///
    /// # Errors
    /// The job, also when the channel's queue is full.
    pub fn try_submit(&self, job: Job) -> Result<(), Rejected> {
        match self.lanes.get(&job.notification.channel) {
            Some(lane) => lane.try_submit(job),
            None => Err(Rejected { job: Box::new(job), why: Why::NoChannel }),
        }
    }

    /// Reminds a channel of what it sent for an incident before a restart, so that what follows joins it.
    pub fn recall(&self, channel: &str, incident: IncidentNumber, address: &Address, remote: &str) {
        if let Some(lane) = self.lanes.get(channel) {
            lane.channel().recall(incident, address, remote);
        }
    }

    /// How each channel does, by name.
    #[must_use]
    pub fn status(&self) -> Vec<LaneStatus> {
        self.lanes.values().map(Lane::status).collect()
    }

    /// Begins nothing more, waits at most `within` for what is under way, and hands back what was not told.
    pub async fn shut_down(self, within: Duration) -> Vec<Job> {
        let Self { lanes, stop } = self;
        stop.send_replace(Stop::Soon);
        let mut ends: Vec<_> = lanes.into_values().map(Lane::close).collect();
        let deadline = tokio::time::Instant::now() + within;
        let mut left = Vec::new();
        for end in &mut ends {
            if tokio::time::timeout_at(deadline, &mut end.done).await.is_err() {
                stop.send_replace(Stop::Now);
                drop((&mut end.done).await);
            }
        }
        for end in ends {
            left.append(&mut end.take());
        }
        left
    }
}

/// Waits until it is told to stop at least so.
async fn stopped(stop: &mut watch::Receiver<Stop>, at_least: Stop) {
    // Whoever can tell is gone only when all is over.
    drop(stop.wait_for(|stop| *stop >= at_least).await);
}
