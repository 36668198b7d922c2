//! What a policy declares of a provider, as far as a call needs it; and whether an answer is what was declared.

use std::collections::BTreeMap;

use nvp_plan::response::provider::{Config, Parameter, Provider, Read, ValueType};
use nvp_respond::value::Value;

use super::arguments::kind;
use super::{LIST_ENTRIES_MAX, TEXT_BYTES_MAX};

/// What a policy declares of a provider.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Declared {
    /// Its name.
    pub name: String,
    /// What its configuration must say.
    pub configs: Vec<Config>,
    /// What can be read.
    pub reads: BTreeMap<String, Read>,
    /// What can be written, and the parameters of each.
    pub writes: BTreeMap<String, Vec<Parameter>>,
}

impl Declared {
    /// What is declared, without the formulas.
    #[must_use]
    pub fn of<L>(provider: &Provider<L>) -> Self {
        Self {
            name: provider.name.clone(),
            configs: provider.configs.clone(),
            reads: provider.reads.iter().map(|read| (read.name.clone(), read.clone())).collect(),
            writes: provider
                .writes
                .iter()
                .map(|write| (write.name.clone(), write.parameters.clone()))
                .collect(),
        }
    }

    /// The answer of a read, when it is what was declared and not too large.
    pub(super) fn accept(&self, read: &str, answer: Value) -> Result<Value, String> {
        let declared = self.reads.get(read).ok_or_else(|| format!("`{read}` is not declared"))?;
        match (declared.is_list, answer) {
            (true, Value::List(values)) if values.len() > LIST_ENTRIES_MAX => {
                Err(format!("the answer has more than {LIST_ENTRIES_MAX} entries"))
            }
            (true, Value::List(values)) => values
                .into_iter()
                .map(|value| accept_single(&declared.gives, value))
                .collect::<Result<_, _>>()
                .map(Value::List),
            (true, other) => Err(format!("the answer is {}, where a list is declared", kind(&other))),
            (false, single) => accept_single(&declared.gives, single),
        }
    }
}

fn accept_single(gives: &ValueType, value: Value) -> Result<Value, String> {
    match (gives, value) {
        (ValueType::Number(_), number @ Value::Number(_)) => Ok(number),
        (ValueType::Flag, condition @ Value::Condition(_)) => Ok(condition),
        (ValueType::Flag, Value::Number(number)) if number.is_nan() => Ok(Value::Condition(None)),
        (ValueType::Text | ValueType::Handle(_), Value::Text(text)) if text.len() <= TEXT_BYTES_MAX => {
            Ok(Value::Text(text))
        }
        (ValueType::Text | ValueType::Handle(_), Value::Text(_)) => {
            Err(format!("the answer is a text of more than {TEXT_BYTES_MAX} bytes"))
        }
        (gives, other) => {
            let wanted = match gives {
                ValueType::Number(_) => "a number",
                ValueType::Flag => "a flag",
                ValueType::Text => "a text",
                ValueType::Handle(_) => "a handle (a text)",
            };
            Err(format!("the answer is {}, where {wanted} is declared", kind(&other)))
        }
    }
}
