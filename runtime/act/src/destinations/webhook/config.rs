//! How a webhook is configured, and what of it may be shown.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Duration;

use nvp_settings::{Secret, SecretError, Setting};
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

/// A webhook, as `[[webhook]]` of the configuration says it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Where to send; `env:` or `file:` where the address itself is a secret.
    pub url: Setting,
    /// Headers to send along; `env:` or `file:` for secret ones.
    #[serde(default)]
    pub headers: BTreeMap<String, Setting>,
    /// A token for `Authorization: Bearer`.
    pub bearer: Option<Secret>,
    /// How long one attempt may take.
    #[serde(default = "default_timeout", deserialize_with = "positive")]
    pub timeout: Duration,
    /// How long a decision is worth sending, from the moment it was made.
    #[serde(default = "default_give_up_after", deserialize_with = "positive")]
    pub give_up_after: Duration,
    /// How many decisions may wait.
    #[serde(default = "default_queue")]
    pub queue: NonZeroUsize,
}

fn default_timeout() -> Duration {
    Duration::from_secs(10)
}

fn default_give_up_after() -> Duration {
    Duration::from_secs(600)
}

fn default_queue() -> NonZeroUsize {
    NonZeroUsize::MIN.saturating_add(1_023)
}

fn positive<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let duration = nvp_settings::duration(from)?;
    if duration.is_zero() {
        return Err(serde::de::Error::custom("a duration above 0s is needed, such as `10s`"));
    }
    Ok(duration)
}

/// Why a webhook cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// A secret cannot be fetched.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The address is none.
    #[error("the address of the webhook: {0}")]
    Address(String),
    /// The address holds a password in the clear.
    #[error(
        "the address of the webhook holds a password: keep the address in `env:NAME` or `file:PATH`, or use `bearer`"
    )]
    PasswordInAddress,
    /// A header is none.
    #[error("the header `{0}` of the webhook cannot be sent: {1}")]
    Header(String, String),
    /// The HTTP client cannot be made.
    #[error("no HTTP client for the webhook: {0}")]
    Client(String),
}

impl Webhook {
    /// A webhook at `url` with nothing else said.
    #[must_use]
    pub fn at(url: &str) -> Self {
        Self {
            url: Setting::from(url.to_owned()),
            headers: BTreeMap::new(),
            bearer: None,
            timeout: default_timeout(),
            give_up_after: default_give_up_after(),
            queue: default_queue(),
        }
    }

    /// Looks at what can be looked at without fetching a secret.
    ///
    /// # Errors
    /// The key that is wrong, and why.
    pub fn check(&self) -> Result<(), (String, String)> {
        if matches!(self.url, Setting::Plain(_)) {
            self.address().map_err(|why| ("url".to_owned(), why.to_string()))?;
        }
        for (name, setting) in &self.headers {
            let refuse = |why: String| (format!("headers.{name}"), why);
            let header = HeaderName::try_from(name.as_str())
                .map_err(|_| refuse(format!("`{name}` is no name of a header")))?;
            if header == AUTHORIZATION && matches!(setting, Setting::Plain(_)) {
                return Err(refuse(SecretError::Literal.to_string()));
            }
        }
        Ok(())
    }

    /// The address, fetched and looked at.
    pub(super) fn address(&self) -> Result<Url, WebhookError> {
        let text = self.url.fetch()?;
        // What follows a slash is often a token, and what is kept elsewhere is a secret: neither is shown.
        let shown = match &self.url {
            Setting::Plain(plain) if !plain.contains('/') => plain.as_str(),
            Setting::Plain(_) | Setting::Kept(_) => "?",
        };
        let none = || WebhookError::Address(nvp_settings::no_address(shown, "/"));
        let url = Url::parse(text.expose_secret()).map_err(|_| none())?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(none());
        }
        if url.password().is_some() && matches!(self.url, Setting::Plain(_)) {
            return Err(WebhookError::PasswordInAddress);
        }
        Ok(url)
    }

    /// All headers of a request, secrets fetched.
    pub(super) fn all_headers(&self) -> Result<HeaderMap, WebhookError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let agent = concat!("novaevo-policy/", env!("CARGO_PKG_VERSION"));
        headers.insert(USER_AGENT, HeaderValue::from_static(agent));
        for (name, setting) in &self.headers {
            let refuse = |why: &str| WebhookError::Header(name.clone(), why.to_owned());
            let header =
                HeaderName::try_from(name.as_str()).map_err(|_| refuse("this is no name of a header"))?;
            if header == AUTHORIZATION && matches!(setting, Setting::Plain(_)) {
                return Err(SecretError::Literal.into());
            }
            let value =
                sensitive(&setting.fetch()?, "").ok_or_else(|| refuse("a header is one line of text"))?;
            headers.insert(header, value);
        }
        if let Some(bearer) = &self.bearer {
            let value = sensitive(&bearer.fetch()?, "Bearer ").ok_or_else(|| {
                WebhookError::Header("authorization".to_owned(), "a token is one line of text".to_owned())
            })?;
            headers.insert(AUTHORIZATION, value);
        }
        Ok(headers)
    }
}

fn sensitive(text: &SecretString, before: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("{before}{}", text.expose_secret())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// What of an address may be shown: its scheme, host and port. Paths and queries may hold tokens.
pub(super) fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(
        || format!("{}://{host}", url.scheme()),
        |port| format!("{}://{host}:{port}", url.scheme()),
    )
}

#[cfg(test)]
mod tests;
