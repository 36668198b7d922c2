//! Requests below one address, and their answers up to a size.

use std::collections::BTreeMap;
use std::time::Duration;

use nvp_settings::{Secret, Setting};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use reqwest::{Method, StatusCode, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::providers::answer::excerpt;
use crate::providers::{ANSWER_BYTES_MAX, NotDone, Problem, Secrets};

/// How long a connection may take to be made; the whole call has its own time.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where requests go, and what all of them carry.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::providers) struct Target {
    /// The address below which all paths lie.
    pub(in crate::providers) base: Setting,
    /// Headers of every request.
    #[serde(default)]
    pub(in crate::providers) headers: BTreeMap<String, Setting>,
    /// A token for `Authorization: Bearer`.
    pub(in crate::providers) bearer: Option<Secret>,
}

/// A request below the base.
#[derive(Debug)]
pub(in crate::providers) struct Request {
    pub(in crate::providers) method: Method,
    /// The path's segments, not encoded.
    pub(in crate::providers) segments: Vec<String>,
    /// The query, not encoded.
    pub(in crate::providers) query: Vec<(String, String)>,
    pub(in crate::providers) headers: HeaderMap,
    pub(in crate::providers) body: Option<serde_json::Value>,
}

/// An answer, whole.
#[derive(Debug)]
pub(in crate::providers) struct Answered {
    pub(in crate::providers) status: StatusCode,
    pub(in crate::providers) body: Vec<u8>,
}

impl Answered {
    /// Its body as JSON.
    pub(in crate::providers) fn json(&self) -> Result<serde_json::Value, String> {
        serde_json::from_slice(&self.body).map_err(|_| {
            let said = excerpt(&self.body);
            if said.is_empty() {
                "the answer is empty, not JSON".to_owned()
            } else {
                format!("the answer is no JSON: {said}")
            }
        })
    }
}

/// A client of one address.
#[derive(Debug)]
pub(in crate::providers) struct Client {
    client: reqwest::Client,
    base: Url,
    headers: HeaderMap,
}

impl Client {
    /// Fetches the secrets; they are noted in `secrets`.
    pub(in crate::providers) fn open(
        place: &str,
        target: &Target,
        secrets: &mut Secrets,
    ) -> Result<Self, Problem> {
        let base = address(place, &target.base, secrets)?;
        let mut headers = headers(place, &target.headers, secrets)?;
        let agent = concat!("novaevo-policy/", env!("CARGO_PKG_VERSION"));
        headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(agent));
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        if let Some(bearer) = &target.bearer {
            let at = format!("{place}.bearer");
            let token = bearer
                .fetch()
                .map_err(|why| Problem::new(&at, why.to_string(), "set it, or name another place"))?;
            secrets.add(&token);
            let value = sensitive(&format!("Bearer {}", token.expose_secret()))
                .ok_or_else(|| Problem::new(&at, "it cannot be sent", "a token is one line of text"))?;
            headers.insert(AUTHORIZATION, value);
        }
        // A provider installed before is as good: there is one in the process.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| {
                Problem::new(
                    place,
                    format!("no HTTP client: {}", error.without_url()),
                    "see the certificates of this machine",
                )
            })?;
        Ok(Self { client, base, headers })
    }

    /// Sends, and takes the whole answer up to its size.
    ///
    /// # Errors
    /// [`NotDone::Failed`] while nothing can have been sent.
    pub(in crate::providers) async fn send(&self, request: Request) -> Result<Answered, NotDone> {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(&request.segments);
        }
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        let mut headers = self.headers.clone();
        headers.extend(request.headers);
        let mut builder = self.client.request(request.method, url).headers(headers);
        if let Some(body) = &request.body {
            builder =
                builder.header(reqwest::header::CONTENT_TYPE, "application/json").body(body.to_string());
        }
        let mut response = builder.send().await.map_err(|error| {
            let is_unsent = error.is_connect() || error.is_builder();
            let why = words(error);
            if is_unsent { NotDone::Failed(why) } else { NotDone::Unknown(why) }
        })?;
        let status = response.status();
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(None) => return Ok(Answered { status, body }),
                Ok(Some(chunk)) if body.len() + chunk.len() > ANSWER_BYTES_MAX => {
                    let why = format!("it answered {status} with more than {ANSWER_BYTES_MAX} bytes");
                    return Err(NotDone::Unknown(why));
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Err(error) => {
                    let why = format!("it answered {status}, and its answer broke off: {}", words(error));
                    return Err(NotDone::Unknown(why));
                }
            }
        }
    }
}

impl Target {
    /// Looks at an address that is written down; one that is kept elsewhere is not fetched.
    pub(super) fn check(&self, place: &str) -> Result<(), Problem> {
        match &self.base {
            Setting::Plain(_) => address(place, &self.base, &mut Secrets::default()).map(drop),
            Setting::Kept(_) => Ok(()),
        }
    }
}

fn address(place: &str, base: &Setting, secrets: &mut Secrets) -> Result<Url, Problem> {
    let place = format!("{place}.base");
    let text =
        base.fetch().map_err(|why| Problem::new(&place, why.to_string(), "set it, or name another place"))?;
    secrets.add_kept(base, &text);
    // What follows a slash may be a token, and what is kept elsewhere is a secret: neither is shown.
    let shown = match base {
        Setting::Plain(plain) if !plain.contains('/') => plain.as_str(),
        Setting::Plain(_) | Setting::Kept(_) => "?",
    };
    let none = || {
        Problem::new(
            &place,
            nvp_settings::no_address(shown, "/"),
            "write an address such as `https://tickets.example/api`",
        )
    };
    let url = Url::parse(text.expose_secret()).map_err(|_| none())?;
    if !matches!(url.scheme(), "http" | "https") || url.cannot_be_a_base() {
        return Err(none());
    }
    if let Some(password) = url.password() {
        if matches!(base, Setting::Plain(_)) {
            return Err(Problem::new(
                place,
                "the address holds a password",
                "keep the address in `env:NAME` or `file:PATH`, or use `bearer`",
            ));
        }
        secrets.add(&SecretString::from(password.to_owned()));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Problem::new(place, "the address has a query", "say `query` in the operation"));
    }
    Ok(url)
}

/// Headers as the configuration says them.
pub(in crate::providers) fn headers(
    place: &str,
    said: &BTreeMap<String, Setting>,
    secrets: &mut Secrets,
) -> Result<HeaderMap, Problem> {
    let mut headers = HeaderMap::new();
    for (name, setting) in said {
        let place = format!("{place}.headers.{name}");
        let header = HeaderName::try_from(name.as_str())
            .map_err(|_| Problem::new(&place, "this is no name of a header", "write one such as `x-team`"))?;
        if header == AUTHORIZATION && matches!(setting, Setting::Plain(_)) {
            return Err(Problem::new(
                place,
                "a secret must not be written here",
                "say `env:NAME` or `file:PATH`",
            ));
        }
        let text = setting
            .fetch()
            .map_err(|why| Problem::new(&place, why.to_string(), "set it, or name another place"))?;
        secrets.add_kept(setting, &text);
        let value = sensitive(text.expose_secret())
            .ok_or_else(|| Problem::new(&place, "it cannot be sent", "a header is one line of text"))?;
        headers.insert(header, value);
    }
    Ok(headers)
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// An error with its last cause, which usually says it best; never with the address.
fn words(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "it did not answer in time".to_owned();
    }
    let error = error.without_url();
    let mut last: &dyn std::error::Error = &error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
