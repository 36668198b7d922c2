//! A webhook: an Alertmanager payload (version 4) in a POST, signed, with a delivery id that is the same at every attempt.
//!
//! Headers: `x-novaevo-delivery`, `x-novaevo-attempt`, `x-novaevo-timestamp` (s since the Unix epoch), `x-novaevo-possible-repeat`
//! where an earlier attempt may have arrived, and with a `secret` `x-novaevo-signature: v1=HEX`, the HMAC-SHA256 of the timestamp, a
//! full stop and the body. Whether the receiver deduplicates by the delivery id only its owner knows: `deduplicates = true`.

mod payload;
mod signature;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nvp_respond::effect::Notification;
use nvp_settings::{Secret, Setting};
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use self::payload::Payload;
use self::signature::signature;
use super::call::{Http, http_address, shown};
use super::config::Templates;
use super::config::kind::{Kind, default_timeout, positive};
use super::headers::{self, Headers};
use super::text::{Escape, Renderer};
use super::{Address, Attempt, Channel, Delivering, Failure, Receipt, Repeat, Site, Stage};

/// How many digits a delivery id has.
const DELIVERY_DIGITS: usize = 32;

/// `kind = "webhook"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookConfig {
    url: Option<Setting>,
    #[serde(default)]
    headers: BTreeMap<String, Setting>,
    bearer: Option<Secret>,
    secret: Option<Secret>,
    #[serde(default)]
    deduplicates: bool,
    #[serde(default = "default_timeout", deserialize_with = "positive")]
    timeout: Duration,
}

impl Kind for WebhookConfig {
    fn check(&self) -> Result<(), String> {
        headers::check(&self.headers)?;
        self.url.as_ref().map_or(Ok(()), check_url)
    }

    fn has_own_address(&self) -> bool {
        self.url.is_some()
    }

    fn own_address(&self) -> Result<Option<Address>, String> {
        self.url.as_ref().map(url_address).transpose()
    }

    fn check_contact(&self, text: &str) -> Result<(), String> {
        check_url(&Setting::from(text.to_owned()))
    }

    fn contact(&self, text: &str) -> Result<Address, String> {
        url_address(&Setting::from(text.to_owned()))
    }

    fn bind(&self, site: &Site, templates: &Templates) -> Result<Arc<dyn Channel>, String> {
        let Headers { map, secrets } = headers::fetch(&self.headers, self.bearer.as_ref())?;
        let secret =
            self.secret.as_ref().map(Secret::fetch).transpose().map_err(|error| error.to_string())?;
        Ok(Arc::new(Webhook {
            http: Http::new(self.timeout, secrets)?,
            headers: map,
            secret,
            deduplicates: self.deduplicates,
            renderer: templates.renderer(site, Escape::Nothing),
            site: site.clone(),
        }))
    }
}

/// Looks at an address that may be kept elsewhere, without fetching it.
pub(crate) fn check_url(setting: &Setting) -> Result<(), String> {
    let Setting::Plain(text) = setting else { return Ok(()) };
    let url = http_address(text)?;
    if url.password().is_some() {
        return Err("the address holds a password: keep the address in `env:NAME` or `file:PATH`".to_owned());
    }
    Ok(())
}

/// An address of HTTP, fetched. Shown is its host and no more, and of one kept elsewhere only where.
pub(crate) fn url_address(setting: &Setting) -> Result<Address, String> {
    check_url(setting)?;
    let text = setting.fetch().map_err(|error| error.to_string())?;
    let url = http_address(text.expose_secret())?;
    match setting {
        Setting::Plain(_) => Ok(Address::secret(text, &shown(&url))),
        Setting::Kept(secret) => Address::kept(secret).map_err(|error| error.to_string()),
    }
}

/// Receivers of Alertmanager's payload.
struct Webhook {
    http: Http,
    headers: reqwest::header::HeaderMap,
    secret: Option<SecretString>,
    deduplicates: bool,
    site: Site,
    renderer: Renderer,
}

impl Webhook {
    async fn post(
        &self,
        notification: &Notification,
        address: &Address,
        attempt: Attempt,
    ) -> Result<Receipt, Failure> {
        let delivery = self.site.digest(&[&notification.channel, &notification.key], DELIVERY_DIGITS);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let text = self.renderer.render(notification, attempt.in_doubt);
        let payload = Payload::of(notification, &self.site, &text, attempt.in_doubt, now);
        let body = serde_json::to_string(&payload).map_err(|error| Failure::Permanent(error.to_string()))?;
        let url = http_address(address.expose()).map_err(Failure::Permanent)?;
        let timestamp = now.as_secs().to_string();
        let mut request = self
            .http
            .client()
            .post(url)
            .headers(self.headers.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("x-novaevo-delivery", &delivery)
            .header("x-novaevo-attempt", attempt.number.to_string())
            .header("x-novaevo-timestamp", &timestamp);
        if attempt.in_doubt {
            request = request.header("x-novaevo-possible-repeat", "true");
        }
        if let Some(secret) = &self.secret {
            request = request.header("x-novaevo-signature", signature(secret, &timestamp, &body));
        }
        let answer = self.http.send(request.body(body)).await?;
        match answer.failure() {
            None => Ok(Receipt { stage: Stage::Sent, remote: Some(delivery) }),
            Some(failure) => Err(failure),
        }
    }
}

impl Channel for Webhook {
    fn kind(&self) -> &'static str {
        "webhook"
    }

    fn repeat(&self, _notification: &Notification, _address: &Address) -> Repeat {
        if self.deduplicates { Repeat::Keyed } else { Repeat::Unsafe }
    }

    fn deliver<'a>(
        &'a self,
        notification: &'a Notification,
        address: &'a Address,
        attempt: Attempt,
    ) -> Delivering<'a> {
        // Who deduplicates needs no mark, and the same body must come again.
        let in_doubt = attempt.in_doubt && !self.deduplicates;
        Box::pin(self.post(notification, address, Attempt { in_doubt, ..attempt }))
    }

    fn template_failures(&self) -> u64 {
        self.renderer.failures()
    }
}
