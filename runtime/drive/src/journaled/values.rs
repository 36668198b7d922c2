//! Values as JSON: what is missing or unknown is `null`.

use nvp_respond::roster::Roster;
use nvp_respond::value::Value;
use serde_json::Value as Json;

/// A value; an infinite number is a text, as JSON has none.
pub(super) fn value(value: &Value) -> Json {
    match value {
        Value::Number(number) if number.is_nan() => Json::Null,
        Value::Number(number) => serde_json::Number::from_f64(*number)
            .map_or_else(|| Json::String(number.to_string()), Json::Number),
        Value::Condition(is) => is.map_or(Json::Null, Json::Bool),
        Value::Text(text) => Json::String(text.clone()),
        Value::List(values) => Json::Array(values.iter().map(self::value).collect()),
    }
}

/// Values with their names.
pub(super) fn named(values: &[(String, Value)]) -> Vec<(String, Json)> {
    values.iter().map(|(name, each)| (name.clone(), value(each))).collect()
}

/// Who is who; it holds no address.
pub(super) fn roster(roster: Option<&Roster>) -> Json {
    roster.and_then(|roster| serde_json::to_value(roster).ok()).unwrap_or(Json::Null)
}
