//! What an alert's `at LEVEL [for D]` does: for each standing row it calls a ladder, or tries one playbook after the other until one
//! helps.

use std::collections::{BTreeMap, BTreeSet};

use nvp_plan::ids::{LadderId, PlaybookId};
use nvp_plan::response::Lowered;
use nvp_plan::response::incident::{Argument, Does, Reaction, Remedy};
use serde::{Deserialize, Serialize};

use crate::action::Origin;
use crate::effect::End;
use crate::incident::rows::{Row, Rows};
use crate::input::{ActionNumber, AlertChange, IncidentNumber, RowNumber};
use crate::value::Value;

/// Whether nothing is done yet about a row.
pub(crate) type IsHeld<'a> = &'a dyn Fn(&Row) -> bool;

/// How long until it is looked again whether something may be done about a row in maintenance, in ms.
const HELD_AGAIN_MS: i64 = 1_000;

/// What is done about the rows that stand, as their alerts say. Instants are mature ms.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Reactions {
    /// Those whose alerts do anything.
    standings: BTreeMap<RowNumber, Standing>,
    /// What is due when: the row, and the reaction's place among its alert's.
    due: BTreeSet<(i64, RowNumber, u32)>,
    running: BTreeMap<ActionNumber, (RowNumber, u32)>,
    hopes: BTreeMap<IncidentNumber, Hopes>,
    /// How many rows ask for a ladder of an incident.
    callers: BTreeMap<(IncidentNumber, u32), u32>,
    /// Ladders that no row asks for any more since it was last asked.
    released: BTreeSet<(IncidentNumber, u32)>,
}

/// A row that stands at a level, and how far each reaction of its alert has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Standing {
    incident: IncidentNumber,
    level: u32,
    states: Vec<State>,
}

/// How far a reaction of a row has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    /// The row is not at its level.
    Idle,
    /// Its time is running, until then.
    Waiting(i64),
    /// The ladder is called.
    Called,
    /// This remedy is tried, by this run (0 until it is started), until then. Also while the row has left the reaction's level and stands at
    /// a milder one: the run goes on, and so does what is hoped of it.
    Trying(u32, ActionNumber, i64),
    /// This remedy said that it helped; the row has until then to clear.
    Helped(u32, i64),
    /// No remedy helped.
    Exhausted,
}

/// How many reactions of an incident's rows are remedies, and of how many something may still be hoped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Hopes {
    remedies: u32,
    hoped: u32,
}

/// What the automatic rung of a ladder must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hope {
    /// There are no remedies.
    None,
    /// One is tried, or is about to be, or has helped.
    Some,
    /// All were tried, and none helped.
    Exhausted,
}

/// What is to be done now.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wish {
    /// Call this ladder for this incident.
    Escalate(IncidentNumber, LadderId),
    /// No row asks for this ladder any more.
    Release(IncidentNumber, LadderId),
    /// Start this playbook; then say its number by [`Reactions::started`].
    Start(Tried, PlaybookId, Vec<Value>, Origin),
    /// End this run: it has not helped in time.
    Abort(ActionNumber),
}

/// Which remedy of which row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tried {
    row: RowNumber,
    reaction: u32,
}

impl Reactions {
    /// A row of an alert changed, which belongs to that incident, or did until now.
    pub(crate) fn change(
        &mut self,
        plan: &Lowered,
        mature_ms: i64,
        change: &AlertChange,
        (number, incident): (RowNumber, IncidentNumber),
    ) {
        let reactions = of_alert(plan, &change.alert);
        let Some(level) = change.level else {
            self.forget(number, reactions);
            return;
        };
        if reactions.is_empty() {
            return;
        }
        self.move_to(number, incident, reactions);
        let standing =
            self.standings.entry(number).or_insert(Standing { incident, level, states: Vec::new() });
        standing.level = level;
        // A policy that was changed meanwhile has other reactions: those are new.
        standing.states.resize(reactions.len(), State::Idle);
        for (reaction, place) in reactions.iter().zip(0_u32..) {
            let is_idle = self.state(number, place) == Some(State::Idle);
            if level >= reaction.level && is_idle {
                let due_ms = mature_ms.saturating_add(reaction.after_ms);
                self.set(number, place, State::Waiting(due_ms), matches!(reaction.does, Does::Run(_)));
                self.due.insert((due_ms, number, place));
            } else if level < reaction.level && !is_idle && !self.is_tried(number, place) {
                self.leave(number, place, reaction);
            }
        }
    }

    /// What is due now, in the order of time, row and reaction; `is_held` says which alert's rows nothing is done about yet.
    pub(crate) fn take_due(
        &mut self,
        plan: &Lowered,
        rows: &Rows,
        mature_ms: i64,
        is_held: IsHeld<'_>,
    ) -> Vec<Wish> {
        let mut wishes = Vec::new();
        while let Some((due_ms, number, place)) =
            self.due.first().copied().filter(|(due_ms, ..)| *due_ms <= mature_ms)
        {
            self.due.pop_first();
            let (Some(standing), Some(row)) = (self.standings.get(&number), rows.get(number)) else {
                continue;
            };
            let Some(reaction) = of_alert(plan, &row.alert).get(place as usize) else { continue };
            // What stands here for a state that the row has left is out of date.
            match (&reaction.does, self.state(number, place)) {
                (Does::Escalate(ladder), Some(State::Waiting(at_ms))) if at_ms == due_ms => {
                    let incident = standing.incident;
                    wishes.push(Wish::Escalate(incident, *ladder));
                    self.set(number, place, State::Called, false);
                    *self.callers.entry((incident, ladder.0)).or_default() += 1;
                }
                (Does::Run(_), Some(State::Waiting(at_ms))) if at_ms == due_ms && is_held(row) => {
                    let later_ms = mature_ms.saturating_add(HELD_AGAIN_MS);
                    self.set(number, place, State::Waiting(later_ms), true);
                    self.due.insert((later_ms, number, place));
                }
                (Does::Run(remedies), Some(State::Waiting(at_ms))) if at_ms == due_ms => {
                    wishes.extend(self.attempt((number, place, row), remedies, 0, mature_ms));
                }
                (Does::Run(_), Some(State::Trying(_, action, until_ms)))
                    if until_ms == due_ms && standing.level >= reaction.level =>
                {
                    wishes.push(Wish::Abort(action));
                }
                (Does::Run(remedies), Some(State::Helped(remedy, until_ms))) if until_ms == due_ms => {
                    wishes.extend(self.attempt((number, place, row), remedies, remedy + 1, mature_ms));
                }
                _ => {}
            }
        }
        wishes
    }

    /// When something is due by itself.
    pub(crate) fn next_due_ms(&self) -> Option<i64> {
        self.due.first().map(|(due_ms, ..)| *due_ms)
    }

    /// A playbook that was wished for has been started.
    pub(crate) fn started(&mut self, tried: Tried, action: ActionNumber) {
        if let Some(State::Trying(remedy, 0, until_ms)) = self.state(tried.row, tried.reaction) {
            self.running.insert(action, (tried.row, tried.reaction));
            self.set(tried.row, tried.reaction, State::Trying(remedy, action, until_ms), true);
            if until_ms != i64::MAX {
                self.due.insert((until_ms, tried.row, tried.reaction));
            }
        }
    }

    /// A run has ended, or succeeded and stands: whether the next remedy is to be tried.
    pub(crate) fn ended(
        &mut self,
        (plan, rows): (&Lowered, &Rows),
        mature_ms: i64,
        action: ActionNumber,
        end: &End,
    ) -> Vec<Wish> {
        let Some((number, place)) = self.running.remove(&action) else { return Vec::new() };
        let Some(State::Trying(remedy, _, until_ms)) = self.state(number, place) else { return Vec::new() };
        let Some((standing, row)) = self.standings.get(&number).zip(rows.get(number)) else {
            return Vec::new();
        };
        let reaction = of_alert(plan, &row.alert).get(place as usize);
        let Some(Reaction { does: Does::Run(remedies), level, .. }) = reaction else { return Vec::new() };
        if standing.level < *level {
            self.set(number, place, State::Idle, true);
            return Vec::new();
        }
        if *end == End::Succeeded {
            self.set(number, place, State::Helped(remedy, until_ms), true);
            return Vec::new();
        }
        self.attempt((number, place, row), remedies, remedy + 1, mature_ms).into_iter().collect()
    }

    /// What may be hoped of an incident's remedies.
    pub(crate) fn hope(&self, incident: IncidentNumber) -> Hope {
        match self.hopes.get(&incident) {
            None => Hope::None,
            Some(Hopes { remedies: 0, .. }) => Hope::None,
            Some(Hopes { hoped: 0, .. }) => Hope::Exhausted,
            Some(_) => Hope::Some,
        }
    }

    /// Tries a remedy, or gives up when there is none left.
    fn attempt(
        &mut self,
        (number, place, row): (RowNumber, u32, &Row),
        remedies: &[Remedy],
        which: u32,
        mature_ms: i64,
    ) -> Option<Wish> {
        let Some(remedy) = remedies.get(which as usize) else {
            self.set(number, place, State::Exhausted, true);
            return None;
        };
        let argument = |argument: &Argument| match argument {
            Argument::Constant(constant) => Value::from(constant),
            Argument::Label(label) => {
                let found = row.labels.iter().find(|(name, _)| name == label);
                Value::Text(found.map(|(_, value)| value.clone()).unwrap_or_default())
            }
        };
        let arguments = remedy.arguments.iter().map(argument).collect();
        let incident = self.standings.get(&number)?.incident;
        let origin = Origin {
            incident: Some(incident),
            alert: row.alert.to_string(),
            labels: row.labels.to_vec(),
            requested: None,
        };
        let until_ms = remedy.within_ms.map_or(i64::MAX, |within_ms| mature_ms.saturating_add(within_ms));
        self.set(number, place, State::Trying(which, 0, until_ms), true);
        Some(Wish::Start(Tried { row: number, reaction: place }, remedy.playbook, arguments, origin))
    }

    /// A row belongs to another incident than before: whoever was called was called for that one.
    fn move_to(&mut self, number: RowNumber, incident: IncidentNumber, reactions: &[Reaction]) {
        let standing = self.standings.get_mut(&number).filter(|standing| standing.incident != incident);
        let Some(standing) = standing else { return };
        let from = std::mem::replace(&mut standing.incident, incident);
        let mut moved = Hopes::default();
        let mut left = Vec::new();
        for (place, state) in standing.states.iter_mut().enumerate() {
            match state {
                State::Called => {
                    *state = State::Idle;
                    left.push(place);
                }
                State::Waiting(_)
                | State::Trying(..)
                | State::Helped(..)
                | State::Exhausted
                | State::Idle => {}
            }
        }
        let is_remedy = |(_, reaction): &(&State, &Reaction)| matches!(reaction.does, Does::Run(_));
        for (state, _) in standing.states.iter().zip(reactions).filter(is_remedy) {
            moved.remedies += u32::from(*state != State::Idle);
            moved.hoped += u32::from(state.is_hopeful());
        }
        if let Some(hopes) = self.hopes.get_mut(&from) {
            hopes.remedies = hopes.remedies.saturating_sub(moved.remedies);
            hopes.hoped = hopes.hoped.saturating_sub(moved.hoped);
        }
        let hopes = self.hopes.entry(incident).or_default();
        hopes.remedies = hopes.remedies.saturating_add(moved.remedies);
        hopes.hoped = hopes.hoped.saturating_add(moved.hoped);
        for place in left {
            if let Some(Reaction { does: Does::Escalate(ladder), .. }) = reactions.get(place) {
                self.call_no_more(from, *ladder);
            }
        }
    }

    /// A row asks for a ladder no more.
    fn call_no_more(&mut self, incident: IncidentNumber, ladder: LadderId) {
        if let Some(callers) = self.callers.get_mut(&(incident, ladder.0)) {
            *callers = callers.saturating_sub(1);
            if *callers == 0 {
                self.callers.remove(&(incident, ladder.0));
                self.released.insert((incident, ladder.0));
            }
        }
    }

    /// The ladders that no row asks for any more since it was last asked.
    pub(crate) fn take_released(&mut self) -> Vec<Wish> {
        let released = std::mem::take(&mut self.released).into_iter();
        let is_free = |of: &(IncidentNumber, u32)| !self.callers.contains_key(of);
        released.filter(is_free).map(|(incident, ladder)| Wish::Release(incident, LadderId(ladder))).collect()
    }

    /// A row is at no level any more.
    fn forget(&mut self, number: RowNumber, reactions: &[Reaction]) {
        for (reaction, place) in reactions.iter().zip(0_u32..) {
            self.leave(number, place, reaction);
        }
        if let Some(standing) = self.standings.remove(&number)
            && self.hopes.get(&standing.incident).is_some_and(|hopes| hopes.remedies == 0)
        {
            self.hopes.remove(&standing.incident);
        }
    }

    /// A row is no more at a reaction's level. A run that it began goes on.
    fn leave(&mut self, number: RowNumber, place: u32, reaction: &Reaction) {
        if let Some(State::Trying(_, action, _)) = self.state(number, place) {
            self.running.remove(&action);
        }
        if let (Some(State::Called), Does::Escalate(ladder)) = (self.state(number, place), &reaction.does)
            && let Some(standing) = self.standings.get(&number)
        {
            self.call_no_more(standing.incident, *ladder);
        }
        self.set(number, place, State::Idle, matches!(reaction.does, Does::Run(_)));
    }

    fn is_tried(&self, number: RowNumber, place: u32) -> bool {
        matches!(self.state(number, place), Some(State::Trying(..)))
    }

    fn state(&self, number: RowNumber, place: u32) -> Option<State> {
        self.standings.get(&number)?.states.get(place as usize).copied()
    }

    fn set(&mut self, number: RowNumber, place: u32, state: State, is_remedy: bool) {
        let Some(standing) = self.standings.get_mut(&number) else { return };
        let Some(slot) = standing.states.get_mut(place as usize) else { return };
        let was = std::mem::replace(slot, state);
        if !is_remedy {
            return;
        }
        let hopes = self.hopes.entry(standing.incident).or_default();
        let counts = |state: State| (u32::from(state != State::Idle), u32::from(state.is_hopeful()));
        let ((old_remedies, old_hoped), (new_remedies, new_hoped)) = (counts(was), counts(state));
        hopes.remedies = hopes.remedies.saturating_add(new_remedies).saturating_sub(old_remedies);
        hopes.hoped = hopes.hoped.saturating_add(new_hoped).saturating_sub(old_hoped);
    }
}

impl State {
    /// Whether something may be hoped of it.
    fn is_hopeful(self) -> bool {
        match self {
            Self::Waiting(_) | Self::Trying(..) | Self::Helped(..) => true,
            Self::Idle | Self::Called | Self::Exhausted => false,
        }
    }
}

/// An alert's reactions; the plan has them in the order of alerts' names.
fn of_alert<'p>(plan: &'p Lowered, alert: &str) -> &'p [Reaction] {
    let from = plan.reactions.partition_point(|reaction| reaction.alert.as_str() < alert);
    let after = plan.reactions.get(from..).unwrap_or_default();
    let count = after.partition_point(|reaction| reaction.alert == alert);
    after.get(..count).unwrap_or_default()
}
