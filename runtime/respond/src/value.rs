//! Values as playbooks handle them.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use nvp_plan::response::formula::Constant;
use serde::{Deserialize, Serialize};

/// A value: of a parameter, a `let`, a provider's read or an expression.
///
/// Two are equal when their bits are: a missing number is equal to itself, and 0 is not −0. What a policy compares it compares
/// otherwise (`formula`).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Value {
    /// A number in base units; NaN is missing.
    Number(f64),
    /// True, false or unknown.
    Condition(Option<bool>),
    /// A text, or a provider's handle.
    Text(String),
    /// What a `list of` read gave.
    List(Vec<Self>),
}

impl Value {
    /// A missing number.
    pub const MISSING: Self = Self::Number(f64::NAN);

    /// The number that it is; NaN of anything else.
    #[must_use]
    pub fn number(&self) -> f64 {
        match self {
            Self::Number(number) => *number,
            _ => f64::NAN,
        }
    }

    /// The condition that it is; unknown of anything else.
    #[must_use]
    pub fn condition(&self) -> Option<bool> {
        match self {
            Self::Condition(is) => *is,
            _ => None,
        }
    }

    /// Whether it is a missing number or an unknown condition.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        match self {
            Self::Number(number) => number.is_nan(),
            Self::Condition(is) => is.is_none(),
            Self::Text(_) | Self::List(_) => false,
        }
    }

    /// What tells it from others of its kind, bit for bit.
    fn key(&self) -> (u8, u64, &str, &[Self]) {
        match self {
            Self::Number(number) if number.is_nan() => (0, f64::NAN.to_bits(), "", &[]),
            Self::Number(number) => (0, number.to_bits(), "", &[]),
            Self::Condition(is) => (1, is.map_or(2, u64::from), "", &[]),
            Self::Text(text) => (2, 0, text, &[]),
            Self::List(values) => (3, 0, "", values),
        }
    }
}

impl From<&Constant> for Value {
    fn from(constant: &Constant) -> Self {
        match constant {
            Constant::Number(number) => Self::Number(*number),
            Constant::Condition(is) => Self::Condition(*is),
            Constant::Text(text) => Self::Text(text.clone()),
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}
