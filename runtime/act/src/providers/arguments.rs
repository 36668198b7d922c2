//! The arguments of a call, by name.

use nvp_respond::value::Value;

/// Named values. Those that a provider needs and does not get, or gets of another kind, are said in its failure.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arguments(Vec<(String, Value)>);

/// The largest whole number that a 64-bit float holds exactly.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

impl Arguments {
    /// The value of a name.
    ///
    /// # Errors
    /// When there is none.
    pub fn value(&self, name: &str) -> Result<&Value, String> {
        let found = self.0.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value).ok_or_else(|| format!("the argument `{name}` is not given"))
    }

    /// A text or a handle.
    ///
    /// # Errors
    /// When it is neither, or not given.
    pub fn text(&self, name: &str) -> Result<&str, String> {
        match self.value(name)? {
            Value::Text(text) => Ok(text),
            other => Err(format!("the argument `{name}` is {}, not a text", kind(other))),
        }
    }

    /// A known number in base units.
    ///
    /// # Errors
    /// When it is none, missing, or not given.
    pub fn number(&self, name: &str) -> Result<f64, String> {
        match self.value(name)? {
            Value::Number(number) if number.is_finite() => Ok(*number),
            Value::Number(number) if number.is_nan() => Err(format!("the argument `{name}` is missing")),
            Value::Number(_) => Err(format!("the argument `{name}` is infinite")),
            other => Err(format!("the argument `{name}` is {}, not a number", kind(other))),
        }
    }

    /// A whole number from 0 to `max`.
    ///
    /// # Errors
    /// When it is none, or not within these bounds.
    pub fn whole(&self, name: &str, max: u32) -> Result<u32, String> {
        let number = self.number(name)?;
        if number.fract() == 0.0 && (0.0..=f64::from(max)).contains(&number) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "within 0 and `max`"
            )]
            return Ok(number as u32);
        }
        Err(format!("the argument `{name}` is {number}, not a whole number from 0 to {max}"))
    }

    /// All of them, in the order given.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl From<Vec<(String, Value)>> for Arguments {
    fn from(arguments: Vec<(String, Value)>) -> Self {
        Self(arguments)
    }
}

/// What a value is, for people.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Number(number) if number.is_nan() => "missing",
        Value::Number(_) => "a number",
        Value::Condition(None) => "unknown",
        Value::Condition(Some(_)) => "true or false",
        Value::Text(_) => "a text",
        Value::List(_) => "a list",
    }
}

/// A single value as text: whole numbers without a point.
///
/// # Errors
/// When it is a list, missing or unknown.
pub(super) fn as_text(name: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        Value::Number(number) if number.is_finite() => Ok(number_text(*number)),
        Value::Condition(Some(is)) => Ok(is.to_string()),
        Value::Number(number) if !number.is_nan() => Err(format!("the argument `{name}` is infinite")),
        other => Err(format!("the argument `{name}` is {}", kind(other))),
    }
}

fn number_text(number: f64) -> String {
    // −0 is written as 0: programs take it for an option otherwise.
    if number == 0.0 { "0".to_owned() } else { number.to_string() }
}

/// A single value as JSON: whole numbers without a point.
///
/// # Errors
/// When it is missing or unknown.
pub(super) fn as_json(name: &str, value: &Value) -> Result<serde_json::Value, String> {
    use serde_json::Value as Json;
    match value {
        Value::Text(text) => Ok(Json::from(text.as_str())),
        Value::Condition(Some(is)) => Ok(Json::from(*is)),
        Value::List(values) => {
            values.iter().map(|value| as_json(name, value)).collect::<Result<_, _>>().map(Json::Array)
        }
        Value::Number(number) if number.is_finite() => Ok(json_number(*number)),
        Value::Number(number) if !number.is_nan() => Err(format!("the argument `{name}` is infinite")),
        other => Err(format!("the argument `{name}` is {}", kind(other))),
    }
}

fn json_number(number: f64) -> serde_json::Value {
    if number.fract() == 0.0 && number.abs() <= WHOLE_MAX {
        #[expect(clippy::cast_possible_truncation, reason = "a whole number that fits")]
        return serde_json::Value::from(number as i64);
    }
    serde_json::Value::from(number)
}
