//! Values between playbooks, scripts and JSON.

use nvp_respond::value::Value;
use rhai::{Dynamic, Map};
use serde_json::Value as Json;

use crate::providers::Arguments;

/// Arguments as a script sees them: numbers are floats, what is missing is `()`.
pub(super) fn arguments(arguments: &Arguments) -> Map {
    arguments.iter().map(|(name, value)| (name.into(), dynamic(value))).collect()
}

fn dynamic(value: &Value) -> Dynamic {
    match value {
        Value::Number(number) if number.is_nan() => Dynamic::UNIT,
        Value::Number(number) => Dynamic::from_float(*number),
        Value::Condition(is) => is.map_or(Dynamic::UNIT, Dynamic::from_bool),
        Value::Text(text) => text.into(),
        Value::List(values) => Dynamic::from_array(values.iter().map(dynamic).collect()),
    }
}

/// What a script answered.
pub(super) fn value(answer: Dynamic) -> Result<Value, String> {
    match answer.type_name() {
        "()" => Ok(Value::MISSING),
        "array" => {
            let entries = answer.into_array().map_err(str::to_owned)?;
            entries.into_iter().map(value).collect::<Result<_, _>>().map(Value::List)
        }
        _ => single(answer),
    }
}

fn single(answer: Dynamic) -> Result<Value, String> {
    if let Ok(is) = answer.as_bool() {
        return Ok(Value::Condition(Some(is)));
    }
    if let Ok(number) = answer.as_float() {
        return Ok(Value::Number(number));
    }
    if let Ok(number) = answer.as_int() {
        #[expect(clippy::cast_precision_loss, reason = "numbers of policies are floats")]
        return Ok(Value::Number(number as f64));
    }
    let kind = answer.type_name();
    answer
        .into_string()
        .map(Value::Text)
        .map_err(|_| format!("the script gave a value of kind `{kind}`, which no read gives"))
}

/// What a script sends; floats without a fraction are written as whole numbers.
pub(super) fn json(value: &Dynamic) -> Result<Json, String> {
    let json =
        rhai::serde::from_dynamic(value).map_err(|error| format!("this cannot be sent as JSON: {error}"))?;
    Ok(whole(json))
}

fn whole(json: Json) -> Json {
    match json {
        Json::Array(entries) => entries.into_iter().map(whole).collect(),
        Json::Object(map) => map.into_iter().map(|(name, value)| (name, whole(value))).collect(),
        Json::Number(number) if number.is_f64() => match number.as_f64() {
            Some(float) if float.fract() == 0.0 && float.abs() < 9e15 =>
            {
                #[expect(clippy::cast_possible_truncation, reason = "a whole number that fits")]
                Json::from(float as i64)
            }
            _ => Json::Number(number),
        },
        other => other,
    }
}

/// A part of a path or of a query as text.
pub(super) fn text(value: &Dynamic) -> Result<String, String> {
    match single(value.clone())? {
        Value::Text(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Condition(Some(is)) => Ok(is.to_string()),
        Value::Condition(None) | Value::List(_) => Err("a path is made of texts and numbers".to_owned()),
    }
}
