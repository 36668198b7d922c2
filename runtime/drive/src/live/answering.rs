//! What answers alerts, around the evaluation: the journal that everything is written to first, the hands that call providers, the voices
//! that tell people, the desk where people are heard.
//!
//! ```text
//! evaluation ── effects ──► scribe ── durable ──► hands ──► providers
//!     ▲                    (journal)     └──────► voices ─► channels
//!     └───────── ears ◄── outcomes, deliveries, deeds, the journal's health ──┘
//! ```
//!
//! INVARIANT (intent before effect): nothing is done outside before the journal has it. Where the journal cannot be written, pages go out all
//! the same, and no provider is called.

mod ears;
mod ledger;
mod parting;
mod scribe;
mod voices;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use nvp_act::channels::config::{Addresses, Channels};
use nvp_act::channels::outbox;
use nvp_act::providers::{self, Bounds, Hands, Serving};
use nvp_journal::{Batch, Change, Journal, JournalError, Options, Page, Position, Reader};
use nvp_respond::effect::Effects;
use nvp_respond::input::Numbers;
use nvp_respond::responder::Responder;
use nvp_respond::roster::Roster;
use tokio::sync::mpsc;

use super::clock::Clock;
use super::control::Desk;
use super::status::{AnswersStatus, open_incidents};
use crate::journaled;
use crate::recorded::Recorded;
pub(super) use ears::{Ears, News};
pub(super) use scribe::Reply;
use scribe::{Entry, Scribe};
use voices::Voices;

/// How many changes are handed over at once: in a storm the first page waits for no more than these, and SQLite's journal of a savepoint,
/// which it walks for every statement, stays short.
const PART_CHANGES_MAX: usize = 1_000;
/// How many at first: the first page is in them, and waits for them alone.
const FIRST_PART_CHANGES_MAX: usize = 100;
/// How many rows are read at once.
const ROWS: u32 = 1_000;
/// How many reports of channels may wait.
const REPORTS_MAX: usize = 1_024;

/// What a run needs to answer alerts.
pub struct AnswerOptions {
    /// The journal's file; made if it is not there.
    pub journal: PathBuf,
    /// Who is who, and by which channels they can be reached.
    pub roster: Roster,
    /// The channels at work.
    pub channels: Channels,
    /// Where each channel reaches whom.
    pub addresses: Addresses,
    /// The providers that playbooks call.
    pub providers: Vec<Serving>,
    /// For how long after its resolution an incident may be opened again, in ms.
    pub remembered_ms: i64,
}

/// The evaluation's side of it.
pub(super) struct Answering {
    scribe: Scribe,
    /// Where the next effect stands.
    position: Position,
    /// Effects of inputs that are recorded and not yet flushed.
    noted: Vec<Noted>,
    roster: Roster,
    /// What the journal knew of numbers when it was opened.
    numbers: Numbers,
    /// Why nothing may be done outside: of the journal, and of the input log.
    journal_halt: Option<String>,
    log_halt: Option<String>,
    halted: Option<String>,
    hands: Arc<Hands>,
    voices: Voices,
}

/// What an input has led to.
struct Noted {
    /// The input's number; `None` while the log cannot be written.
    input: Option<u64>,
    effects: Effects,
    /// When it was applied, in ms since the Unix epoch.
    now_ms: i64,
    reply: Option<Reply>,
}

impl std::fmt::Debug for Answering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answering").field("position", &self.position).finish_non_exhaustive()
    }
}

/// Effects that a replay of the input log gave, in order, with the numbers of their inputs.
pub(super) type Replayed = Vec<(u64, Effects)>;

impl Answering {
    /// Opens the journal.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub(super) fn journal(options: &AnswerOptions) -> Result<Arc<Journal>, JournalError> {
        Journal::open(&options.journal, Options::default()).map(Arc::new)
    }

    /// Writes what a replay gave and was not written before, takes up the outbox where the last process left it, and begins to work. Must
    /// be called within a tokio runtime.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub(super) fn start(
        options: AnswerOptions,
        journal: Arc<Journal>,
        replayed: Replayed,
        clock: &Arc<Clock>,
    ) -> Result<(Self, Ears, Desk), JournalError> {
        catch_up(&journal, &options.roster, replayed, clock.now_ms())?;
        let reader = journal.reader()?;
        end_left_behind(&reader)?;
        let [incident, action, notification, call, silence] = reader.numbers()?;
        let (reports, reported) = mpsc::channel(REPORTS_MAX);
        let ledger = ledger::Written::shared(&journal, clock);
        let outbox =
            outbox::Outbox::start(options.channels, outbox::Options::default(), &reports, Some(&ledger));
        let (news, heard_news) = mpsc::unbounded_channel();
        let voices = Voices::start(outbox, options.addresses, news.clone());
        let remembered_ms = clock.now_ms().saturating_sub(options.remembered_ms);
        voices::recall(&voices, &reader, remembered_ms)?;
        voices::take_up(&voices, &reader, clock.now_ms())?;
        let (hands, outcomes) = Hands::new(options.providers, Bounds::default());
        let hands = Arc::new(hands);
        let (desk, deeds) = Desk::new(&options.journal);
        let scribe = Scribe::start(journal, Arc::clone(&hands), voices.clone(), (news, Arc::clone(clock)));
        let position = scribe.position().unwrap_or(Position { input: 0, ordinal: 0 });
        let answering = Self {
            scribe,
            position,
            noted: Vec::new(),
            roster: options.roster,
            numbers: Numbers { incident, action, notification, call, silence },
            journal_halt: None,
            log_halt: None,
            halted: None,
            hands,
            voices,
        };
        Ok((answering, Ears::new(outcomes, reported, deeds, heard_news), desk))
    }

    /// The number that the input log must have reached, so that no position is given twice.
    pub(super) fn next_input(journal: &Journal) -> u64 {
        journal.position().map_or(0, |position| position.input.saturating_add(1))
    }

    /// Who is who.
    pub(super) fn roster(&self) -> &Roster {
        &self.roster
    }

    /// The greatest numbers that the journal knew when it was opened.
    pub(super) fn numbers(&self) -> Numbers {
        self.numbers
    }

    /// Notes what an input has led to. It is handed over by [`Answering::flush`], once the input is durable.
    pub(super) fn note(&mut self, input: Option<u64>, effects: Effects, now_ms: i64, reply: Option<Reply>) {
        if !effects.intents.is_empty() || !effects.records.is_empty() || reply.is_some() {
            self.noted.push(Noted { input, effects, now_ms, reply });
        }
    }

    /// How it does, with this response.
    pub(super) fn status(&self, responder: &Responder) -> AnswersStatus {
        let (open, incidents) = open_incidents(responder);
        AnswersStatus {
            incidents,
            open,
            actions: responder.actions().count() as u64,
            halted: self.halted.clone(),
            entries_waiting: self.scribe.waiting() as u64,
            calls: self.hands.under_way() as u64,
            channels: self.voices.status(),
        }
    }

    /// Whether there is something to hand over.
    pub(super) fn has_noted(&self) -> bool {
        !self.noted.is_empty()
    }

    /// Whether a restart would not know of all effects yet.
    pub(super) fn is_behind(&self) -> bool {
        !self.noted.is_empty() || self.scribe.waiting() > 0
    }

    /// Hands over what was noted; its inputs are durable.
    pub(super) fn flush(&mut self) {
        for noted in std::mem::take(&mut self.noted) {
            self.hand_over(noted);
        }
    }

    /// Hands over one input's effects, in parts: what there is of the first is on its way while the next is made.
    fn hand_over(&mut self, noted: Noted) {
        let Noted { input, effects, now_ms, reply } = noted;
        // While the log cannot be written inputs have no number: what follows is counted behind the last.
        match input.filter(|input| *input > self.position.input) {
            Some(input) => self.position = Position { input, ordinal: 0 },
            None => self.position.ordinal = self.position.ordinal.saturating_add(1),
        }
        let mut intents = parting::Intents::new(effects.intents.clone());
        let roster = self.roster.clone();
        let mut changes = journaled::changes(&effects, Some(&roster), now_ms).peekable();
        let mut part_changes_max = FIRST_PART_CHANGES_MAX;
        while changes.peek().is_some() {
            let mut entry = Entry { batch: Batch::new(), intents: Vec::new(), reply: None };
            for change in changes.by_ref().take(part_changes_max) {
                entry.intents.extend(intents.of(&change));
                entry.batch.push_at(self.position, change);
                self.position.ordinal = self.position.ordinal.saturating_add(1);
            }
            self.scribe.write(entry);
            part_changes_max = PART_CHANGES_MAX;
        }
        let intents: Vec<_> = intents.rest().collect();
        if !intents.is_empty() || reply.is_some() {
            self.scribe.write(Entry { batch: Batch::new(), intents, reply });
        }
    }

    /// The journal can be written again, or not any more, and why; gives what the response is to hear of it.
    pub(super) fn journal_halted(&mut self, why: Option<String>) -> Option<Recorded> {
        self.journal_halt = why;
        self.halt()
    }

    /// So does the input log.
    pub(super) fn log_halted(&mut self, why: Option<String>) -> Option<Recorded> {
        self.log_halt = why;
        self.halt()
    }

    fn halt(&mut self) -> Option<Recorded> {
        let halted = self.journal_halt.clone().or_else(|| self.log_halt.clone());
        if halted.is_some() == self.halted.is_some() {
            return None;
        }
        self.halted.clone_from(&halted);
        Some(Recorded::Response(crate::given::Given::Halted(halted)))
    }

    /// Ends all work: writes that are under way and attempts to tell somebody have some time. Says whether all effects are durable.
    pub(super) async fn finish(self, within: Duration) -> bool {
        let Self { scribe, hands, voices, .. } = self;
        // A write that is under way ends better here than as an unknown.
        if !hands.idle(within).await {
            tracing::warn!("calls of providers are still under way; the next start takes them for unknown");
        }
        // The scribe hands to the voices, and holds on to them: they can be waited for once it is done.
        let is_written = scribe.finish().await;
        voices.finish(within).await;
        is_written
    }
}

/// Writes what a replay gave; what was written before is skipped. Whom the journal did not know to be told, the last process may have told
/// all the same, if it could not write then.
fn catch_up(journal: &Journal, roster: &Roster, replayed: Replayed, now_ms: i64) -> Result<(), JournalError> {
    let known = journal.position();
    for (input, effects) in replayed {
        let changes = journaled::changes(&effects, Some(roster), now_ms);
        let mut batch = Batch::new();
        for (change, ordinal) in changes.zip(0..) {
            let position = Position { input, ordinal };
            let told = match &change {
                Change::Notify(notification) if known < Some(position) => Some(notification.number),
                _ => None,
            };
            batch.push_at(position, change);
            if let Some(notification) = told {
                ledger::may_have_been_told(&mut batch, notification, now_ms);
            }
            if batch.len() >= PART_CHANGES_MAX {
                journal.write(std::mem::take(&mut batch))?.durable()?;
            }
        }
        if !batch.is_empty() {
            journal.write(batch)?.durable()?;
        }
    }
    Ok(())
}

/// Ends the programs that still run for writes of which no end is known: the process that started them was killed.
fn end_left_behind(reader: &Reader) -> Result<(), JournalError> {
    let (mut keys, mut after) = (BTreeSet::new(), None);
    loop {
        let rows = reader.writes_not_ended(Page { after, rows: ROWS })?;
        let Some(last) = rows.last() else { break };
        after = Some(last.call.number);
        keys.extend(rows.into_iter().filter_map(|row| Some(row.call.write?.key)));
    }
    match providers::end_left_behind(&keys) {
        Ok(0) => {}
        Ok(programs) => {
            tracing::warn!(programs, "the last process was killed while programs ran; they have been ended");
        }
        Err(why) => tracing::error!(why, "programs of the last process may still run, and write"),
    }
    Ok(())
}
