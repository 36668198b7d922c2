//! From the engine's transitions to decisions that people and machines can read.

use std::collections::BTreeMap;
use std::sync::Arc;

use nvp_engine::{Clause as EngineClause, NodeValue, State as EngineState, Transition};
use nvp_plan::Plan;
use nvp_plan::alert::{Alert, Says, Shown};
use nvp_plan::tree::Tree;
use nvp_plan::unit::Unit;

use super::{Clause, Decision, State, Why};
use crate::value_tree::{Value, ValueTree};

/// Renders the decisions of one plan.
#[derive(Debug, Clone)]
pub struct Renderer {
    plan: Arc<Plan>,
}

impl Renderer {
    /// For the decisions of this plan.
    #[must_use]
    pub fn new(plan: Arc<Plan>) -> Self {
        Self { plan }
    }

    /// A transition as a decision. `value_of` gives a value shown in a text, for the transition's row at the transition's tick.
    #[must_use]
    pub fn decision(
        &self,
        transition: &Transition<'_>,
        value_of: &dyn Fn(&Shown, &BTreeMap<String, String>) -> NodeValue,
    ) -> Decision {
        let labels: BTreeMap<String, String> =
            transition.labels.clone().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let alert = transition.rule;
        let text = |pieces: &[Says]| self.text(pieces, transition, &labels, value_of);
        let (clause, level) = clause_of(alert, transition);
        let level = alert.zip(level).and_then(|(alert, level)| alert.levels.get(level as usize));
        let subject = alert.and_then(|alert| alert.subject.as_ref());
        let value = subject.map(|_| transition.value.unwrap_or(f64::NAN));
        let why = Why {
            clause,
            flapping: transition.why.flapping,
            level: level.map(|level| level.name.clone()),
            severity: level.map(|level| level.severity.clone()),
            value,
            shown: subject.zip(value).map(|(subject, value)| show(NodeValue::Number(value), &subject.unit)),
            says: alert.map(|alert| text(&alert.says)).filter(|says| !says.is_empty()),
            runbook: alert.map(|alert| text(&alert.runbook)).filter(|runbook| !runbook.is_empty()),
            service: alert.and_then(|alert| service_of(alert, &labels)),
            tree: self.tree_of(transition),
        };
        Decision {
            at_ms: transition.at_ms,
            name: alert.map(|alert| alert.name.clone()).unwrap_or_default(),
            labels,
            from: state_of(alert, transition.from),
            to: state_of(alert, transition.to),
            why,
        }
    }

    fn tree_of(&self, transition: &Transition<'_>) -> Option<ValueTree> {
        let tree = self.plan.trees.get(transition.why.tree?.index())?;
        value_tree(tree, transition.why.nodes)
    }

    fn text(
        &self,
        pieces: &[Says],
        transition: &Transition<'_>,
        labels: &BTreeMap<String, String>,
        value_of: &dyn Fn(&Shown, &BTreeMap<String, String>) -> NodeValue,
    ) -> String {
        let domain = transition.rule.and_then(|alert| self.plan.domains.get(alert.domain.index()));
        let label = |place: u32| {
            let name = domain.and_then(|domain| domain.labels.get(place as usize));
            name.and_then(|name| labels.get(name)).map(String::as_str).unwrap_or_default()
        };
        let subject = transition.rule.and_then(|alert| alert.subject.as_ref());
        let value = |shown: &Shown| match transition.value {
            Some(value) if Some(shown) == subject => NodeValue::Number(value),
            _ => value_of(shown, labels),
        };
        let piece = |piece: &Says| match piece {
            Says::Plain(text) => text.clone(),
            Says::Label(place) => label(*place).to_owned(),
            Says::Value(shown) => show(value(shown), &shown.unit),
        };
        pieces.iter().map(piece).collect()
    }
}

/// A value as people read it.
fn show(value: NodeValue, unit: &Unit) -> String {
    shown_value(value, unit).shown().to_owned()
}

/// A value with how people read it.
pub(crate) fn shown_value(value: NodeValue, unit: &Unit) -> Value {
    match value {
        NodeValue::Number(number) if number.is_nan() => Value::Missing,
        NodeValue::Number(number) => Value::Number { number, shown: nvp_plan::show::value(number, unit) },
        NodeValue::Condition(is) => Value::Condition(is),
        NodeValue::Nowhere => Value::Several,
    }
}

/// A planned tree with the values of its nodes; `None` for an empty tree.
#[must_use]
pub fn value_tree(tree: &Tree, values: &[NodeValue]) -> Option<ValueTree> {
    let mut built: Vec<Option<ValueTree>> = Vec::with_capacity(tree.nodes.len());
    for (place, node) in tree.nodes.iter().enumerate() {
        let value = values.get(place).copied().unwrap_or(NodeValue::Nowhere);
        // INVARIANT (children first): every node stands after its children, and each has one parent.
        let parts = node.children.iter().filter_map(|child| built.get_mut(*child as usize)?.take()).collect();
        built.push(Some(ValueTree { text: node.text.clone(), value: shown_value(value, &node.unit), parts }));
    }
    built.pop().flatten()
}

/// The clause that a policy's author would name, with its level.
fn clause_of(alert: Option<&Alert>, transition: &Transition<'_>) -> (Clause, Option<u32>) {
    let planned = |level: u32| alert.and_then(|alert| alert.levels.get(level as usize));
    match transition.why.clause {
        // A level without a `when` is one that only `absent` sets.
        EngineClause::When(level) if planned(level).is_some_and(|level| level.when.is_none()) => {
            (Clause::Absent, Some(level))
        }
        EngineClause::When(level) => (Clause::When, Some(level)),
        // Although `when` is unknown, what reset the level may be its own `clear when`, which need not read the same.
        EngineClause::AbsentClears(level)
            if planned(level).is_some_and(|level| level.clear_tree.is_some())
                && transition.why.nodes.last() == Some(&NodeValue::Condition(Some(true))) =>
        {
            (Clause::Clear, Some(level))
        }
        EngineClause::Absent(level) | EngineClause::AbsentClears(level) => (Clause::Absent, Some(level)),
        EngineClause::Clear(level) => (Clause::Clear, Some(level)),
        EngineClause::Pending(level) | EngineClause::NotPending(level) => (Clause::Pending, Some(level)),
        EngineClause::Forgotten => (Clause::Forgotten, None),
        EngineClause::FlappingHeld | EngineClause::FlappingReleased => (Clause::Flapping, None),
    }
}

/// An engine's state by the level's name.
pub(crate) fn state_of(alert: Option<&Alert>, state: EngineState) -> State {
    match state {
        EngineState::Ok => State::Ok,
        EngineState::Pending => State::Pending,
        EngineState::Forgotten => State::Forgotten,
        EngineState::Level(place) => {
            let level = alert.and_then(|alert| alert.levels.get(place as usize));
            State::Level(level.map(|level| level.name.clone()).unwrap_or_default())
        }
    }
}

/// The service a row belongs to: the one its label names, else the alert's.
fn service_of(alert: &Alert, labels: &BTreeMap<String, String>) -> Option<String> {
    labels.get("service").or(alert.service.as_ref()).cloned()
}
