//! From what the other side answered to a value.

use nvp_respond::value::Value;
use serde_json::Value as Json;

use super::LIST_ENTRIES_MAX;
use super::measure::Measure;

/// The longest piece of an answer that a failure repeats, in characters.
const SHOWN_CHARS_MAX: usize = 200;

/// Where in an answer the value is.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Pick {
    /// A JSON pointer (RFC 6901); empty for the whole.
    pub(super) at: String,
    /// In each entry of the list there, a JSON pointer.
    pub(super) item: Option<String>,
    /// The unit of its numbers.
    pub(super) unit: Option<Measure>,
}

impl Pick {
    /// The value.
    ///
    /// # Errors
    /// When nothing stands there, or nothing that is a value.
    pub(super) fn value(&self, json: &Json) -> Result<Value, String> {
        let found =
            json.pointer(&self.at).ok_or_else(|| format!("the answer has nothing at `{}`", self.at))?;
        match (found, &self.item) {
            (Json::Array(entries), item) => {
                if entries.len() > LIST_ENTRIES_MAX {
                    return Err(format!("the answer has more than {LIST_ENTRIES_MAX} entries"));
                }
                let entry = |entry: &Json| match item {
                    None => self.single(entry),
                    Some(item) => entry
                        .pointer(item)
                        .ok_or_else(|| format!("an entry of the answer has nothing at `{item}`"))
                        .and_then(|found| self.single(found)),
                };
                entries.iter().map(entry).collect::<Result<_, _>>().map(Value::List)
            }
            (_, Some(_)) => Err(format!("the answer has no list at `{}`", self.at)),
            (single, None) => self.single(single),
        }
    }

    fn single(&self, json: &Json) -> Result<Value, String> {
        match json {
            Json::Null => Ok(Value::MISSING),
            Json::Bool(is) => Ok(Value::Condition(Some(*is))),
            Json::Number(number) => {
                let number = number.as_f64().unwrap_or(f64::NAN);
                Ok(Value::Number(self.unit.map_or(number, |unit| unit.to_base(number))))
            }
            Json::String(text) => Ok(Value::Text(text.clone())),
            Json::Array(_) => Err("the answer has a list within a list".to_owned()),
            Json::Object(_) => {
                Err(format!("the answer has an object at `{}`: point at one of its entries", self.at))
            }
        }
    }
}

/// Whether a text is a JSON pointer.
///
/// # Errors
/// How one is written.
pub(super) fn check_pointer(text: &str) -> Result<(), String> {
    if text.is_empty() || text.starts_with('/') {
        return Ok(());
    }
    Err(format!("`{text}` is no JSON pointer: write `/{}`", text.replace('.', "/")))
}

/// The beginning of what was answered, as one line, for a failure.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut words = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
        if words.chars().count() > SHOWN_CHARS_MAX {
            return words.chars().take(SHOWN_CHARS_MAX).chain(['…']).collect();
        }
    }
    words
}
