//! One channel's lane: a bounded number of jobs in hand, in order within a strand.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use nvp_respond::input::{IncidentNumber, NotificationNumber};
use std::sync::atomic::Ordering::Relaxed;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::pace::Pacer;
use super::work::{Counts, Workshop};
use super::{Job, Ledger, Options, Rejected, Report, Stop, Why};
use crate::channels::Channel;
use crate::channels::config::Bound;
use crate::health::Health;

/// What must stay in order: what concerns one incident at one address. What belongs to no incident is a strand of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strand {
    Incident(IncidentNumber, u64),
    Alone(NotificationNumber),
}

/// A job with its place in the queue.
struct Admitted {
    job: Job,
    place: OwnedSemaphorePermit,
}

/// A channel's lane.
pub(super) struct Lane {
    workshop: Arc<Workshop>,
    /// The queue's bound: a job has its place from its submission to its end.
    room: Arc<Semaphore>,
    /// Bounded by `room`.
    jobs: mpsc::UnboundedSender<Admitted>,
    end: End,
}

/// The end of a lane.
pub(super) struct End {
    pub(super) done: JoinHandle<()>,
    left: Arc<Mutex<Vec<Job>>>,
}

/// How a channel does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneStatus {
    /// The channel's name.
    pub channel: String,
    /// What it is.
    pub kind: &'static str,
    /// How many notifications are in hand.
    pub in_hand: usize,
    /// How many the other side has taken.
    pub told: u64,
    /// How many it will not have.
    pub failed: u64,
    /// How many attempts were made again.
    pub retried: u64,
    /// How many times a template failed and plain words were sent.
    pub template_failures: u64,
    /// Whether the last attempt failed.
    pub is_failing: bool,
}

impl Lane {
    /// Starts it.
    pub(super) fn start(
        name: &str,
        bound: Bound,
        options: Options,
        (reports, ledger): (mpsc::Sender<Report>, Option<Arc<dyn Ledger>>),
        stop: watch::Receiver<Stop>,
    ) -> Self {
        let room = Arc::new(Semaphore::new(bound.queue.get().min(Semaphore::MAX_PERMITS)));
        let workshop = Arc::new(Workshop {
            name: name.to_owned(),
            pacer: Pacer::new(bound.channel.pace()),
            bound,
            options,
            at_once: Semaphore::new(options.at_once.max(1)),
            reports,
            ledger,
            stop,
            health: Mutex::new(Health::default()),
            counts: Counts::default(),
        });
        let (jobs, waiting) = mpsc::unbounded_channel();
        let left = Arc::default();
        let done = tokio::spawn(run(Arc::clone(&workshop), waiting, Arc::clone(&left)));
        Self { workshop, room, jobs, end: End { done, left } }
    }

    pub(super) fn channel(&self) -> &dyn Channel {
        &*self.workshop.bound.channel
    }

    /// Waits for a place in the queue.
    pub(super) async fn submit(&self, job: Job) -> Result<(), Rejected> {
        match Arc::clone(&self.room).acquire_owned().await {
            Ok(place) => self.admit(Admitted { job, place }),
            Err(_) => Err(rejected(job, Why::Closed)),
        }
    }

    pub(super) fn try_submit(&self, job: Job) -> Result<(), Rejected> {
        match Arc::clone(&self.room).try_acquire_owned() {
            Ok(place) => self.admit(Admitted { job, place }),
            Err(TryAcquireError::NoPermits) => Err(rejected(job, Why::Full)),
            Err(TryAcquireError::Closed) => Err(rejected(job, Why::Closed)),
        }
    }

    fn admit(&self, admitted: Admitted) -> Result<(), Rejected> {
        self.jobs.send(admitted).map_err(|refused| rejected(refused.0.job, Why::Closed))
    }

    pub(super) fn status(&self) -> LaneStatus {
        let Workshop { name, bound, counts, .. } = &*self.workshop;
        let queue = bound.queue.get().min(Semaphore::MAX_PERMITS);
        LaneStatus {
            channel: name.clone(),
            kind: bound.channel.kind(),
            in_hand: queue.saturating_sub(self.room.available_permits()),
            told: counts.told.load(Relaxed),
            failed: counts.failed.load(Relaxed),
            retried: counts.retried.load(Relaxed),
            template_failures: bound.channel.template_failures(),
            is_failing: counts.is_failing.load(Relaxed),
        }
    }

    /// Takes no more.
    pub(super) fn close(self) -> End {
        self.room.close();
        self.end
    }
}

impl End {
    /// What was not told.
    pub(super) fn take(self) -> Vec<Job> {
        std::mem::take(&mut self.left.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn rejected(job: Job, why: Why) -> Rejected {
    Rejected { job: Box::new(job), why }
}

/// Gives each strand's first job to a worker; the next when that is done.
async fn run(
    workshop: Arc<Workshop>,
    mut jobs: mpsc::UnboundedReceiver<Admitted>,
    left: Arc<Mutex<Vec<Job>>>,
) {
    let mut strands: BTreeMap<Strand, VecDeque<Admitted>> = BTreeMap::new();
    let mut workers: JoinSet<Strand> = JoinSet::new();
    let begin = |workers: &mut JoinSet<Strand>, strand: Strand, admitted: Admitted| {
        let (workshop, left) = (Arc::clone(&workshop), Arc::clone(&left));
        workers.spawn(async move {
            let Admitted { job, place } = admitted;
            if let Err(job) = workshop.work(job).await {
                left.lock().unwrap_or_else(PoisonError::into_inner).push(*job);
            }
            drop(place);
            strand
        });
    };
    let mut is_open = true;
    loop {
        tokio::select! {
            admitted = jobs.recv(), if is_open => match admitted {
                None => is_open = false,
                Some(admitted) => {
                    let strand = strand(&admitted.job);
                    match strands.get_mut(&strand) {
                        Some(waiting) => waiting.push_back(admitted),
                        None => {
                            strands.insert(strand, VecDeque::new());
                            begin(&mut workers, strand, admitted);
                        }
                    }
                }
            },
            Some(ended) = workers.join_next() => {
                let Ok(strand) = ended else { continue };
                match strands.get_mut(&strand).and_then(VecDeque::pop_front) {
                    Some(admitted) => begin(&mut workers, strand, admitted),
                    None => drop(strands.remove(&strand)),
                }
            }
            else => return,
        }
    }
}

fn strand(job: &Job) -> Strand {
    match job.notification.incident {
        Some(incident) => Strand::Incident(incident, job.address.id()),
        None => Strand::Alone(job.notification.number),
    }
}
