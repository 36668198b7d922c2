//! What is due when: queues, so that nothing is looked at before its time.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::incident::Incident;
use crate::input::IncidentNumber;
use crate::ladder::Run;

/// What is due when. Ladders and acknowledgements are due in mature time, the others at instants.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Due {
    /// Ladders, by the place that they have in their incident.
    ladders: BTreeSet<(i64, IncidentNumber, u32)>,
    pub acknowledgements: BTreeSet<(i64, IncidentNumber)>,
    suppressions: BTreeSet<(i64, IncidentNumber)>,
    pub forgetting: BTreeSet<(i64, IncidentNumber)>,
}

impl Due {
    /// A ladder is due then, and not when it was due before.
    pub(crate) fn ladder(
        &mut self,
        incident: IncidentNumber,
        place: usize,
        run: &mut Run,
        at_ms: Option<i64>,
    ) {
        let Ok(place) = u32::try_from(place) else { return };
        if let Some(before_ms) = run.queued_ms.take() {
            self.ladders.remove(&(before_ms, incident, place));
        }
        if let Some(at_ms) = at_ms {
            self.ladders.insert((at_ms, incident, place));
            run.queued_ms = Some(at_ms);
        }
    }

    /// Whether any ladder is due.
    pub(crate) fn is_ladder_due(&self, mature_ms: i64) -> bool {
        self.ladders.first().is_some_and(|(at_ms, ..)| *at_ms <= mature_ms)
    }

    /// The first ladder that is due, taken out.
    pub(crate) fn next_ladder(&mut self, mature_ms: i64) -> Option<(IncidentNumber, usize)> {
        let (at_ms, incident, place) = *self.ladders.first()?;
        if at_ms > mature_ms {
            return None;
        }
        self.ladders.pop_first();
        Some((incident, usize::try_from(place).ok()?))
    }

    /// All ladders of an incident are looked at again, as all that they go by may have changed.
    pub(crate) fn look_again(&mut self, number: IncidentNumber, incident: &mut Incident, mature_ms: i64) {
        for (place, run) in incident.ladders.iter_mut().enumerate().filter(|(_, run)| !run.has_ended) {
            self.ladder(number, place, run, Some(mature_ms));
        }
    }

    /// The ladders of an incident that wait for playbooks are looked at again.
    pub(crate) fn look_again_at_automatic(
        &mut self,
        number: IncidentNumber,
        incident: &mut Incident,
        mature_ms: i64,
    ) {
        let waiting = |run: &Run| run.is_automatic && run.origin_ms.is_some() && !run.has_ended;
        for (place, run) in incident.ladders.iter_mut().enumerate().filter(|(_, run)| waiting(run)) {
            self.ladder(number, place, run, Some(mature_ms));
        }
    }

    /// A suppression is looked at again then.
    pub(crate) fn suppression(
        &mut self,
        incident: IncidentNumber,
        before_ms: Option<i64>,
        at_ms: Option<i64>,
    ) {
        if let Some(before_ms) = before_ms {
            self.suppressions.remove(&(before_ms, incident));
        }
        if let Some(at_ms) = at_ms {
            self.suppressions.insert((at_ms, incident));
        }
    }

    /// All suppressions that are to be looked at by an instant, in order, taken out.
    pub(crate) fn take_suppressions(&mut self, now_ms: i64) -> BTreeSet<(i64, IncidentNumber)> {
        let later = self.suppressions.split_off(&(now_ms.saturating_add(1), 0));
        std::mem::replace(&mut self.suppressions, later)
    }

    /// All suppressions are looked at again, as silences or maintenance have changed.
    pub(crate) fn recheck_suppressions(&mut self, now_ms: i64) {
        let all = std::mem::take(&mut self.suppressions);
        self.suppressions = all.into_iter().map(|(at_ms, incident)| (at_ms.min(now_ms), incident)).collect();
    }

    /// The first instant at which something is due.
    pub(crate) fn next_ms(&self, clock: &Clock) -> Option<i64> {
        let ladder = self.ladders.first().filter(|_| clock.is_confirmed()).map(|(at_ms, ..)| *at_ms);
        let acknowledgement = self.acknowledgements.first().map(|(at_ms, _)| *at_ms);
        let mature = ladder.into_iter().chain(acknowledgement).min().map(|at_ms| clock.instant_of(at_ms));
        let suppression = self.suppressions.first().map(|(at_ms, _)| *at_ms);
        // Nobody has to come back for what never ends.
        let suppression = suppression.filter(|at_ms| *at_ms < i64::MAX);
        mature.into_iter().chain(suppression).min().map(|at_ms| at_ms.max(clock.now_ms()))
    }
}
