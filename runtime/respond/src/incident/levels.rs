//! How far an incident's ladders have come, for people who look on.

use nvp_plan::response::Lowered;

use super::{Acknowledgement, Incident};
use crate::clock::Clock;

/// A ladder of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// The ladder.
    pub ladder: String,
    /// The rung that it stands at; empty where it has not begun.
    pub rung: String,
    /// The rung above, and when it begins if nothing else happens, in ms since the Unix epoch; `None` where there is none, or the rung's time
    /// stands still.
    pub next: Option<(String, i64)>,
}

impl Incident {
    /// Its ladders that alerts ask for, each with how far it has come.
    #[must_use]
    pub fn levels(&self, plan: &Lowered, clock: &Clock) -> Vec<Level> {
        let asked = self.ladders.iter().filter(|run| !run.is_released);
        let level = |run: &crate::ladder::Run| {
            let ladder = plan.ladders.iter().find(|ladder| ladder.name == run.ladder);
            let rungs = ladder.map(|ladder| ladder.rungs.as_slice()).unwrap_or_default();
            let mut above = rungs.iter().skip_while(|rung| rung.name != run.rung);
            let lasts_ms = above.next().and_then(|rung| rung.lasts_ms);
            let next = above.next().zip(lasts_ms).zip(run.origin_ms).map(|((next, lasts_ms), origin_ms)| {
                (next.name.clone(), clock.instant_of(origin_ms.saturating_add(lasts_ms)))
            });
            Level { ladder: run.ladder.clone(), rung: run.rung.clone(), next }
        };
        asked.map(level).collect()
    }
}

impl Acknowledgement {
    /// Until when it holds if the clock does not jump, in ms since the Unix epoch.
    #[must_use]
    pub fn until_ms(&self, clock: &Clock) -> i64 {
        clock.instant_of(self.until_mature_ms)
    }
}
