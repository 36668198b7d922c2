//! Locks of resources. A run takes all that its steps need at once, in one order, or none: so nobody waits for anybody. Each taking
//! has a token greater than all before it, which the hands compare: whoever held it before cannot write any more.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::input::ActionNumber;

/// Who holds what.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub(crate) struct Locks {
    held: BTreeMap<String, (ActionNumber, u64)>,
    last_token: u64,
}

impl Locks {
    /// Takes them all; or says which one is held, and by which run.
    pub(super) fn take(
        &mut self,
        wanted: &[String],
        by: ActionNumber,
    ) -> Result<Vec<(String, u64)>, (String, ActionNumber)> {
        let held = |resource: &&String| self.held.get(*resource).is_some_and(|(holder, _)| *holder != by);
        if let Some(resource) = wanted.iter().find(held) {
            let holder = self.held.get(resource).map_or(0, |(holder, _)| *holder);
            return Err((resource.clone(), holder));
        }
        let mut taken = Vec::new();
        for resource in wanted {
            self.last_token = self.last_token.saturating_add(1);
            self.held.insert(resource.clone(), (by, self.last_token));
            taken.push((resource.clone(), self.last_token));
        }
        Ok(taken)
    }

    /// Lets go of all that a run holds.
    pub(super) fn release(&mut self, by: ActionNumber) {
        self.held.retain(|_, (holder, _)| *holder != by);
    }
}
