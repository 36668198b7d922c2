//! Calls under way: many at once, each with its time, none in another's way.

mod slots;
mod ticket;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nvp_respond::effect::Call;
use nvp_respond::input::{CallNumber, Outcome};
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::task::AbortHandle;

use super::fences::Fences;
use super::provider::NotDone;
use super::{Arguments, Declared, Provider};
use slots::Slots;
use ticket::Ticket;

/// How many calls there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Under way at once, over all providers. Each provider has one place more of its own, so that others cannot take them all.
    pub at_once: usize,
    /// Under way or waiting.
    pub taken: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { at_once: 256, taken: 50_000 }
    }
}

/// A provider to be called.
#[derive(Debug, Clone)]
pub struct Serving {
    /// What the policies declare of it.
    pub declared: Declared,
    /// What stands behind it.
    pub provider: Arc<dyn Provider>,
    /// How many of its calls may be under way at once.
    pub at_once: usize,
}

/// How a call has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Which.
    pub call: CallNumber,
    /// How. Holds no secret.
    pub outcome: Outcome,
}

/// The hands: carries out calls and reports how each has ended, exactly once.
#[derive(Debug)]
pub struct Hands {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    providers: BTreeMap<String, Served>,
    overall: Semaphore,
    bounds: Bounds,
    fences: Mutex<Fences>,
    /// Calls under way or waiting, and how they are stopped; `None` for writes, which are not.
    taken: Mutex<BTreeMap<CallNumber, Option<AbortHandle>>>,
    /// A report for each call taken, and no other: whoever gives calls bounds it.
    reports: mpsc::UnboundedSender<Report>,
    idle: Notify,
}

#[derive(Debug)]
struct Served {
    serving: Serving,
    slots: Slots,
}

impl Hands {
    /// Hands for these providers, and where the reports come. Must be made within the runtime that is to do the work.
    #[must_use]
    pub fn new(providers: Vec<Serving>, bounds: Bounds) -> (Self, mpsc::UnboundedReceiver<Report>) {
        let (reports, reported) = mpsc::unbounded_channel();
        let served = |serving: Serving| {
            let slots = Slots::new(serving.at_once);
            (serving.declared.name.clone(), Served { serving, slots })
        };
        let shared = Shared {
            providers: providers.into_iter().map(served).collect(),
            overall: Semaphore::new(bounds.at_once.max(1)),
            bounds,
            fences: Mutex::default(),
            taken: Mutex::default(),
            reports,
            idle: Notify::new(),
        };
        (Self { shared: Arc::new(shared) }, reported)
    }

    /// Takes a call over, at once. A call whose number is being worked on is not taken twice.
    pub fn take(&self, call: Call) {
        let shared = &self.shared;
        let mut taken = lock(&shared.taken);
        if taken.contains_key(&call.number) {
            return;
        }
        let is_write = call.write.is_some();
        let number = call.number;
        if taken.len() >= shared.bounds.taken {
            drop(taken);
            let why = format!("{} calls are waiting already", shared.bounds.taken);
            return shared.report(number, Outcome::Failed(why));
        }
        let ticket = Ticket::new(Arc::clone(shared), number, is_write);
        let task = tokio::spawn(async move {
            let outcome = carry_out(&ticket, call).await;
            ticket.end(outcome);
        });
        // The task cannot take itself off the list before this: the list is locked.
        taken.insert(number, (!is_write).then(|| task.abort_handle()));
    }

    /// The answer is no longer wanted: a read is stopped, a write goes on. Both are reported.
    pub fn forget(&self, call: CallNumber) {
        if let Some(Some(task)) = lock(&self.shared.taken).get(&call) {
            task.abort();
        }
    }

    /// How many calls are under way or waiting.
    #[must_use]
    pub fn under_way(&self) -> usize {
        lock(&self.shared.taken).len()
    }

    /// Waits until nothing is under way, at most so long; says whether that was reached.
    pub async fn idle(&self, within: Duration) -> bool {
        let idle = async {
            loop {
                let mut notified = std::pin::pin!(self.shared.idle.notified());
                notified.as_mut().enable();
                if lock(&self.shared.taken).is_empty() {
                    return;
                }
                notified.await;
            }
        };
        tokio::time::timeout(within, idle).await.is_ok()
    }
}

impl Shared {
    /// Whoever does not listen any more needs no report.
    fn report(&self, call: CallNumber, outcome: Outcome) {
        drop(self.reports.send(Report { call, outcome }));
    }
}

/// What another task broke while it held a lock is whole enough: all that is done under one is insert and remove.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A call from beginning to end, within its time.
async fn carry_out(ticket: &Ticket, call: Call) -> Outcome {
    let shared = ticket.shared();
    let Some(served) = shared.providers.get(&call.provider) else {
        return Outcome::Failed(format!("the provider `{}` is not configured", call.provider));
    };
    let timeout = Duration::from_millis(u64::try_from(call.timeout_ms).unwrap_or(0));
    let secrets = served.serving.provider.secrets();
    let outcome = match tokio::time::timeout(timeout, attempt(ticket, served, call)).await {
        Ok(outcome) => outcome,
        Err(_) if !ticket.has_begun() => {
            Outcome::Failed(format!("it did not get its turn within {timeout:?}, and was not begun"))
        }
        Err(_) if ticket.is_write() => Outcome::Unknown(format!("no answer within {timeout:?}")),
        Err(_) => Outcome::Failed(format!("no answer within {timeout:?}")),
    };
    match outcome {
        Outcome::Answered(value) => Outcome::Answered(secrets.hide_in(value)),
        Outcome::Failed(why) => Outcome::Failed(secrets.hide(why)),
        Outcome::Unknown(why) => Outcome::Unknown(secrets.hide(why)),
        Outcome::Done => Outcome::Done,
    }
}

async fn attempt(ticket: &Ticket, served: &Served, call: Call) -> Outcome {
    let shared = ticket.shared();
    let _slot = served.slots.enter(&shared.overall).await;
    let Serving { declared, provider, .. } = &served.serving;
    let arguments = Arguments::from(call.arguments);
    let Some(intent) = &call.write else {
        ticket.begin();
        let read = provider.read(&call.operation, &arguments).await.map_err(|failure| failure.0);
        let accepted = read.and_then(|value| declared.accept(&call.operation, value));
        return accepted.map_or_else(Outcome::Failed, Outcome::Answered);
    };
    if !declared.writes.contains_key(&call.operation) {
        return Outcome::Failed(format!("`{}` is not declared", call.operation));
    }
    // Last before the deed: whoever waited for a turn may have lost its locks meanwhile.
    if let Err(why) = lock(&shared.fences).pass(&intent.fences) {
        return Outcome::Failed(why);
    }
    ticket.begin();
    match provider.write(&call.operation, &arguments, intent).await {
        Ok(()) => Outcome::Done,
        Err(NotDone::Failed(why)) => Outcome::Failed(why),
        Err(NotDone::Unknown(why)) => Outcome::Unknown(why),
    }
}
