//! The side of people: says things to a process, over its socket or its loopback port.

mod error;

use std::path::Path;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, RequestBuilder, StatusCode, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::wire;

pub use error::ClientError;

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long a walk over the whole journal, or a copy of it, may take.
const LONG_TIMEOUT: Duration = Duration::from_secs(300);
/// The largest answer, in bytes.
const ANSWER_BYTES_MAX: usize = 256 << 20;

/// A way to a process. Shows no secret.
#[derive(Debug, Clone)]
pub struct Client {
    client: reqwest::Client,
    base: Url,
    token: Option<SecretString>,
}

impl Client {
    /// A way over the socket of a process on this machine.
    ///
    /// # Errors
    /// [`ClientError::NobodyThere`] when no process is heard there; others when it cannot be used.
    pub fn over_socket(socket: &Path) -> Result<Self, ClientError> {
        // Asked first, as the system's own answer says best what is the matter.
        std::os::unix::net::UnixStream::connect(socket).map_err(|why| ClientError::socket(socket, why))?;
        let base = address("http://localhost/")?;
        let client = built(builder().unix_socket(socket))?;
        Ok(Self { client, base, token: None })
    }

    /// A way to an address like `http://127.0.0.1:9095`, with a token.
    ///
    /// # Errors
    /// When that is no address, or one to which a token must not be sent in clear.
    pub fn at(text: &str, token: SecretString) -> Result<Self, ClientError> {
        let base = address(text)?;
        let is_near = match base.host_str() {
            Some("localhost") => true,
            Some(host) => host
                .trim_matches(['[', ']'])
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback()),
            None => false,
        };
        if base.scheme() == "http" && !is_near {
            return Err(ClientError::InClear);
        }
        Ok(Self { client: built(builder())?, base, token: Some(token) })
    }

    /// Incidents.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn incidents(&self, query: &wire::IncidentQuery) -> Result<wire::Incidents, ClientError> {
        self.get("v1/incidents", query, TIMEOUT).await
    }

    /// All about an incident; `None` when there is none of this number.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn incident(&self, number: u64) -> Result<Option<wire::IncidentPage>, ClientError> {
        found(self.get(&format!("v1/incidents/{number}"), &(), TIMEOUT).await)
    }

    /// Runs of playbooks.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn actions(&self, query: &wire::ActionQuery) -> Result<wire::Actions, ClientError> {
        self.get("v1/actions", query, TIMEOUT).await
    }

    /// All about a run; `None` when there is none of this number.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn action(&self, number: u64) -> Result<Option<wire::ActionPage>, ClientError> {
        found(self.get(&format!("v1/actions/{number}"), &(), TIMEOUT).await)
    }

    /// Silences.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn silences(&self, query: &wire::SilenceQuery) -> Result<wire::Silences, ClientError> {
        self.get("v1/silences", query, TIMEOUT).await
    }

    /// Acknowledges an incident.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn acknowledge(&self, incident: u64) -> Result<wire::Done, ClientError> {
        self.deed(Method::POST, &format!("v1/incidents/{incident}/acknowledge"), None::<&()>).await
    }

    /// Declares an incident resolved.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn resolve(&self, incident: u64) -> Result<wire::Done, ClientError> {
        self.deed(Method::POST, &format!("v1/incidents/{incident}/resolve"), None::<&()>).await
    }

    /// Asks for a run.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn start(&self, action: &wire::NewAction) -> Result<wire::Done, ClientError> {
        self.deed(Method::POST, "v1/actions", Some(action)).await
    }

    /// Approves a run.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn approve(&self, action: u64, approve: &wire::Approve) -> Result<wire::Done, ClientError> {
        self.deed(Method::POST, &format!("v1/actions/{action}/approve"), Some(approve)).await
    }

    /// Ends a run: what it did is taken back.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn abort(&self, action: u64) -> Result<wire::Done, ClientError> {
        self.deed(Method::POST, &format!("v1/actions/{action}/abort"), None::<&()>).await
    }

    /// Begins a silence.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn silence(&self, silence: &wire::NewSilence) -> Result<wire::Done, ClientError> {
        self.deed(Method::POST, "v1/silences", Some(silence)).await
    }

    /// Ends a silence.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn unsilence(&self, silence: u64) -> Result<wire::Done, ClientError> {
        self.deed(Method::DELETE, &format!("v1/silences/{silence}"), None::<&()>).await
    }

    /// Walks the journal's audit trail.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn verify(&self, query: &wire::VerifyQuery) -> Result<wire::Verified, ClientError> {
        self.get("v1/journal/verify", query, LONG_TIMEOUT).await
    }

    /// Copies the journal; over the socket alone.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn backup(&self, to: &wire::BackupTo) -> Result<wire::Backup, ClientError> {
        let request = self.request(Method::POST, "v1/journal/backup", &(), LONG_TIMEOUT)?;
        let (status, bytes) = exchange(with_body(request, Some(to))?).await?;
        understood(status, &bytes)
    }

    async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &impl Serialize,
        timeout: Duration,
    ) -> Result<T, ClientError> {
        let (status, bytes) = exchange(self.request(Method::GET, path, query, timeout)?).await?;
        understood(status, &bytes)
    }

    async fn deed(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<wire::Done, ClientError> {
        let request = with_body(self.request(method, path, &(), TIMEOUT)?, body)?;
        let (status, bytes) = exchange(request).await?;
        // What is not there, and what is refused, is an answer too.
        match serde_json::from_slice(&bytes) {
            Ok(done) => Ok(done),
            Err(_) => understood(status, &bytes),
        }
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        query: &impl Serialize,
        timeout: Duration,
    ) -> Result<RequestBuilder, ClientError> {
        let mut url = self.base.join(path).map_err(|error| ClientError::Address(error.to_string()))?;
        let query = serde_json::to_value(query).map_err(|error| ClientError::Unsayable(error.to_string()))?;
        for (name, value) in query.as_object().into_iter().flatten() {
            match value {
                serde_json::Value::Null => {}
                serde_json::Value::String(text) => {
                    url.query_pairs_mut().append_pair(name, text);
                }
                other => {
                    url.query_pairs_mut().append_pair(name, &other.to_string());
                }
            }
        }
        let request = self.client.request(method, url).timeout(timeout);
        let Some(token) = &self.token else { return Ok(request) };
        let bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()));
        let mut bearer = bearer.map_err(|_| ClientError::Token)?;
        bearer.set_sensitive(true);
        Ok(request.header(AUTHORIZATION, bearer))
    }
}

fn builder() -> reqwest::ClientBuilder {
    // Somebody may have chosen one already; then that one stands.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
}

fn built(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, ClientError> {
    builder.build().map_err(|error| ClientError::unreachable(&error))
}

fn address(text: &str) -> Result<Url, ClientError> {
    let is_ours = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    match Url::parse(text) {
        Ok(url)
            if is_ours(&url) && url.path() == "/" && url.query().is_none() && url.username().is_empty() =>
        {
            Ok(url)
        }
        _ => Err(ClientError::Address(nvp_settings::no_address(text, ""))),
    }
}

fn with_body(request: RequestBuilder, body: Option<&impl Serialize>) -> Result<RequestBuilder, ClientError> {
    let Some(body) = body else { return Ok(request) };
    let body = serde_json::to_vec(body).map_err(|error| ClientError::Unsayable(error.to_string()))?;
    Ok(request.header(CONTENT_TYPE, "application/json").body(body))
}

async fn exchange(request: RequestBuilder) -> Result<(StatusCode, Vec<u8>), ClientError> {
    let mut response = request.send().await.map_err(|error| ClientError::unreachable(&error))?;
    let mut bytes = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|error| ClientError::unreachable(&error))? {
        bytes.extend_from_slice(&part);
        if bytes.len() > ANSWER_BYTES_MAX {
            return Err(ClientError::NotUnderstood(format!("it is longer than {ANSWER_BYTES_MAX} bytes")));
        }
    }
    Ok((response.status(), bytes))
}

fn understood<T: DeserializeOwned>(status: StatusCode, bytes: &[u8]) -> Result<T, ClientError> {
    if status.is_success() {
        return serde_json::from_slice(bytes).map_err(|error| ClientError::NotUnderstood(error.to_string()));
    }
    match serde_json::from_slice::<wire::Fault>(bytes) {
        Ok(fault) => Err(ClientError::Fault { status: status.as_u16(), error: fault.error }),
        Err(_) => Err(ClientError::NotUnderstood(format!("it answers {status}"))),
    }
}

/// What is not there is `None`.
fn found<T>(answer: Result<T, ClientError>) -> Result<Option<T>, ClientError> {
    match answer {
        Err(ClientError::Fault { status: 404, .. }) => Ok(None),
        other => other.map(Some),
    }
}
