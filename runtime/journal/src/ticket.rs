//! A promise that a batch will be durable, or that it will be said why not.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::audit::Head;
use crate::error::JournalError;

/// What a batch came to, now that it is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Durable {
    /// How many of its changes were written.
    pub written: u64,
    /// How many were written before.
    pub skipped: u64,
    /// The last row of the audit trail that is durable with it.
    pub head: Head,
}

type Answer = Result<Durable, JournalError>;

#[derive(Debug, Default)]
struct State {
    answer: Option<Answer>,
    waker: Option<Waker>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    answered: Condvar,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A promise that a batch will be durable. It can be waited for by blocking or by `.await`, on any runtime.
#[derive(Debug)]
pub struct Ticket {
    shared: Arc<Shared>,
}

impl Ticket {
    /// A ticket and the other end of it.
    pub(crate) fn new() -> (Self, Teller) {
        let shared = Arc::new(Shared::default());
        (Self { shared: Arc::clone(&shared) }, Teller { shared: Some(shared) })
    }

    /// Waits until the batch is durable.
    ///
    /// # Errors
    /// [`JournalError::Refused`] when this batch cannot be stored; any other when the journal cannot be written.
    pub fn durable(self) -> Result<Durable, JournalError> {
        let mut state = self.shared.state();
        loop {
            if let Some(answer) = &state.answer {
                return answer.clone();
            }
            state = self.shared.answered.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits at most so long; `None` when it is not known by then.
    #[must_use]
    pub fn durable_within(&self, time: Duration) -> Option<Result<Durable, JournalError>> {
        let until = Instant::now() + time;
        let mut state = self.shared.state();
        loop {
            if state.answer.is_some() {
                return state.answer.clone();
            }
            let left = until.checked_duration_since(Instant::now())?;
            let waited = self.shared.answered.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Future for Ticket {
    type Output = Result<Durable, JournalError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.shared.state();
        match &state.answer {
            Some(answer) => Poll::Ready(answer.clone()),
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// The other end of a ticket. Dropped without a word, it says that the journal has stopped.
#[derive(Debug)]
pub(crate) struct Teller {
    shared: Option<Arc<Shared>>,
}

impl Teller {
    /// Answers the ticket.
    pub(crate) fn tell(mut self, answer: Answer) {
        self.answer(answer);
    }

    fn answer(&mut self, answer: Answer) {
        let Some(shared) = self.shared.take() else {
            return;
        };
        let mut state = shared.state();
        state.answer = Some(answer);
        let waker = state.waker.take();
        drop(state);
        shared.answered.notify_all();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        self.answer(Err(JournalError::Stopped { why: "its writer has ended".to_owned() }));
    }
}
