//! One job: attempts and pauses, until it is told, refused, too old, or must be left.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use futures_util::FutureExt as _;
use nvp_respond::input::Delivery;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::Instant;

use super::pace::Pacer;
use super::{Ended, Job, Ledger, Options, Report, Stop, stopped};
use crate::channels::config::Bound;
use crate::channels::{Attempt, Failure, Receipt, Repeat};
use crate::health::{Change, Health};

/// What the workers of one channel have in common.
pub(super) struct Workshop {
    pub(super) name: String,
    pub(super) bound: Bound,
    pub(super) options: Options,
    pub(super) pacer: Pacer,
    /// How many attempts may be under way.
    pub(super) at_once: Semaphore,
    pub(super) reports: mpsc::Sender<Report>,
    pub(super) ledger: Option<Arc<dyn Ledger>>,
    pub(super) stop: watch::Receiver<Stop>,
    pub(super) health: Mutex<Health>,
    pub(super) counts: Counts,
}

/// What became of the jobs of one channel.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) told: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) retried: AtomicU64,
    pub(super) is_failing: AtomicBool,
}

/// What follows a failed attempt.
enum Next {
    /// Nothing: it has failed, for this reason.
    GiveUp(String),
    /// Another attempt after a pause.
    Again(Duration),
}

impl Workshop {
    /// Does a job; it is handed back when the outbox stops before its end is known and reported.
    pub(super) async fn work(&self, mut job: Job) -> Result<(), Box<Job>> {
        let (begun, waited) = (Instant::now(), job.waited);
        let mut pauses = self.pauses();
        // INVARIANT (one repeat): so many attempts may have arrived without our knowing.
        let mut doubts = u32::from(job.after_crash);
        loop {
            job.after_crash = doubts > 0;
            job.waited = waited.saturating_add(begun.elapsed());
            let Some(outcome) = self.attempt(&mut job).await else { return Err(Box::new(job)) };
            job.waited = waited.saturating_add(begun.elapsed());
            let failure = match outcome {
                Ok(Receipt { stage, remote }) => {
                    self.note(None);
                    self.counts.told.fetch_add(1, Relaxed);
                    self.ended(&job, Ended::Told(stage, remote.clone()));
                    return self.report(job, stage.into(), remote).await;
                }
                Err(failure) => failure,
            };
            self.note(Some(failure.why()));
            doubts = doubts.saturating_add(u32::from(matches!(failure, Failure::Unknown(_))));
            job.after_crash = doubts > 0;
            match self.next(&job, &failure, doubts, pauses.next()) {
                Next::GiveUp(why) => {
                    self.counts.failed.fetch_add(1, Relaxed);
                    self.ended(&job, Ended::GivenUp { why: why.clone() });
                    return self.report(job, Delivery::Failed(why), None).await;
                }
                Next::Again(pause) => {
                    let why = failure.why().to_owned();
                    let is_unknown = matches!(failure, Failure::Unknown(_));
                    let ended =
                        if is_unknown { Ended::Unknown { why, pause } } else { Ended::Again { why, pause } };
                    self.ended(&job, ended);
                    let mut stop = self.stop.clone();
                    tokio::select! {
                        () = tokio::time::sleep(pause) => self.counts.retried.fetch_add(1, Relaxed),
                        () = stopped(&mut stop, Stop::Soon) => return Err(Box::new(job)),
                    };
                }
            }
        }
    }

    /// One attempt in its turn; `None` when the outbox stops first. Left under way, it may have arrived.
    async fn attempt(&self, job: &mut Job) -> Option<Result<Receipt, Failure>> {
        let mut stop = self.stop.clone();
        let slot = tokio::select! {
            biased;
            () = stopped(&mut stop, Stop::Soon) => return None,
            slot = async {
                self.pacer.turn(job.address.id()).await;
                self.at_once.acquire().await
            } => slot,
        };
        job.attempts = job.attempts.saturating_add(1);
        if let Some(ledger) = &self.ledger {
            ledger.begun(job.notification.number, job.attempts).await;
        }
        let attempt = Attempt { number: job.attempts, in_doubt: job.after_crash };
        let deliver = self.bound.channel.deliver(&job.notification, &job.address, attempt);
        let deliver =
            AssertUnwindSafe(tokio::time::timeout(self.options.attempt_max, deliver)).catch_unwind();
        let outcome = tokio::select! {
            outcome = deliver => Some(match outcome {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_)) => Err(Failure::Unknown("no answer came in time".to_owned())),
                Err(_) => Err(Failure::Unknown("the channel broke".to_owned())),
            }),
            () = stopped(&mut stop, Stop::Now) => None,
        };
        if outcome.is_none() {
            job.after_crash = true;
        }
        drop(slot);
        outcome
    }

    fn ended(&self, job: &Job, ended: Ended) {
        if let Some(ledger) = &self.ledger {
            ledger.ended(job.notification.number, job.attempts, ended);
        }
    }

    fn next(&self, job: &Job, failure: &Failure, doubts: u32, pause: Option<Duration>) -> Next {
        let repeat = self.bound.channel.repeat(&job.notification, &job.address);
        let asked = match failure {
            Failure::Permanent(why) => return Next::GiveUp(why.clone()),
            Failure::Unknown(why) if repeat == Repeat::Unsafe && doubts > 1 => {
                return Next::GiveUp(format!("it is not known whether it arrived: {why}"));
            }
            Failure::Unknown(_) => Duration::ZERO,
            Failure::Temporary { retry_after, .. } => retry_after.unwrap_or_default(),
        };
        if !asked.is_zero() {
            self.pacer.hold(job.address.id(), asked);
        }
        let pause = pause.unwrap_or(self.options.pause_max).max(asked);
        if job.waited.saturating_add(pause) > self.bound.give_up_after {
            let seconds = job.waited.as_secs();
            let known = if doubts > 0 { ", and it is not known whether it arrived" } else { "" };
            return Next::GiveUp(format!("given up after {seconds} s{known}: {}", failure.why()));
        }
        Next::Again(pause)
    }

    /// Reports the last word. Where nobody hears it before all stops, the job is handed back as one that may have arrived.
    async fn report(&self, mut job: Job, delivery: Delivery, remote: Option<String>) -> Result<(), Box<Job>> {
        let report =
            Report { notification: job.notification.number, delivery, remote, attempts: job.attempts };
        let mut stop = self.stop.clone();
        tokio::select! {
            biased;
            sent = self.reports.send(report) => if sent.is_ok() { return Ok(()) },
            () = stopped(&mut stop, Stop::Now) => {}
        }
        job.after_crash = true;
        Err(Box::new(job))
    }

    fn pauses(&self) -> ExponentialBackoff {
        ExponentialBuilder::new()
            .with_min_delay(self.options.pause_min)
            .with_max_delay(self.options.pause_max)
            .with_factor(2.0)
            .with_jitter()
            .without_max_times()
            .build()
    }

    /// Notes an attempt, with one line in the log for each change.
    fn note(&self, failed: Option<&str>) {
        self.counts.is_failing.store(failed.is_some(), Relaxed);
        let change = self.health.lock().unwrap_or_else(PoisonError::into_inner).note(failed.is_none());
        match change {
            Some(Change::Broke) => {
                let why = failed.unwrap_or_default();
                tracing::error!(channel = %self.name, why, "the channel does not take notifications");
            }
            Some(Change::Recovered) => {
                tracing::warn!(channel = %self.name, "the channel takes notifications again");
            }
            None => {}
        }
    }
}
