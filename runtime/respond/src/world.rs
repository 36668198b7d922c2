//! A world that changes as writes' own declarations say: for trying out every way in which a playbook can end.
//!
//! A write `set_size(db, to) undo set_size(db, to: before.size(db)) probe size(db) == to` says by its probe what it makes true, and by
//! its undo which read goes back to what it was: that is all this world knows of the outside, and all it needs to.

use std::collections::BTreeMap;

use nvp_plan::ids::{CalendarId, ObservationId, ProviderId};
use nvp_plan::response::Lowered;
use nvp_plan::response::formula::{Compare, Formula, ReadCall};
use nvp_plan::response::provider::{Provider, ValueType, Write};

use crate::Observe;
use crate::effect::Call;
use crate::formula::{Answers, Evaluation, ReadKey, Scope, World as Seen};
use crate::value::Value;

/// What reads give, where that is not as the declarations have it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct World {
    reads: Answers,
    /// What they gave at the beginning, where that is otherwise.
    begins: Answers,
}

/// What a write makes of the world.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change(Vec<(ReadKey, Value)>);

impl Change {
    /// Whether the world would be the same without it, as far as its declarations tell.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }
}

impl World {
    /// The same without what is as at the beginning.
    pub(crate) fn changed(&self, plan: &Lowered) -> Self {
        let differs = self.reads.iter().filter(|(key, value)| **value != self.beginning(plan, key));
        let reads = differs.map(|(key, value)| (key.clone(), value.clone())).collect();
        Self { reads, begins: self.begins.clone() }
    }

    /// Somebody makes a read give this from now on; says whether there is such a read.
    pub fn set(
        &mut self,
        plan: &Lowered,
        (name, read): (&str, &str),
        arguments: Vec<Value>,
        value: Value,
    ) -> bool {
        let Some((provider, place)) = provider(plan, name) else { return false };
        let found = provider.reads.iter().position(|known| known.name == read);
        let Some(read) = found.and_then(|read| u32::try_from(read).ok()) else { return false };
        self.reads.insert(ReadKey { provider: place, read, arguments }, value);
        true
    }

    /// What a read gives.
    #[must_use]
    pub fn read(&self, plan: &Lowered, call: &Call) -> Value {
        let Some((provider, place)) = provider(plan, &call.provider) else { return Value::MISSING };
        let read = provider.reads.iter().position(|read| read.name == call.operation);
        let Some(read) = read.and_then(|read| u32::try_from(read).ok()) else { return Value::MISSING };
        let arguments = call.arguments.iter().map(|(_, value)| value.clone()).collect();
        self.value(plan, &ReadKey { provider: place, read, arguments })
    }

    /// What a read gives, at the beginning or as it was changed.
    fn value(&self, plan: &Lowered, key: &ReadKey) -> Value {
        self.reads.get(key).cloned().unwrap_or_else(|| self.beginning(plan, key))
    }

    /// What a read gives at the beginning.
    fn beginning(&self, plan: &Lowered, key: &ReadKey) -> Value {
        self.begins.get(key).cloned().unwrap_or_else(|| beginning(plan, key))
    }

    /// This is so from the beginning.
    pub(crate) fn begin_with(&mut self, change: &Change) {
        self.begins.extend(change.0.iter().cloned());
    }

    /// What must be otherwise for a write's probe to be true.
    pub(crate) fn missing_for(
        &self,
        plan: &Lowered,
        (provider, write): (ProviderId, u32),
        arguments: &[Value],
    ) -> Change {
        let writes = plan.providers.get(provider.index()).map(|provider| &provider.writes);
        let probe = writes.and_then(|writes| writes.get(write as usize)?.probe.as_ref());
        let mut changes = Vec::new();
        if let Some(probe) = probe {
            self.made_true(plan, arguments, &probe.formula, true, &mut changes);
        }
        changes.retain(|(key, value)| self.value(plan, key) != *value);
        Change(changes)
    }

    /// Whether nothing differs from the beginning.
    #[must_use]
    pub fn is_as_at_the_beginning(&self, plan: &Lowered) -> bool {
        self.reads.iter().all(|(key, value)| *value == self.beginning(plan, key))
    }

    /// What differs from the beginning, for people.
    #[must_use]
    pub fn differences(&self, plan: &Lowered) -> Vec<String> {
        let differs = self.reads.iter().filter(|(key, value)| **value != self.beginning(plan, key));
        differs.map(|(key, value)| format!("{} is {value}", key_text(plan, key))).collect()
    }

    /// The worlds in which somebody else has changed one of the reads that differ, with that read.
    pub(crate) fn meddled(&self, plan: &Lowered) -> Vec<(String, Self)> {
        let differs = self.reads.iter().filter(|(key, value)| **value != self.beginning(plan, key));
        let meddled = |(key, value): (&ReadKey, &Value)| {
            let mut world = self.clone();
            world.reads.insert(key.clone(), another(&another(value)));
            (key_text(plan, key), world)
        };
        differs.map(meddled).collect()
    }

    /// What a write would change.
    #[must_use]
    pub fn change_of(&self, plan: &Lowered, call: &Call) -> Change {
        let Some((provider, place)) = provider(plan, &call.provider) else { return Change::default() };
        let Some(at) = provider.writes.iter().position(|write| write.name == call.operation) else {
            return Change::default();
        };
        let Some(write) = provider.writes.get(at) else { return Change::default() };
        let arguments: Vec<Value> = call.arguments.iter().map(|(_, value)| value.clone()).collect();
        let mut changes = Vec::new();
        if let Some(probe) = &write.probe {
            self.made_true(plan, &arguments, &probe.formula, true, &mut changes);
        }
        self.taken_back(plan, (place, at), write, &arguments, &mut changes);
        changes.sort();
        changes.dedup_by(|a, b| a.0 == b.0);
        Change(changes)
    }

    /// Carries out a change.
    pub fn apply(&mut self, change: &Change) {
        for (key, value) in &change.0 {
            self.reads.insert(key.clone(), value.clone());
        }
    }

    /// What must change for a condition to be so.
    fn made_true(
        &self,
        plan: &Lowered,
        arguments: &[Value],
        condition: &Formula<ObservationId>,
        is: bool,
        changes: &mut Vec<(ReadKey, Value)>,
    ) {
        match condition {
            Formula::And(a, b) if is => {
                self.made_true(plan, arguments, a, is, changes);
                self.made_true(plan, arguments, b, is, changes);
            }
            Formula::Not(of) => self.made_true(plan, arguments, of, !is, changes),
            Formula::IsSet(of) => self.made_true(plan, arguments, of, is, changes),
            Formula::Read(call) => {
                changes.push((self.key(plan, arguments, call), Value::Condition(Some(is))));
            }
            Formula::Compare(how, a, b) => {
                let (call, other) = match (&**a, &**b) {
                    (Formula::Read(call), other) | (other, Formula::Read(call)) => (call, other),
                    _ => return,
                };
                let wanted = self.evaluate(plan, arguments, other);
                let value = match (how, is) {
                    (Compare::Equal | Compare::LessOrEqual | Compare::GreaterOrEqual, true)
                    | (Compare::NotEqual | Compare::Less | Compare::Greater, false) => wanted,
                    _ => another(&wanted),
                };
                changes.push((self.key(plan, arguments, call), value));
            }
            _ => {}
        }
    }

    /// What its undo says that it changes: where the undo is the write itself, with what was read before for one of its parameters,
    /// that read gives the parameter.
    fn taken_back(
        &self,
        plan: &Lowered,
        (provider, place): (u32, usize),
        write: &Write<ObservationId>,
        arguments: &[Value],
        changes: &mut Vec<(ReadKey, Value)>,
    ) {
        let Some(undo) = &write.undo else { return };
        let is_itself = undo.provider.0 == provider && undo.write as usize == place;
        for (argument, parameter) in undo.arguments.iter().zip(0..) {
            let (Formula::Before(before), Some(value)) = (argument, arguments.get(parameter)) else {
                continue;
            };
            let Some(read) = write.before.get(*before as usize) else { continue };
            let key = self.key(plan, arguments, read);
            if is_itself && !changes.iter().any(|(changed, _)| *changed == key) {
                changes.push((key, value.clone()));
            }
        }
        for read in &write.before {
            let key = self.key(plan, arguments, read);
            if !changes.iter().any(|(changed, _)| *changed == key) {
                let value = another(&self.value(plan, &key));
                changes.push((key, value));
            }
        }
    }

    fn key(&self, plan: &Lowered, arguments: &[Value], call: &ReadCall<ObservationId>) -> ReadKey {
        let arguments = call.arguments.iter().map(|argument| self.evaluate(plan, arguments, argument));
        ReadKey { provider: call.provider.0, read: call.read, arguments: arguments.collect() }
    }

    fn evaluate(&self, plan: &Lowered, arguments: &[Value], formula: &Formula<ObservationId>) -> Value {
        let scope = Scope { parameters: arguments, ..Scope::EMPTY };
        let is_open = |_: CalendarId| false;
        let seen = Seen { observe: &Nothing, is_open: &is_open, now_ms: 0 };
        let mut answers: Answers = BTreeMap::new();
        loop {
            let mut evaluation = Evaluation::new(scope, seen, &answers);
            let value = evaluation.value(formula);
            let wanted = evaluation.needs.reads;
            if wanted.is_empty() {
                return value;
            }
            answers.extend(wanted.into_iter().map(|key| (key.clone(), self.value(plan, &key))));
        }
    }
}

/// Nothing is known of the evaluation.
pub(crate) struct Nothing;

impl Observe for Nothing {
    fn observe(&self, _: ObservationId, _: &[(String, String)]) -> Value {
        Value::MISSING
    }
}

fn provider<'p>(plan: &'p Lowered, name: &str) -> Option<(&'p Provider<ObservationId>, u32)> {
    let place = plan.providers.iter().position(|provider| provider.name == name)?;
    Some((plan.providers.get(place)?, u32::try_from(place).ok()?))
}

/// What a read gives at the beginning.
fn beginning(plan: &Lowered, key: &ReadKey) -> Value {
    let provider = plan.providers.get(ProviderId(key.provider).index());
    let read = provider.and_then(|provider| provider.reads.get(key.read as usize));
    let Some(read) = read else { return Value::MISSING };
    let one = match &read.gives {
        ValueType::Number(_) => Value::Number(10.0),
        ValueType::Text => Value::Text("as it was".to_owned()),
        ValueType::Flag => Value::Condition(Some(false)),
        ValueType::Handle(name) => Value::Text(format!("{name} 1")),
    };
    if read.is_list { Value::List(vec![one]) } else { one }
}

/// Another value of the same kind.
fn another(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(number + 1.0),
        Value::Condition(is) => Value::Condition(is.map(|is| !is)),
        Value::Text(text) => Value::Text(format!("{text}, changed")),
        Value::List(values) => Value::List(values.iter().skip(1).cloned().collect()),
    }
}

fn key_text(plan: &Lowered, key: &ReadKey) -> String {
    let provider = plan.providers.get(ProviderId(key.provider).index());
    let read = provider.and_then(|provider| provider.reads.get(key.read as usize));
    let arguments: Vec<String> = key.arguments.iter().map(Value::to_string).collect();
    let name = |name: Option<&String>| name.map_or("?", String::as_str).to_owned();
    let (provider, read) = (name(provider.map(|it| &it.name)), name(read.map(|it| &it.name)));
    format!("{provider}.{read}({})", arguments.join(", "))
}
