//! A request as the configuration writes it, and its texts filled in.

use reqwest::{Method, StatusCode, Url};
use serde::Serialize;
use serde_json::Value;

use crate::channels::call::http_address;
use crate::channels::text::{self, Fields};

/// What the texts of a request can insert besides a notification's fields.
const OWN_NAMES: [&str; 3] = ["ticket", "subject", "body"];
/// And one that changes a ticket.
const ID: &str = "id";
/// The longest id that is kept.
const ID_CHARACTERS_MAX: usize = 256;

/// A request with templates.
pub(super) struct Form {
    method: Method,
    url: String,
    json: Option<Value>,
    success: Vec<u16>,
    id: Option<String>,
}

/// A request with its texts filled in.
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) body: Option<Value>,
    /// How many templates failed.
    pub(super) failures: u64,
}

/// What is filled in.
#[derive(Serialize)]
pub(super) struct Values<'v> {
    pub(super) ticket: &'v str,
    /// The ticket's id, where there is one.
    pub(super) id: &'v str,
    pub(super) subject: &'v str,
    pub(super) body: &'v str,
    #[serde(flatten)]
    pub(super) fields: Fields<'v>,
}

impl Form {
    /// Looks at a request that opens a ticket, or searches for one.
    pub(super) fn new(
        method: &str,
        url: &str,
        json: Option<&toml::Value>,
        success: &[u16],
        id: Option<&str>,
    ) -> Result<Self, String> {
        Self::with((method, url, json), success, id, &["ticket"])
    }

    /// Looks at a request that changes a ticket.
    pub(super) fn update(
        method: &str,
        url: &str,
        json: Option<&toml::Value>,
        success: &[u16],
    ) -> Result<Self, String> {
        Self::with((method, url, json), success, None, &["ticket", ID])
    }

    /// `in_url` are the names that may stand in the address.
    fn with(
        (method, url, json): (&str, &str, Option<&toml::Value>),
        success: &[u16],
        id: Option<&str>,
        in_url: &[&str],
    ) -> Result<Self, String> {
        let method = match method {
            "GET" => Method::GET,
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            _ => return Err("`method` is one of `GET`, `POST`, `PUT`, `PATCH`".to_owned()),
        };
        // Nothing else can stand in an address without changing what it means.
        text::check_names(url, in_url).map_err(|why| format!("`url`: {why}"))?;
        let sample = url.replace("{{", "").replace("}}", "");
        http_address(&sample.replace(' ', "")).map_err(|why| format!("`url`: {why}"))?;
        let json: Option<Value> = json
            .map(|json| serde_json::to_value(json).map_err(|error| format!("`json`: {error}")))
            .transpose()?;
        if let Some(json) = &json {
            let own = OWN_NAMES.iter().chain(in_url.iter().filter(|name| **name == ID)).copied();
            let names: Vec<&str> = Fields::NAMES.into_iter().chain(own).collect();
            check_texts(json, &names).map_err(|why| format!("`json`: {why}"))?;
        }
        if let Some(status) = success.iter().find(|status| !(100..600).contains(*status)) {
            return Err(format!("`success`: {status} is no status"));
        }
        if id.is_some_and(|id| !id.starts_with('/')) {
            return Err("`id` points into the answer, such as `/key` or `/issues/0/key`".to_owned());
        }
        Ok(Self { method, url: url.to_owned(), json, success: success.to_vec(), id: id.map(str::to_owned) })
    }

    /// Fills the texts in.
    pub(super) fn fill(&self, values: &Values<'_>) -> Result<Call, String> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~');
        // Ours are; the other side's may hold anything.
        if !values.id.chars().all(is_plain) || matches!(values.id, "." | "..") {
            return Err(format!("the ticket's id `{}` cannot stand in an address", values.id));
        }
        let url = text::render(&self.url, values)?;
        let mut failures = 0;
        let body = self.json.as_ref().map(|json| filled(json, values, &mut failures));
        Ok(Call { method: self.method.clone(), url: http_address(&url)?, body, failures })
    }

    /// Whether a status means success.
    pub(super) fn is_success(&self, status: StatusCode) -> bool {
        if self.success.is_empty() { status.is_success() } else { self.success.contains(&status.as_u16()) }
    }

    /// The ticket's id in an answer.
    pub(super) fn id(&self, answer: &Value) -> Option<String> {
        let id = match answer.pointer(self.id.as_ref()?)? {
            Value::String(text) if !text.is_empty() => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        Some(id.chars().filter(|c| !c.is_control()).take(ID_CHARACTERS_MAX).collect())
    }
}

fn check_texts(json: &Value, names: &[&str]) -> Result<(), String> {
    match json {
        Value::String(template) => text::check_names(template, names),
        Value::Array(items) => items.iter().try_for_each(|item| check_texts(item, names)),
        Value::Object(fields) => fields.values().try_for_each(|field| check_texts(field, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

/// The same with its texts filled in. Where a template fails, the notification's subject stands: the ticket is opened all the same.
fn filled(json: &Value, values: &Values<'_>, failures: &mut u64) -> Value {
    match json {
        Value::String(template) => Value::String(text::render(template, values).unwrap_or_else(|why| {
            tracing::error!(channel = values.fields.channel, why, "a template failed: the subject is sent");
            *failures += 1;
            values.subject.to_owned()
        })),
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| filled(item, values, failures)).collect())
        }
        Value::Object(fields) => {
            let filled = fields.iter().map(|(name, value)| (name.clone(), filled(value, values, failures)));
            Value::Object(filled.collect())
        }
        plain => plain.clone(),
    }
}
