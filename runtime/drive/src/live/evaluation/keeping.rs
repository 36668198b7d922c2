//! The evaluation's part in keeping the state: inputs are taken down before they are applied, made durable before what they lead to is told,
//! and what all destinations have dealt with is noted.

use super::Evaluation;
use crate::decision::Decision;
use crate::live::status::{Durability, StateStatus};
use crate::recorded::Recorded;
use crate::state::{Course, Keeper};

/// A state when the run is over, to be written once more when the destinations are done.
#[derive(Debug)]
pub(in crate::live) struct KeptState {
    pub(super) keeper: Keeper,
    pub(super) course: Course,
    pub(super) told_before: u64,
}

impl KeptState {
    /// Takes care that no last snapshot makes forgotten what is not in the journal.
    pub(in crate::live) fn hold_back(&mut self, is_held_back: bool) {
        self.keeper.hold_back(is_held_back);
    }

    /// Writes it. Of the decisions of this run all destinations have dealt with so many; `None` where there are no destinations.
    pub(in crate::live) fn finish(mut self, dealt_with: Option<u64>) -> StateStatus {
        let decided = self.course.tally().decided();
        let through = dealt_with.map_or(decided, |count| self.told_before.saturating_add(count));
        note_told(&mut self.keeper, &mut self.course, through);
        let mut status = StateStatus::of(&self.keeper);
        let is_durable = self.keeper.finish(&self.course);
        status.durability = is_durable;
        status
    }
}

impl StateStatus {
    /// How it is being kept.
    pub(super) fn of(keeper: &Keeper) -> Self {
        let (snapshots, failures) = keeper.counts();
        let durability: Durability = keeper.durability().clone();
        Self { durability, records: keeper.next_record(), snapshots, failures }
    }
}

impl Evaluation {
    /// Takes inputs down, if they are kept.
    pub(super) fn record(&mut self, inputs: &[Recorded]) {
        for input in inputs {
            self.record_one(input);
        }
    }

    /// Takes an input down and gives its number, if it is kept.
    pub(super) fn record_one(&mut self, input: &Recorded) -> Option<u64> {
        self.keeper.as_mut()?.record(input)
    }

    /// Makes durable what was taken down, then lets what it led to be written and carried out.
    pub(super) fn flush(&mut self) {
        let Some(keeper) = &mut self.keeper else { return };
        if let Some(answering) = &self.answering {
            keeper.hold_back(answering.is_behind());
        }
        keeper.flush(&self.course);
        if let Some(answering) = &mut self.answering {
            answering.flush();
        }
    }

    /// Makes what was taken down durable, then tells what it led to.
    pub(super) fn keep_then_tell(&mut self, decided: &[(u64, Decision)]) {
        self.flush();
        for (number, decision) in decided {
            self.telling.tell_numbered(*number, decision);
            if let Some(observer) = &mut self.observer {
                observer.decided(decision);
            }
        }
    }

    /// Takes down which decisions all destinations have dealt with, so that they are not told again.
    pub(super) fn note_told(&mut self) {
        let Some(keeper) = &mut self.keeper else { return };
        let through = self.told_before.saturating_add(self.telling.dealt_with());
        if note_told(keeper, &mut self.course, through) {
            self.flush();
        }
    }
}

/// Says whether it was news.
fn note_told(keeper: &mut Keeper, course: &mut Course, through: u64) -> bool {
    let is_news = through > course.tally().told();
    if is_news {
        let told = Recorded::Told { through };
        keeper.record(&told);
        // It decides nothing and cannot be wrong.
        let _ = course.apply(&told, true, &mut |_, _| {});
    }
    is_news
}
