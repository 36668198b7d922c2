//! What is known while an input is worked on: the policy, who is who, what time it is.

use nvp_plan::response::Lowered;
use nvp_plan::response::incident::Severity as Level;
use smol_str::{SmolStr, format_smolstr};

use crate::clock::Clock;
use crate::incident::services::Services;
use crate::roster::Roster;
use crate::severity::Severity;

/// What is known while an input is worked on.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The policy.
    pub plan: &'a Lowered,
    /// What depends on what: of that policy.
    pub services: &'a Services,
    /// Who is who.
    pub roster: &'a Roster,
    /// What time it is.
    pub clock: &'a Clock,
}

impl Context<'_> {
    /// A level's name and severity. One that the policy does not have is taken for the gravest.
    pub(crate) fn level(&self, place: u32) -> (SmolStr, Severity) {
        let level = usize::try_from(place).ok().and_then(|place| self.plan.severities.get(place));
        let told = |level: &Level| (SmolStr::from(&level.name), level.class.into());
        level.map_or_else(|| (format_smolstr!("level {place}"), Severity::Critical), told)
    }
}
