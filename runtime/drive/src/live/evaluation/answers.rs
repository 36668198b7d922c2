//! The evaluation's part in answering alerts: news from outside become recorded inputs, and effects are noted with the input they follow from.

use tokio::sync::oneshot;

use super::Evaluation;
use crate::given::Given;
use crate::live::answering::{Answering, Ears, News, Reply};
use crate::live::control::Answer;
use crate::recorded::Recorded;
use crate::state::Durability;

/// Where it is said what came of an input.
pub(super) type ReplyTo = oneshot::Sender<Answer>;

/// News; never where there is nothing to hear.
pub(super) async fn next(ears: &mut Option<Ears>) -> Vec<News> {
    match ears {
        Some(ears) => ears.next().await,
        None => std::future::pending().await,
    }
}

impl Evaluation {
    /// What the response is told first.
    pub(super) fn greeting(&self) -> Vec<Recorded> {
        let Some(answering) = &self.answering else { return Vec::new() };
        let given = [
            Given::Numbers(answering.numbers()),
            Given::Started { now_ms: self.clock.now_ms() },
            Given::Roster(answering.roster().clone()),
            // The last process may have died while it stood still; this one has written to the journal already.
            Given::Halted(None),
        ];
        given.into_iter().map(Recorded::Response).collect()
    }

    /// Takes news in: all of them share a flush.
    pub(super) fn hear(&mut self, news: Vec<News>) {
        // They are dated when they came, and what was due before is done before.
        let mut clock: Vec<Recorded> = self.gap().into_iter().collect();
        clock.push(Recorded::Clock { now_ms: self.clock.now_ms() });
        self.step(&clock);
        let mut decided = Vec::new();
        for each in news {
            let (input, reply) = match each {
                News::Given(given) => (Recorded::Response(given), None),
                News::Asked(asked) => {
                    let given = Given::Deed { by: asked.by, deed: asked.deed };
                    (Recorded::Response(given), Some(asked.answer))
                }
                News::Journal(why) => {
                    let halted = self.answering.as_mut().and_then(|answering| answering.journal_halted(why));
                    let Some(halted) = halted else { continue };
                    (halted, None)
                }
            };
            self.apply(&input, reply, &mut decided);
        }
        self.flush_answers();
    }

    /// Notes what the last input has led to.
    pub(super) fn note_effects(&mut self, input: Option<u64>, reply: Option<ReplyTo>) {
        let effects = self.course.take_effects();
        let Some(answering) = &mut self.answering else { return };
        let reply = reply.map(|to| Reply { to, records: effects.records.clone() });
        answering.note(input, effects, self.clock.now_ms(), reply);
    }

    /// Makes durable what was noted, and lets it be carried out; a log that cannot be written stops remedies.
    pub(super) fn flush_answers(&mut self) {
        if !self.answering.as_ref().is_some_and(Answering::has_noted) {
            return;
        }
        self.flush();
        self.note_log_health();
    }

    /// Tells the response when the input log fails, or works again.
    pub(super) fn note_log_health(&mut self) {
        let (Some(keeper), Some(answering)) = (&self.keeper, &mut self.answering) else { return };
        let why = match keeper.durability() {
            Durability::Durable => None,
            Durability::Failing { why } => Some(format!("the input log cannot be written: {why}")),
        };
        let Some(halted) = answering.log_halted(why) else { return };
        self.apply(&halted, None, &mut Vec::new());
        self.flush();
    }
}
