//! One HTTP call of a channel, and what can be known after it.

use std::time::{Duration, SystemTime};

use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use secrecy::{ExposeSecret as _, SecretString};

use super::Failure;
use crate::destinations::webhook::retry::retry_after;

/// How much of an answer is read, in bytes.
const ANSWER_BYTES_MAX: usize = 256 << 10;
/// How much of an answer is repeated in a message, in characters.
const EXCERPT_CHARACTERS_MAX: usize = 200;
/// How long a connection may take to come about.
const CONNECT_MAX: Duration = Duration::from_secs(10);

/// A client for one channel.
pub(crate) struct Http {
    client: Client,
    /// What no message may show, should the other side repeat it.
    secrets: Vec<SecretString>,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<Duration>,
    /// At most the first 256 KiB.
    pub(crate) body: String,
    /// Whether the body came whole.
    pub(crate) is_whole: bool,
}

impl Http {
    /// A client whose calls take at most `timeout`.
    ///
    /// # Errors
    /// When the system gives no client.
    pub(crate) fn new(timeout: Duration, secrets: Vec<SecretString>) -> Result<Self, String> {
        // A provider installed before is as good: there is one in the process.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder()
            .timeout(timeout)
            .connect_timeout(timeout.min(CONNECT_MAX))
            .redirect(reqwest::redirect::Policy::none())
            // A connection that the other side closes while idle loses a request now and then, and nobody could say whether it arrived.
            .pool_max_idle_per_host(0)
            .retry(reqwest::retry::never())
            .user_agent(concat!("novaevo-policy/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| format!("no HTTP client: {}", error.without_url()))?;
        Ok(Self { client, secrets })
    }

    /// The client, to build a request with.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// A POST of JSON.
    pub(crate) fn post_json(&self, url: Url, body: &serde_json::Value) -> RequestBuilder {
        self.client.post(url).header(CONTENT_TYPE, "application/json; charset=utf-8").body(body.to_string())
    }

    /// Sends it once.
    ///
    /// # Errors
    /// [`Failure::Temporary`] when it has not left, [`Failure::Unknown`] when it has and no answer came.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        let mut response = request.send().await.map_err(|error| failed(&error.without_url()))?;
        let status = response.status();
        let retry_after = retry_after(response.headers(), SystemTime::now());
        let (mut body, mut is_whole) = (Vec::new(), true);
        loop {
            match response.chunk().await {
                Ok(None) => break,
                Ok(Some(chunk)) if body.len().saturating_add(chunk.len()) <= ANSWER_BYTES_MAX => {
                    body.extend_from_slice(&chunk);
                }
                Ok(Some(_)) | Err(_) => {
                    is_whole = false;
                    break;
                }
            }
        }
        Ok(Answer { status, retry_after, body: String::from_utf8_lossy(&body).into_owned(), is_whole })
    }

    /// The beginning of what the other side says, on one line and without our secrets.
    pub(crate) fn excerpt(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            text = text.replace(secret.expose_secret(), "…");
        }
        let line: Vec<&str> = text.split(|c: char| c.is_whitespace() || c.is_control()).collect();
        let line = line.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        line.chars().take(EXCERPT_CHARACTERS_MAX).collect()
    }
}

impl Answer {
    /// What an answer other than success means: 408, 425, 429 and 5xx say that it was not taken, and may pass; after a 504 nobody
    /// knows, because the one who did not answer in time may have it. `None` for success.
    pub(crate) fn failure(&self) -> Option<Failure> {
        let why = format!("it answered {}", self.status);
        match self.status {
            status if status.is_success() => None,
            StatusCode::GATEWAY_TIMEOUT => Some(Failure::Unknown(why)),
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
                Some(Failure::Temporary { why, retry_after: self.retry_after })
            }
            status if status.is_server_error() => {
                Some(Failure::Temporary { why, retry_after: self.retry_after })
            }
            _ => Some(Failure::Permanent(why)),
        }
    }
}

/// What a call without an answer means.
fn failed(error: &reqwest::Error) -> Failure {
    let mut last: &dyn std::error::Error = error;
    while let Some(source) = last.source() {
        last = source;
    }
    let why = if error.is_timeout() { "it did not answer in time".to_owned() } else { last.to_string() };
    if error.is_builder() {
        Failure::Permanent(why)
    } else if error.is_connect() {
        Failure::temporary(why)
    } else {
        Failure::Unknown(why)
    }
}

/// A header's value that is not shown.
pub(crate) fn sensitive(before: &str, secret: &SecretString) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("{before}{}", secret.expose_secret())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Reads a header's name.
pub(crate) fn header_name(text: &str) -> Result<HeaderName, String> {
    HeaderName::try_from(text).map_err(|_| format!("`{text}` is no name of a header"))
}

/// Reads an address of HTTP. What is wrong is told without showing it.
pub(crate) fn http_address(text: &str) -> Result<Url, String> {
    let none = || "this is no address: one begins with `http://` or `https://`".to_owned();
    let url = Url::parse(text).map_err(|_| none())?;
    if matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(none()) }
}

/// What of an address may be shown: its scheme, host and port. Paths and queries may hold tokens.
pub(crate) fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(
        || format!("{}://{host}", url.scheme()),
        |port| format!("{}://{host}:{port}", url.scheme()),
    )
}
