//! The promise that a call taken is reported, whatever becomes of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use nvp_respond::input::{CallNumber, Outcome};

use super::{Shared, lock};

/// A call that will be reported: by its end, or when it is dropped before.
#[derive(Debug)]
pub(super) struct Ticket {
    shared: Arc<Shared>,
    number: CallNumber,
    is_write: bool,
    has_begun: AtomicBool,
    outcome: Option<Outcome>,
}

impl Ticket {
    pub(super) fn new(shared: Arc<Shared>, number: CallNumber, is_write: bool) -> Self {
        Self { shared, number, is_write, has_begun: AtomicBool::new(false), outcome: None }
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(super) fn is_write(&self) -> bool {
        self.is_write
    }

    /// From here on something may have happened.
    pub(super) fn begin(&self) {
        self.has_begun.store(true, Relaxed);
    }

    pub(super) fn has_begun(&self) -> bool {
        self.has_begun.load(Relaxed)
    }

    pub(super) fn end(mut self, outcome: Outcome) {
        self.outcome = Some(outcome);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let may_have_happened = self.is_write && self.has_begun();
        let outcome = self.outcome.take().unwrap_or_else(|| {
            let why = "the call was broken off".to_owned();
            if may_have_happened { Outcome::Unknown(why) } else { Outcome::Failed(why) }
        });
        let is_last = {
            let mut taken = lock(&self.shared.taken);
            self.shared.report(self.number, outcome);
            taken.remove(&self.number);
            taken.is_empty()
        };
        if is_last {
            self.shared.idle.notify_waiters();
        }
    }
}
