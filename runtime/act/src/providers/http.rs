//! `http`: any API that speaks JSON.
//!
//! ```toml
//! [provider.tickets]
//! kind            = "http"
//! base            = "https://tickets.example/api"
//! bearer          = "env:TICKETS_TOKEN"
//! config.queue    = "OPS"
//!
//! [provider.tickets.read.state]
//! path  = "/issues/{id}"
//! at    = "/fields/state"
//!
//! [provider.tickets.write.open]
//! path   = "/issues"
//! body   = { queue = "{config.queue}", title = "{title}", weight = "{weight}" }
//! expect = { "/ok" = true }
//! failed = [400, 404]
//! ```
//!
//! A write carries its key in `Idempotency-Key`. When the connection could not be made, or the status says so, it is known not to have
//! happened; when anything breaks after that, it is unknown. Redirects are not followed.

pub(super) mod client;
mod config;
mod request;

use std::collections::BTreeMap;

use nvp_respond::effect::WriteIntent;
use nvp_respond::value::Value;
use nvp_settings::Setting;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use client::{Answered, Client};
pub(super) use config::HttpBody;
use config::{ReadOperation, WriteOperation};
use request::RequestTemplate;

use super::answer::{Pick, excerpt};
use super::provider::no_operation;
use super::secrets::{Fetched, fetch_all};
use super::template::Inserts;
use super::{Arguments, Doing, NotDone, Problem, Provider, ReadFailure, Secrets};

/// Statuses by which a write is known not to have happened, unless the configuration says others. Not 408, 409 and 425: something like
/// it may be under way.
const FAILED: [u16; 14] = [400, 401, 402, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422, 429];

/// An API.
#[derive(Debug)]
pub(super) struct Http {
    client: Client,
    config: Fetched,
    secrets: Secrets,
    key_header: HeaderName,
    reads: BTreeMap<String, (RequestTemplate, ReadOperation)>,
    writes: BTreeMap<String, (RequestTemplate, WriteOperation)>,
}

impl Http {
    /// Fetches the secrets and makes the client.
    pub(super) fn open(
        place: &str,
        body: &HttpBody,
        config: &BTreeMap<String, Setting>,
    ) -> Result<Self, Problem> {
        let mut secrets = Secrets::default();
        let client = Client::open(place, &body.target, &mut secrets)?;
        let config = fetch_all(config, &mut secrets).map_err(|(name, why)| {
            Problem::new(format!("{place}.config.{name}"), why, "set it, or name another place")
        })?;
        let (mut reads, mut writes) = (BTreeMap::new(), BTreeMap::new());
        for (name, read) in &body.read {
            let template = RequestTemplate::of_read(&format!("{place}.read.{name}"), read, &mut secrets)?;
            reads.insert(name.clone(), (template, read.clone()));
        }
        for (name, write) in &body.write {
            let template = RequestTemplate::of_write(&format!("{place}.write.{name}"), write, &mut secrets)?;
            writes.insert(name.clone(), (template, write.clone()));
        }
        Ok(Self { client, config, secrets, key_header: body.key_header(place)?, reads, writes })
    }

    async fn read_now(&self, operation: &str, arguments: &Arguments) -> Result<Value, String> {
        let (template, read) = self.reads.get(operation).ok_or_else(|| no_operation("http", operation))?;
        let inserts = Inserts { arguments, config: &self.config, intent: None };
        let request = template.filled(inserts, HeaderMap::new())?;
        let answered = self.client.send(request).await.map_err(|not_done| not_done.to_string())?;
        let status = answered.status.as_u16();
        if read.true_when.contains(&status) {
            return Ok(Value::Condition(Some(true)));
        }
        if read.false_when.contains(&status) {
            return Ok(Value::Condition(Some(false)));
        }
        if read.missing_when.contains(&status) {
            return Ok(Value::MISSING);
        }
        if !is_success(answered.status, &read.success) {
            return Err(words(&answered));
        }
        let json = answered.json()?;
        Pick { at: read.at.clone(), item: read.item.clone(), unit: read.unit }.value(&json)
    }

    async fn write_now(
        &self,
        operation: &str,
        arguments: &Arguments,
        intent: &WriteIntent,
    ) -> Result<(), NotDone> {
        let (template, write) = self.writes.get(operation).ok_or_else(|| no_operation("http", operation))?;
        let inserts = Inserts { arguments, config: &self.config, intent: Some(intent) };
        let key = HeaderValue::try_from(&intent.key)
            .map_err(|_| "the key cannot be sent in a header".to_owned())?;
        let request = template.filled(inserts, HeaderMap::from_iter([(self.key_header.clone(), key)]))?;
        let answered = self.client.send(request).await?;
        let failed = write.failed.as_deref().unwrap_or(&FAILED);
        if failed.contains(&answered.status.as_u16()) {
            return Err(NotDone::Failed(words(&answered)));
        }
        let unmet = if is_success(answered.status, &write.success) {
            match write.unmet(&answered) {
                None => return Ok(()),
                Some(why) => why,
            }
        } else {
            words(&answered)
        };
        Err(if write.otherwise.is_failed() { NotDone::Failed(unmet) } else { NotDone::Unknown(unmet) })
    }
}

impl WriteOperation {
    /// What of `expect` the answer is not.
    fn unmet(&self, answered: &Answered) -> Option<String> {
        if self.expect.is_empty() {
            return None;
        }
        let json = match answered.json() {
            Ok(json) => json,
            Err(why) => return Some(why),
        };
        let met = |(at, wanted): &(&String, &serde_json::Value)| json.pointer(at) == Some(*wanted);
        let (at, wanted) = self.expect.iter().find(|entry| !met(entry))?;
        let said = excerpt(&answered.body);
        Some(format!("the answer is not {wanted} at `{at}`: {said}"))
    }
}

fn is_success(status: StatusCode, said: &[u16]) -> bool {
    if said.is_empty() { status.is_success() } else { said.contains(&status.as_u16()) }
}

/// A status with the beginning of what was said with it.
fn words(answered: &Answered) -> String {
    let said = excerpt(&answered.body);
    if said.is_empty() {
        format!("it answered {}", answered.status)
    } else {
        format!("it answered {}: {said}", answered.status)
    }
}

impl Provider for Http {
    fn read<'a>(
        &'a self,
        operation: &'a str,
        arguments: &'a Arguments,
    ) -> Doing<'a, Result<Value, ReadFailure>> {
        Box::pin(async move { self.read_now(operation, arguments).await.map_err(ReadFailure) })
    }

    fn write<'a>(
        &'a self,
        operation: &'a str,
        arguments: &'a Arguments,
        intent: &'a WriteIntent,
    ) -> Doing<'a, Result<(), NotDone>> {
        Box::pin(self.write_now(operation, arguments, intent))
    }

    fn secrets(&self) -> &Secrets {
        &self.secrets
    }
}
