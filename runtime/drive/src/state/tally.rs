//! Decisions counted: their numbers, how many rows stand where, and which may not have been told yet.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::decision::{Decision, State};

/// The most decisions that are kept to be told again. More than any destination has room for.
const UNTOLD_MAX: usize = 16_384;

/// The decisions of a run so far.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    decided: u64,
    /// Rows by the state they are shown in, ok and forgotten ones left out.
    standing: BTreeMap<String, u64>,
    told: u64,
    /// Those that some destination may not have dealt with, in order; kept only where they can be told again.
    untold: VecDeque<Untold>,
}

/// A decision that may not have been told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untold {
    /// Its number, from 1.
    pub number: u64,
    /// As a line of the decision log.
    pub json: String,
    /// As a line for people.
    pub text: String,
}

impl Untold {
    fn new(number: u64, decision: &Decision) -> Self {
        Self { number, json: decision.json(), text: decision.to_string() }
    }
}

impl Tally {
    /// Counts a decision and gives its number. With `keep` it may be told again.
    pub fn note(&mut self, decision: &Decision, keep: bool) -> u64 {
        self.decided = self.decided.saturating_add(1);
        if let Some(name) = standing(&decision.from)
            && let Some(rows) = self.standing.get_mut(name)
        {
            *rows = rows.saturating_sub(1);
        }
        if let Some(name) = standing(&decision.to) {
            *self.standing.entry(name.to_owned()).or_default() += 1;
        }
        if keep {
            self.untold.push_back(Untold::new(self.decided, decision));
            if self.untold.len() > UNTOLD_MAX {
                self.untold.pop_front();
            }
        }
        self.decided
    }

    /// Notes that all up to this number have been dealt with; says whether that is news.
    pub fn note_told(&mut self, through: u64) -> bool {
        let is_news = through > self.told;
        self.told = self.told.max(through);
        while self.untold.pop_front_if(|untold| untold.number <= through).is_some() {}
        is_news
    }

    /// Decisions taken.
    #[must_use]
    pub fn decided(&self) -> u64 {
        self.decided
    }

    /// The number of the last decision that all destinations have dealt with.
    #[must_use]
    pub fn told(&self) -> u64 {
        self.told
    }

    /// The number of the last decision before those that may not have been told.
    #[must_use]
    pub fn before_untold(&self) -> u64 {
        self.decided.saturating_sub(self.untold.len() as u64)
    }

    /// Those that may not have been told, in order.
    pub fn untold(&self) -> impl ExactSizeIterator<Item = &Untold> {
        self.untold.iter()
    }

    /// Rows at `level` now.
    #[must_use]
    pub fn rows_at(&self, level: &str) -> u64 {
        self.standing.get(level).copied().unwrap_or_default()
    }
}

fn standing(state: &State) -> Option<&str> {
    match state {
        State::Pending | State::Level(_) => Some(state.name()),
        State::Ok | State::Forgotten => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;
    use crate::decision::{Clause, Decision, State, Why};

    fn decision(from: State, to: State) -> Decision {
        Decision {
            at_ms: 1_000,
            name: "slow".into(),
            labels: [].into(),
            from,
            to,
            why: Why::of(Clause::When),
        }
    }

    #[test]
    fn rows_are_counted_where_they_stand() {
        let mut tally = Tally::default();
        let red = || State::Level("red".into());
        tally.note(&decision(State::Ok, State::Pending), false);
        tally.note(&decision(State::Pending, red()), false);
        tally.note(&decision(State::Ok, red()), false);
        assert_eq!((tally.rows_at("pending"), tally.rows_at("red"), tally.rows_at("yellow")), (0, 2, 0));
        tally.note(&decision(red(), State::Forgotten), false);
        tally.note(&decision(red(), State::Ok), false);
        assert_eq!((tally.rows_at("red"), tally.decided(), tally.untold().len()), (0, 5, 0));
    }

    #[test]
    fn what_was_dealt_with_is_not_told_again() {
        let mut tally = Tally::default();
        for _ in 0..3 {
            tally.note(&decision(State::Ok, State::Pending), true);
        }
        assert!(tally.note_told(2));
        assert!(!tally.note_told(1), "that was known");
        assert_eq!(tally.untold().map(|untold| untold.number).collect::<Vec<_>>(), [3]);
        assert_eq!((tally.told(), tally.decided()), (2, 3));
    }
}
