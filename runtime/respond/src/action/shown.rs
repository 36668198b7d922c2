//! What a run is at, for people who look on.

use nvp_plan::response::Lowered;

use super::{Action, Phase};
use crate::input::{ActionNumber, IncidentNumber};

/// A run that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its number.
    pub number: ActionNumber,
    /// The playbook.
    pub playbook: String,
    /// The incident it is for.
    pub incident: Option<IncidentNumber>,
    /// What it is at.
    pub at: At,
    /// When it was planned, in ms since the Unix epoch.
    pub planned_ms: i64,
}

/// What a run is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// It looks whether it should begin.
    Looking,
    /// It waits for an approval.
    Proposed,
    /// It waits for resources that others hold.
    Locking,
    /// It does this step.
    Step(String),
    /// It waits for what this step is to bring about.
    Check(String),
    /// It looks whether it has helped.
    Verifying,
    /// It takes back what it did: this step.
    Undoing(String),
    /// It stands as a measure.
    Standing,
}

impl Action {
    /// What it is at; `None` when it has ended.
    pub(crate) fn shown(&self, plan: &Lowered) -> Option<Shown> {
        let step = |place: u32| {
            let playbook = plan.playbooks.iter().find(|playbook| playbook.name == self.playbook);
            let step = playbook.and_then(|playbook| playbook.steps.get(place as usize));
            step.map(|step| step.name.clone()).unwrap_or_default()
        };
        let at = match &self.phase {
            Phase::Let(_) | Phase::Require(_) | Phase::Admission => At::Looking,
            Phase::Proposed(_) => At::Proposed,
            Phase::Locking => At::Locking,
            Phase::Step(doing) => At::Step(step(doing.step)),
            Phase::Check(place, _) => At::Check(step(*place)),
            Phase::Verify(_) => At::Verifying,
            Phase::Undoing(_, doing, _) => At::Undoing(step(doing.step)),
            Phase::Standing(_) => At::Standing,
            Phase::Ended(_) => return None,
        };
        Some(Shown {
            number: self.number,
            playbook: self.playbook.clone(),
            incident: self.origin.incident,
            at,
            planned_ms: self.planned_ms,
        })
    }
}
