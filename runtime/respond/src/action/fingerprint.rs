//! A run without what tells apart ways that come to the same: its instants are made relative, its calls numbered anew.

use std::collections::BTreeMap;

use super::deed::{Doing, Stage};
use super::{Action, Phase};
use crate::input::CallNumber;

impl Action {
    /// The run as if it had begun so that now is 0, without what is said for people and what is over. Two that are equal go on equally.
    pub(crate) fn relative(&self, now_ms: i64) -> Self {
        let mut action = self.clone();
        let mut numbers: BTreeMap<CallNumber, CallNumber> = BTreeMap::new();
        let mut renumber = |call: CallNumber| {
            let next = numbers.len() as CallNumber + 1;
            *numbers.entry(call).or_insert(next)
        };
        let reading = std::mem::take(&mut action.reading).into_iter();
        action.reading = reading
            .map(|(call, (key, until_ms))| (renumber(call), (key, until_ms.saturating_sub(now_ms))))
            .collect();
        if let Phase::Undoing(place, _, cause) = &mut action.phase {
            // What is above has been dealt with, and only whether something was left decides how it ends.
            action.deeds.truncate(place.saturating_add(1));
            action.deeds.iter_mut().for_each(|deed| deed.is_in_doubt = false);
            cause.why.clear();
            cause.left.truncate(1);
            cause.left.iter_mut().for_each(String::clear);
        }
        match &mut action.phase {
            Phase::Proposed(until_ms) => *until_ms = until_ms.saturating_sub(now_ms),
            Phase::Step(doing) | Phase::Undoing(_, doing, _) => rebase(doing, now_ms, &mut renumber),
            Phase::Check(_, look) | Phase::Verify(look) | Phase::Standing(look) => look.rebase(now_ms),
            Phase::Let(_) | Phase::Require(_) | Phase::Admission | Phase::Locking | Phase::Ended(_) => {}
        }
        action
    }
}

fn rebase(doing: &mut Doing, now_ms: i64, renumber: &mut dyn FnMut(CallNumber) -> CallNumber) {
    match &mut doing.stage {
        Stage::Look(at_ms) | Stage::Ready(at_ms) => *at_ms = at_ms.saturating_sub(now_ms).max(0),
        Stage::Writing(call, until_ms) => {
            *call = renumber(*call);
            *until_ms = until_ms.saturating_sub(now_ms);
        }
        Stage::Probing { until_ms, next_ms, doubt } => {
            if let Some(doubt) = doubt {
                doubt.clear();
            }
            *until_ms = until_ms.saturating_sub(now_ms);
            *next_ms = next_ms.saturating_sub(now_ms).max(0);
        }
        Stage::Arguments | Stage::After => {}
    }
}
