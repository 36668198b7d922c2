//! `only`: nothing but these alert states is ever reached.

use nvp_check::typed::{OnlyState, Policy, SeverityId, StateTest};

use crate::decision::{Decision, State};

/// The first decision that leaves ok for a state that is not allowed.
pub fn first_not_allowed<'d>(
    policy: &Policy,
    allowed: &[OnlyState],
    decisions: &'d [Decision],
) -> Option<&'d Decision> {
    decisions.iter().find(|decision| {
        let leaves_ok = matches!(decision.to, State::Pending | State::Level(_));
        leaves_ok && !allowed.iter().any(|only| allows(policy, only, decision))
    })
}

fn allows(policy: &Policy, only: &OnlyState, decision: &Decision) -> bool {
    let is_alert = policy.alerts.get(only.alert.0).is_some_and(|alert| alert.name == decision.name);
    let is_row = only.labels.iter().all(|(name, value)| decision.labels.get(name) == Some(value));
    is_alert && is_row && may_reach(policy, only.state, &decision.to)
}

/// Whether a state lies on the way to the one allowed: an alert may be pending before it is at a level, and rises through milder
/// levels; to be cleared or forgotten it must have stood at one.
fn may_reach(policy: &Policy, allowed: StateTest, state: &State) -> bool {
    match (allowed, state) {
        (StateTest::Ok, _) => false,
        (_, State::Ok | State::Pending | State::Forgotten) => true,
        (StateTest::Pending, State::Level(_)) => false,
        (StateTest::Is(highest), State::Level(level)) => {
            severity_of(policy, level).is_some_and(|severity| severity <= highest)
        }
        (StateTest::AtLeast(_) | StateTest::Cleared | StateTest::Forgotten, State::Level(_)) => true,
    }
}

fn severity_of(policy: &Policy, level: &str) -> Option<SeverityId> {
    policy.severities.iter().position(|severity| severity.name == level).map(SeverityId)
}
