//! Getting one body from a target.

use std::error::Error as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nvp_formats::TextFormat;
use nvp_settings::{Secret, SecretError};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use reqwest::{Certificate, Client, ClientBuilder, Response, StatusCode, Url, redirect};
use secrecy::ExposeSecret as _;

use super::config::{Auth, Scrape, Tls};

/// How many times a target may send us elsewhere.
const REDIRECTS_MAX: usize = 5;
/// Both texts, OpenMetrics first.
const ACCEPTED: &str =
    "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1";

/// What a target answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The text, unpacked.
    pub bytes: Vec<u8>,
    /// Which text it says it is.
    pub format: TextFormat,
}

/// Why a scrape failed. No address, no header and no body is part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScrapeError {
    /// It took too long.
    #[error("no answer within {} s (`timeout`)", .0.as_secs_f64())]
    Timeout(Duration),
    /// The target cannot be reached.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// It sent us on and on.
    #[error("it redirects more than {REDIRECTS_MAX} times: scrape the address that answers itself")]
    Redirects,
    /// It answered, but not with success.
    #[error("it answers {0}")]
    Status(StatusCode),
    /// The body is larger than allowed.
    #[error("its answer is larger than {} (`body_bytes_max`): let it show less, or allow more", size(*.0))]
    TooLarge(u64),
    /// The body ended before it was whole, or cannot be unpacked.
    #[error("its answer cannot be read to the end: {0}")]
    Body(String),
    /// OpenMetrics text without its end.
    #[error("its answer is OpenMetrics text and does not end with `# EOF`")]
    NoEnd,
    /// A secret that the target wants cannot be fetched.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// A secret cannot be sent in a header.
    #[error("the secret is not one line of text")]
    UnsendableSecret,
}

/// Bytes in the largest unit that fits.
fn size(bytes: u64) -> String {
    match bytes {
        _ if bytes > 0 && bytes.trailing_zeros() >= 20 => format!("{} MiB", bytes >> 20),
        _ if bytes > 0 && bytes.trailing_zeros() >= 10 => format!("{} KiB", bytes >> 10),
        _ => format!("{bytes} bytes"),
    }
}

/// Why a target cannot be scraped at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// The address is none.
    #[error("{0}")]
    Address(String),
    /// The file with certificates cannot be used.
    #[error("the certificates in `{}` cannot be used: {why}", path.display())]
    Certificates {
        /// Which file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// The HTTP client cannot be made.
    #[error("no HTTP client: {0}")]
    Client(String),
}

/// Gets bodies from one target.
#[derive(Debug)]
pub struct Fetcher {
    client: Client,
    url: Url,
    timeout: Duration,
    body_bytes_max: u64,
    basic: Option<Auth>,
    bearer: Option<Secret>,
}

impl Fetcher {
    /// For a target as it is configured.
    ///
    /// # Errors
    /// When the address is none, or its certificates cannot be used.
    pub fn new(scrape: &Scrape) -> Result<Self, TargetError> {
        let url = Url::parse(&scrape.url).map_err(|why| TargetError::Address(why.to_string()))?;
        Ok(Self {
            client: client(&scrape.tls, url.scheme() == "https")?,
            url,
            timeout: scrape.timeout(),
            body_bytes_max: scrape.body_bytes_max,
            basic: scrape.basic.clone(),
            bearer: scrape.bearer.clone(),
        })
    }

    /// Gets one body, within the target's timeout. It may be dropped at any time.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn fetch(&self) -> Result<Body, ScrapeError> {
        let fetched = tokio::time::timeout(self.timeout, self.fetch_patiently()).await;
        fetched.unwrap_or(Err(ScrapeError::Timeout(self.timeout)))
    }

    async fn fetch_patiently(&self) -> Result<Body, ScrapeError> {
        let mut request = self.client.get(self.url.clone()).headers(self.headers());
        if let Some(basic) = &self.basic {
            request = request.basic_auth(&basic.username, Some(basic.password.fetch()?.expose_secret()));
        }
        if let Some(bearer) = &self.bearer {
            request = request.bearer_auth(bearer.fetch()?.expose_secret());
        }
        let response = request.send().await.map_err(refused)?;
        if !response.status().is_success() {
            return Err(ScrapeError::Status(response.status()));
        }
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let format = TextFormat::from_content_type(content_type.unwrap_or_default());
        Ok(Body { bytes: self.bytes(response).await?, format })
    }

    /// The body, which may say it is shorter or longer than it is; what counts is what comes.
    async fn bytes(&self, mut response: Response) -> Result<Vec<u8>, ScrapeError> {
        let too_large = ScrapeError::TooLarge(self.body_bytes_max);
        if response.content_length().is_some_and(|bytes| bytes > self.body_bytes_max) {
            return Err(too_large);
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| ScrapeError::Body(words(error)))? {
            if (bytes.len() + chunk.len()) as u64 > self.body_bytes_max {
                return Err(too_large);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(ACCEPTED));
        let agent = concat!("novaevo-policy/", env!("CARGO_PKG_VERSION"));
        headers.insert(USER_AGENT, HeaderValue::from_static(agent));
        if let Ok(seconds) = HeaderValue::try_from(self.timeout.as_secs_f64().to_string()) {
            headers.insert(HeaderName::from_static("x-prometheus-scrape-timeout-seconds"), seconds);
        }
        headers
    }
}

fn client(tls: &Tls, is_https: bool) -> Result<Client, TargetError> {
    // Who installed one before has installed the same.
    drop(rustls::crypto::ring::default_provider().install_default());
    let builder = || -> Result<ClientBuilder, TargetError> {
        let builder = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::limited(REDIRECTS_MAX))
            .pool_max_idle_per_host(1)
            .tls_danger_accept_invalid_certs(tls.insecure);
        Ok(match &tls.ca {
            Some(path) => builder.tls_certs_only(certificates(path)?),
            None => builder,
        })
    };
    let built = match builder()?.build() {
        // A machine without certificates can still speak plain HTTP.
        Err(_) if !is_https => builder()?.tls_certs_only([]).build(),
        built => built,
    };
    built.map_err(|error| TargetError::Client(words(error)))
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, TargetError> {
    let unusable = |why: String| TargetError::Certificates { path: path.to_owned(), why };
    let pem = fs::read(path).map_err(|error| unusable(error.to_string()))?;
    let found = Certificate::from_pem_bundle(&pem).map_err(|error| unusable(words(error)))?;
    if found.is_empty() {
        return Err(unusable("there is no certificate in it".to_owned()));
    }
    Ok(found)
}

fn refused(error: reqwest::Error) -> ScrapeError {
    if error.is_redirect() {
        ScrapeError::Redirects
    } else if error.is_builder() {
        ScrapeError::UnsendableSecret
    } else {
        ScrapeError::Connect(words(error))
    }
}

/// An error in the words of its innermost cause, without the address.
fn words(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = inner.to_string();
        cause = inner.source();
    }
    text
}
