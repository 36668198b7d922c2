//! Values as playbooks handle them.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use nvp_plan::response::formula::Constant;
use nvp_plan::unit::Unit;
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

    /// It as the value of a label: a text as it is, a number as it is written.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            other => other.to_string(),
        }
    }

    /// It as people read it in this unit.
    pub(crate) fn shown(&self, unit: &Unit) -> String {
        match (self, unit) {
            (Self::Number(number), Unit::Ratio) if !number.is_nan() => format!("{}%", short(number * 100.0)),
            (Self::Number(number), Unit::Time) if !number.is_nan() => seconds(*number),
            _ => self.to_string(),
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

/// For people, in base units: `missing`, `unknown`, `[a, b]`.
impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) if number.is_nan() => formatter.write_str("missing"),
            Self::Number(number) => formatter.write_str(&short(*number)),
            Self::Condition(None) => formatter.write_str("unknown"),
            Self::Condition(Some(is)) => write!(formatter, "{is}"),
            Self::Text(text) => formatter.write_str(text),
            Self::List(values) => {
                formatter.write_str("[")?;
                for (place, value) in values.iter().enumerate() {
                    write!(formatter, "{}{value}", if place == 0 { "" } else { ", " })?;
                }
                formatter.write_str("]")
            }
        }
    }
}

/// A number in at most four significant digits, whole numbers in all of theirs.
fn short(number: f64) -> String {
    if number == number.trunc() && number.abs() < 1e15 || !number.is_finite() {
        return format!("{number}");
    }
    let digits = (3.0 - libm::log10(number.abs()).floor()).clamp(0.0, 12.0) as usize;
    let written = format!("{number:.digits$}");
    if digits == 0 { written } else { written.trim_end_matches('0').trim_end_matches('.').to_owned() }
}

/// Seconds in the unit in which they are short.
fn seconds(seconds: f64) -> String {
    let size = seconds.abs();
    match size {
        _ if size == 0.0 || !size.is_finite() => format!("{seconds}s"),
        _ if size < 1e-3 => format!("{}us", short(seconds * 1e6)),
        _ if size < 1.0 => format!("{}ms", short(seconds * 1e3)),
        _ if size < 120.0 => format!("{}s", short(seconds)),
        _ if size < 7_200.0 => format!("{}m", short(seconds / 60.0)),
        _ if size < 172_800.0 => format!("{}h", short(seconds / 3_600.0)),
        _ => format!("{}d", short(seconds / 86_400.0)),
    }
}
