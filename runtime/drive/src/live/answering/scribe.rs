//! The scribe: writes effects to the journal in order, and lets them be carried out once they are durable.
//!
//! When the journal fails, what was not written is kept and written first when it can be again. Meanwhile pages go out, providers are not
//! called, and it is said so. What is more than may be kept is dropped, the oldest first, and the journal says that it is missing.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nvp_act::providers::Hands;
use nvp_journal::{Batch, Change, Journal, JournalError, Position, ProcessEvent, Ticket};
use nvp_respond::effect::{Intent, Record};
use nvp_respond::input::Outcome;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::News;
use super::ledger::may_have_been_told;
use super::voices::Voices;
use crate::given::Given;
use crate::live::clock::Clock;
use crate::live::control::Answer;

/// How long after a failure the journal is tried again.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(2);
/// How many entries are kept while the journal cannot be written.
const UNWRITTEN_MAX: usize = 100_000;

/// Whoever waits for effects to be durable.
#[derive(Debug)]
pub(in crate::live) struct Reply {
    pub(in crate::live) to: oneshot::Sender<Answer>,
    pub(in crate::live) records: Vec<Record>,
}

/// Effects that are written at once, and what is to be done when they are.
#[derive(Debug)]
pub(super) struct Entry {
    /// At most [`nvp_journal::BATCH_CHANGES_MAX`] changes.
    pub(super) batch: Batch,
    pub(super) intents: Vec<Intent>,
    pub(super) reply: Option<Reply>,
}

/// The way to the scribe.
pub(super) struct Scribe {
    entries: mpsc::UnboundedSender<Entry>,
    waiting: Arc<AtomicUsize>,
    journal: Arc<Journal>,
    work: JoinHandle<()>,
}

impl Scribe {
    pub(super) fn start(
        journal: Arc<Journal>,
        hands: Arc<Hands>,
        voices: Voices,
        (news, clock): (mpsc::UnboundedSender<News>, Arc<Clock>),
    ) -> Self {
        let (entries, taken) = mpsc::unbounded_channel();
        let waiting = Arc::default();
        let desk = Writing {
            journal: Arc::clone(&journal),
            hands,
            voices,
            news,
            waiting: Arc::clone(&waiting),
            written: VecDeque::new(),
            unwritten: VecDeque::new(),
            is_failing: false,
            try_at: Instant::now(),
            forgotten: None,
            clock,
        };
        Self { entries, waiting, journal, work: tokio::spawn(desk.run(taken)) }
    }

    /// The last effect that is durable.
    pub(super) fn position(&self) -> Option<Position> {
        self.journal.position()
    }

    /// How many entries are not durable yet.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }

    /// Hands an entry over; its input is durable.
    pub(super) fn write(&self, entry: Entry) {
        self.waiting.fetch_add(1, Ordering::AcqRel);
        if self.entries.send(entry).is_err() {
            tracing::error!("the journal's scribe has ended; this is a mistake in the program");
        }
    }

    /// Waits until all that was handed over is durable, and says whether it is.
    pub(super) async fn finish(self) -> bool {
        drop(self.entries);
        let ended = self.work.await;
        ended.is_ok() && self.waiting.load(Ordering::Acquire) == 0
    }
}

/// Entries on their way.
struct Writing {
    journal: Arc<Journal>,
    hands: Arc<Hands>,
    voices: Voices,
    news: mpsc::UnboundedSender<News>,
    waiting: Arc<AtomicUsize>,
    /// Handed to the journal, in order.
    written: VecDeque<Written>,
    /// Not handed to it, because it fails, or has no room.
    unwritten: VecDeque<Entry>,
    is_failing: bool,
    try_at: Instant,
    /// The first and the last input of which something was dropped.
    forgotten: Option<(u64, u64)>,
    clock: Arc<Clock>,
}

/// An entry that the journal has, and its promise.
struct Written {
    entry: Entry,
    ticket: Ticket,
}

impl Writing {
    async fn run(mut self, mut entries: mpsc::UnboundedReceiver<Entry>) {
        let mut is_open = true;
        while is_open || !self.written.is_empty() {
            tokio::select! {
                biased;
                durable = first(&mut self.written) => self.settled(durable),
                entry = entries.recv(), if is_open => match entry {
                    Some(entry) => self.take(entry),
                    None => is_open = false,
                },
                () = tokio::time::sleep_until(self.try_at), if is_open && self.is_failing => self.try_again().await,
            }
        }
    }

    /// Takes an entry: to the journal if it works, else as far as it can be carried out without.
    fn take(&mut self, entry: Entry) {
        self.unwritten.push_back(entry);
        if self.is_failing {
            self.carry_out_unwritten();
            self.forget_oldest();
        } else {
            self.write_unwritten();
        }
    }

    /// Hands over as much as the journal takes.
    fn write_unwritten(&mut self) {
        while let Some(entry) = self.unwritten.pop_front() {
            match self.journal.write(entry.batch.clone()) {
                Ok(ticket) => self.written.push_back(Written { entry, ticket }),
                Err(JournalError::QueueFull { .. }) if !self.written.is_empty() => {
                    self.unwritten.push_front(entry);
                    return;
                }
                Err(error) => {
                    self.unwritten.push_front(entry);
                    self.fail(&error);
                    return;
                }
            }
        }
    }

    /// The first entry that was handed over is durable, or is not.
    fn settled(&mut self, durable: Result<(), JournalError>) {
        let Some(Written { entry, .. }) = self.written.pop_front() else { return };
        match durable {
            Ok(()) => {
                self.waiting.fetch_sub(1, Ordering::AcqRel);
                self.carry_out(entry, Ok(()));
                self.write_unwritten();
            }
            Err(error @ JournalError::Refused { .. }) => {
                tracing::error!(%error, "effects are not in the journal; this is a mistake in the program");
                self.waiting.fetch_sub(1, Ordering::AcqRel);
                self.carry_out(entry, Err(error));
            }
            Err(error) => {
                // None of those behind it is there either.
                let behind = std::mem::take(&mut self.written).into_iter().map(|written| written.entry);
                let all: Vec<Entry> = std::iter::once(entry).chain(behind).collect();
                for entry in all.into_iter().rev() {
                    self.unwritten.push_front(entry);
                }
                self.fail(&error);
            }
        }
    }

    fn fail(&mut self, error: &JournalError) {
        self.try_at = Instant::now() + TRY_AGAIN_AFTER;
        if !self.is_failing {
            self.is_failing = true;
            tracing::error!(
                %error,
                "the journal cannot be written: pages go out and may be told again after a crash, playbooks do nothing until it can be"
            );
            drop(self.news.send(News::Journal(Some(error.to_string()))));
        }
        self.carry_out_unwritten();
    }

    /// What can be done without the journal is; the entries stay, to be written when they can be, and then say whom that may have reached.
    fn carry_out_unwritten(&mut self) {
        let why = JournalError::Stopped { why: "the journal cannot be written".to_owned() };
        let mut all = std::mem::take(&mut self.unwritten);
        for entry in &mut all {
            let (intents, reply) = (std::mem::take(&mut entry.intents), entry.reply.take());
            for intent in &intents {
                if let Intent::Notify(notification) = intent {
                    may_have_been_told(&mut entry.batch, notification.number, self.clock.now_ms());
                }
            }
            self.carry_out(Entry { batch: Batch::new(), intents, reply }, Err(why.clone()));
        }
        self.unwritten = all;
    }

    /// Keeps no more than may be kept.
    fn forget_oldest(&mut self) {
        while self.unwritten.len() > UNWRITTEN_MAX {
            let Some(entry) = self.unwritten.pop_front() else { return };
            self.waiting.fetch_sub(1, Ordering::AcqRel);
            let Some((from, to)) = entry.batch.inputs() else { continue };
            let first = self.forgotten.map_or(from, |(first, _)| first);
            self.forgotten = Some((first, to));
        }
    }

    /// Says in the journal what of it is missing.
    fn tell_forgotten(&mut self) {
        let Some((from_input, to_input)) = self.forgotten.take() else { return };
        tracing::error!(from_input, to_input, "effects of these inputs are missing in the journal");
        let why = "the journal could not be written for too long".to_owned();
        let event = ProcessEvent::Unwritten { from_input, to_input, why };
        let mut batch = Batch::new();
        batch.push(Change::Process { at_ms: self.clock.now_ms(), event });
        self.waiting.fetch_add(1, Ordering::AcqRel);
        self.unwritten.push_front(Entry { batch, intents: Vec::new(), reply: None });
    }

    /// Does what is to be done, and answers whoever waits.
    fn carry_out(&self, entry: Entry, durable: Result<(), JournalError>) {
        for intent in entry.intents {
            match intent {
                Intent::Notify(notification) => self.voices.tell(notification),
                Intent::Forget(call) => self.hands.forget(call),
                Intent::Call(call) if durable.is_ok() => self.hands.take(call),
                Intent::Call(call) => {
                    let outcome = Outcome::Failed("the journal cannot be written".to_owned());
                    drop(self.news.send(News::Given(Given::Outcome { call: call.number, outcome })));
                }
            }
        }
        if let Some(Reply { to, records }) = entry.reply {
            // Whoever has gone needs no answer.
            drop(to.send(Answer { records, durable }));
        }
    }

    /// Opens the journal again, and writes what was not written.
    async fn try_again(&mut self) {
        self.try_at = Instant::now() + TRY_AGAIN_AFTER;
        let journal = Arc::clone(&self.journal);
        match tokio::task::spawn_blocking(move || journal.reopen()).await {
            Ok(Ok(_)) => {
                self.is_failing = false;
                self.tell_forgotten();
                tracing::warn!(entries = self.unwritten.len(), "the journal can be written again");
                self.write_unwritten();
                if !self.is_failing {
                    drop(self.news.send(News::Journal(None)));
                }
            }
            Ok(Err(error)) => tracing::debug!(%error, "the journal cannot be opened yet"),
            Err(_) => tracing::error!("opening the journal broke down; this is a mistake in the program"),
        }
    }
}

/// Waits until the first entry is durable, or is not; for ever where there is none.
async fn first(written: &mut VecDeque<Written>) -> Result<(), JournalError> {
    let Some(first) = written.front_mut() else { return std::future::pending().await };
    (&mut first.ticket).await.map(drop)
}
