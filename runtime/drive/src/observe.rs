//! What the response sees of the evaluation, and what it is told of alerts.

use nvp_engine::{Engine, NodeValue};
use nvp_plan::ids::ObservationId;
use nvp_plan::response::incident::Severity;
use nvp_respond::Observe;
use nvp_respond::input::AlertChange;
use nvp_respond::value::Value;

use crate::decision::{Decision, State};

/// An engine as the response sees it; without one nothing is known.
#[derive(Debug, Clone, Copy)]
pub struct Observed<'e>(pub Option<&'e Engine>);

impl Observe for Observed<'_> {
    fn observe(&self, observation: ObservationId, labels: &[(String, String)]) -> Value {
        let Some(engine) = self.0 else { return Value::MISSING };
        let labels: Vec<(&str, &str)> =
            labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        match engine.observe(observation, &labels) {
            NodeValue::Number(number) => Value::Number(number),
            NodeValue::Condition(is) => Value::Condition(is),
            NodeValue::Nowhere => Value::MISSING,
        }
    }
}

/// What the response is told of a decision; nothing of one that changes no level.
#[must_use]
pub fn alert_change(decision: &Decision, severities: &[Severity]) -> Option<AlertChange> {
    let place = |state: &State| match state {
        State::Level(name) => severities.iter().position(|severity| severity.name == *name),
        State::Ok | State::Pending | State::Forgotten => None,
    };
    let (was, is) = (place(&decision.from), place(&decision.to));
    let is_forgotten = decision.to == State::Forgotten;
    if was == is {
        return None;
    }
    Some(AlertChange {
        alert: decision.name.as_str().into(),
        labels: decision.labels.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        service: decision.why.service.as_deref().map(Into::into),
        level: is.and_then(|level| u32::try_from(level).ok()),
        is_forgotten,
        says: decision.saying().into(),
        runbook: decision.why.runbook.as_deref().map(Into::into),
    })
}
