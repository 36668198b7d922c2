//! What a parameter takes, a read gives, a `let` finds.

use nvp_dsl::Span;
use nvp_plan::response::provider::{Parameter, ValueType};

use crate::units::{Base, Core, Dimension};

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Is {
    /// A number of that dimension.
    Number(Dimension),
    /// True, false or unknown.
    Flag,
    /// A text.
    Text,
    /// Something of a provider's own, by the provider's place among the items and its name.
    Handle(usize, String),
}

/// A parameter of a read, a write or a playbook.
#[derive(Debug, Clone)]
pub(crate) struct Formal {
    pub(crate) name: String,
    pub(crate) is: Is,
    /// Where its type is written.
    pub(crate) span: Span,
}

impl Is {
    /// It as the plan says it.
    pub(crate) fn value_type(&self) -> ValueType {
        match self {
            Self::Number(dimension) => ValueType::Number(dimension.unit()),
            Self::Flag => ValueType::Flag,
            Self::Text => ValueType::Text,
            Self::Handle(_, name) => ValueType::Handle(name.clone()),
        }
    }

    /// Whether only whole numbers of it are taken: it is counted.
    pub(crate) fn is_whole(&self) -> bool {
        match self {
            Self::Number(Dimension::Of(core, powers)) => {
                matches!((core, powers.as_slice()), (Core::Count, []) | (_, [(Base::Counted(_), 1)]))
            }
            _ => false,
        }
    }

    /// It in words for people.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Number(dimension) => dimension.words(),
            Self::Flag => "a condition".to_owned(),
            Self::Text => "a text".to_owned(),
            Self::Handle(_, name) => format!("a `{name}`"),
        }
    }
}

impl Formal {
    /// It as the plan says it.
    pub(crate) fn parameter(&self) -> Parameter {
        Parameter { name: self.name.clone(), takes: self.is.value_type(), is_whole: self.is.is_whole() }
    }
}
