//! Attempts to tell somebody, in the journal: each is there before it is made, or is known to be in doubt.

use std::pin::Pin;
use std::sync::Arc;

use nvp_act::channels::outbox::{Ended, Ledger};
use nvp_journal::{AttemptEnd, Batch, Change, Journal};
use nvp_respond::input::{Delivery, NotificationNumber};

use crate::live::clock::Clock;

/// Notes, beside a notification that the journal is only now to know of, that it may have been told already: by this process, which could
/// not write, or by the last one, which died before it had. Told again, it says that it may be a repeat.
pub(super) fn may_have_been_told(batch: &mut Batch, notification: NotificationNumber, at_ms: i64) {
    let why = "the journal did not know of it then".to_owned();
    let end = AttemptEnd::Unknown { why, not_before_ms: at_ms };
    batch.push(Change::AttemptBegun { notification, attempt: 1, at_ms });
    batch.push(Change::AttemptEnded { notification, attempt: 1, at_ms, end });
}

/// The journal as the outbox sees it.
pub(super) struct Written {
    journal: Arc<Journal>,
    clock: Arc<Clock>,
}

impl Written {
    pub(super) fn shared(journal: &Arc<Journal>, clock: &Arc<Clock>) -> Arc<dyn Ledger> {
        Arc::new(Self { journal: Arc::clone(journal), clock: Arc::clone(clock) })
    }
}

impl Ledger for Written {
    fn begun(
        &self,
        notification: NotificationNumber,
        attempt: u32,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut batch = Batch::new();
        batch.push(Change::AttemptBegun { notification, attempt, at_ms: self.clock.now_ms() });
        let ticket = self.journal.write(batch);
        Box::pin(async {
            // Where nothing can be written, which is said elsewhere, the page goes out all the same.
            if let Ok(ticket) = ticket {
                drop(ticket.await);
            }
        })
    }

    fn ended(&self, notification: NotificationNumber, attempt: u32, ended: Ended) {
        let at_ms = self.clock.now_ms();
        let after = |pause: std::time::Duration| {
            at_ms.saturating_add(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX))
        };
        let end = match ended {
            Ended::Told(stage, remote) if Delivery::from(stage) == Delivery::Accepted => {
                AttemptEnd::Accepted { remote }
            }
            Ended::Told(_, remote) => AttemptEnd::Sent { remote },
            Ended::Again { why, pause } => AttemptEnd::Retry { why, not_before_ms: after(pause) },
            Ended::Unknown { why, pause } => AttemptEnd::Unknown { why, not_before_ms: after(pause) },
            Ended::GivenUp { why } => AttemptEnd::Failed { why },
        };
        let mut batch = Batch::new();
        batch.push(Change::AttemptEnded { notification, attempt, at_ms, end });
        // What is not written is taken for interrupted by the next start, and told again as what may be a repeat.
        drop(self.journal.write(batch));
    }
}
