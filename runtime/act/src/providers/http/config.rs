//! How `http` is configured.

use std::collections::BTreeMap;

use nvp_settings::{Secret, Setting};
use reqwest::header::HeaderName;
use serde::Deserialize;

use super::client::Target;
use super::request::RequestTemplate;
use crate::providers::agree::{Offer, Uses};
use crate::providers::answer::check_pointer;
use crate::providers::config::Otherwise;
use crate::providers::measure::Measure;
use crate::providers::{Problem, Secrets};

/// `[provider.NAME]` of kind `http`.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "Written")]
pub(in crate::providers) struct HttpBody {
    pub(super) target: Target,
    key_header: Option<String>,
    pub(super) read: BTreeMap<String, ReadOperation>,
    pub(super) write: BTreeMap<String, WriteOperation>,
}

/// As it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    base: Setting,
    #[serde(default)]
    headers: BTreeMap<String, Setting>,
    bearer: Option<Secret>,
    key_header: Option<String>,
    #[serde(default)]
    read: BTreeMap<String, ReadOperation>,
    #[serde(default)]
    write: BTreeMap<String, WriteOperation>,
}

impl From<Written> for HttpBody {
    fn from(written: Written) -> Self {
        let Written { base, headers, bearer, key_header, read, write } = written;
        Self { target: Target { base, headers, bearer }, key_header, read, write }
    }
}

/// `[provider.NAME.read.OPERATION]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadOperation {
    #[serde(default = "get")]
    pub(super) method: String,
    pub(super) path: String,
    #[serde(default)]
    pub(super) query: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, Setting>,
    pub(super) body: Option<toml::Value>,
    /// Statuses of a good answer; all of 2xx when empty.
    #[serde(default)]
    pub(super) success: Vec<u16>,
    /// Statuses that say true, false, or that there is no value.
    #[serde(default)]
    pub(super) true_when: Vec<u16>,
    #[serde(default)]
    pub(super) false_when: Vec<u16>,
    #[serde(default)]
    pub(super) missing_when: Vec<u16>,
    /// Where in the JSON the value is.
    #[serde(default)]
    pub(super) at: String,
    /// Where in each entry of the list there.
    pub(super) item: Option<String>,
    /// In what the number is.
    pub(super) unit: Option<Measure>,
}

/// `[provider.NAME.write.OPERATION]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WriteOperation {
    #[serde(default = "post")]
    pub(super) method: String,
    pub(super) path: String,
    #[serde(default)]
    pub(super) query: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, Setting>,
    pub(super) body: Option<toml::Value>,
    /// Statuses of a good answer; all of 2xx when empty.
    #[serde(default)]
    pub(super) success: Vec<u16>,
    /// What a good answer has, by JSON pointer.
    #[serde(default)]
    pub(super) expect: BTreeMap<String, serde_json::Value>,
    /// Statuses by which it is known not to have happened.
    pub(super) failed: Option<Vec<u16>>,
    /// What all else means.
    #[serde(default)]
    pub(super) otherwise: Otherwise,
}

fn get() -> String {
    "GET".to_owned()
}

fn post() -> String {
    "POST".to_owned()
}

impl HttpBody {
    /// Whether it can be carried out. Fetches no secret.
    pub(in crate::providers) fn check(&self, place: &str) -> Result<(), Problem> {
        self.key_header(place)?;
        self.target.check(place)?;
        for (name, read) in &self.read {
            let place = format!("{place}.read.{name}");
            if RequestTemplate::parse(&place, &read.path, &read.query, read.body.as_ref())?.has_intent() {
                return Err(Problem::new(place, "a read carries no intent", "take `{intent.…}` out"));
            }
            pointer(&format!("{place}.at"), &read.at)?;
            pointer(&format!("{place}.item"), read.item.as_deref().unwrap_or_default())?;
        }
        for (name, write) in &self.write {
            let place = format!("{place}.write.{name}");
            RequestTemplate::parse(&place, &write.path, &write.query, write.body.as_ref())?;
            for at in write.expect.keys() {
                pointer(&format!("{place}.expect"), at)?;
            }
        }
        Ok(())
    }

    /// The header in which a write's key is sent.
    pub(super) fn key_header(&self, place: &str) -> Result<HeaderName, Problem> {
        let name = self.key_header.as_deref().unwrap_or("idempotency-key");
        HeaderName::try_from(name).map_err(|_| {
            Problem::new(
                format!("{place}.key_header"),
                "this is no name of a header",
                "write one such as `Idempotency-Key`",
            )
        })
    }

    /// What it can do.
    pub(in crate::providers) fn offer(&self) -> Offer {
        let uses = |path: &str, query: &BTreeMap<String, String>, body: Option<&toml::Value>| {
            RequestTemplate::parse("", path, query, body).map(|template| template.uses()).unwrap_or_default()
        };
        let reads: BTreeMap<String, Uses> = self
            .read
            .iter()
            .map(|(name, read)| (name.clone(), uses(&read.path, &read.query, read.body.as_ref())))
            .collect();
        let writes = self
            .write
            .iter()
            .map(|(name, write)| (name.clone(), uses(&write.path, &write.query, write.body.as_ref())))
            .collect();
        Offer::Configured { reads, writes }
    }
}

impl RequestTemplate {
    pub(super) fn of_read(place: &str, read: &ReadOperation, secrets: &mut Secrets) -> Result<Self, Problem> {
        Self::parse(place, &read.path, &read.query, read.body.as_ref())?.with(
            place,
            &read.method,
            &read.headers,
            secrets,
        )
    }

    pub(super) fn of_write(
        place: &str,
        write: &WriteOperation,
        secrets: &mut Secrets,
    ) -> Result<Self, Problem> {
        Self::parse(place, &write.path, &write.query, write.body.as_ref())?.with(
            place,
            &write.method,
            &write.headers,
            secrets,
        )
    }
}

fn pointer(place: &str, text: &str) -> Result<(), Problem> {
    check_pointer(text).map_err(|why| Problem::new(place, why, "see RFC 6901 for JSON pointers"))
}
