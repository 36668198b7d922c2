//! How targets are configured: `[[scrape]]` in TOML.
//!
//! ```toml
//! [[scrape]]
//! url = "https://db-1.example:9187/metrics"
//! job = "postgres"
//! interval = "15s"
//! timeout = "10s"
//! basic = { username = "prometheus", password = "env:DB_PASSWORD" }
//! tls = { ca = "/etc/ssl/our-ca.pem" }
//! labels = { region = "eu" }
//! ```

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use nvp_formats::{LabelConflict, SourceLabels};
use nvp_settings::{Secret, SecretError};
use serde::Deserialize;

/// The shortest interval: the engine's tick is no shorter.
const INTERVAL_MIN: Duration = Duration::from_secs(1);
/// The longest timeout unless one is said.
const TIMEOUT_DEFAULT: Duration = Duration::from_secs(10);

/// All targets of a configuration.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scrapes {
    /// One for each `[[scrape]]`.
    #[serde(default)]
    pub scrape: Vec<Scrape>,
}

/// One target, as `[[scrape]]` says it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scrape {
    /// What to fetch, such as `http://127.0.0.1:9100/metrics`.
    #[serde(deserialize_with = "address")]
    pub url: String,
    /// The label `job`.
    #[serde(default = "default_job")]
    pub job: String,
    /// The label `instance`; the address' host and port unless said.
    pub instance: Option<String>,
    /// How often.
    #[serde(default = "default_interval", deserialize_with = "interval")]
    pub interval: Duration,
    /// How long one scrape may take, at most the interval; 10 s or the interval unless said.
    #[serde(default, deserialize_with = "timeout")]
    pub timeout: Option<Duration>,
    /// A user's name and password.
    #[serde(default, deserialize_with = "auth")]
    pub basic: Option<Auth>,
    /// A token for `Authorization: Bearer`.
    pub bearer: Option<Secret>,
    /// What certificates are believed.
    #[serde(default)]
    pub tls: Tls,
    /// More labels for each series.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Whether labels of the target's own stand where they bear the names of ours (otherwise they become `exported_…`).
    #[serde(default)]
    pub honor_labels: bool,
    /// The largest body, unpacked, in bytes.
    #[serde(default = "default_body_bytes_max")]
    pub body_bytes_max: u64,
}

/// A user's name and password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Auth {
    /// The name, in the clear.
    pub username: String,
    /// Where the password is kept.
    pub password: Secret,
}

/// What certificates are believed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// A file with the certificates (PEM) that alone are believed; the system's unless said.
    pub ca: Option<PathBuf>,
    /// Believe any certificate. Anybody on the way can then read the secrets sent and forge the samples.
    #[serde(default)]
    pub insecure: bool,
}

/// Why a configuration is refused: where, and why. Never shows a value that may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ConfigError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong and what is expected.
    pub message: String,
}

impl Scrapes {
    /// Reads a configuration that has nothing but targets.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place.
    pub fn read(text: &str) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error| ConfigError::of(&error, text))
    }
}

impl ConfigError {
    /// An error of TOML without the line it is about, in which a secret may stand.
    #[must_use]
    pub fn of(error: &toml::de::Error, text: &str) -> Self {
        let Range { start, .. } = error.span().unwrap_or_default();
        let before = text.get(..start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { line, column, message: error.message().trim_end().to_owned() }
    }
}

impl Scrape {
    /// A target of which only the address is said.
    ///
    /// # Errors
    /// When it is no address of HTTP, or holds a password.
    pub fn at(url: &str) -> Result<Self, String> {
        check_address(url)?;
        Ok(Self {
            url: url.to_owned(),
            job: default_job(),
            instance: None,
            interval: default_interval(),
            timeout: None,
            basic: None,
            bearer: None,
            tls: Tls::default(),
            labels: BTreeMap::new(),
            honor_labels: false,
            body_bytes_max: default_body_bytes_max(),
        })
    }

    /// How long one scrape may take.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout.unwrap_or(TIMEOUT_DEFAULT).min(self.interval)
    }

    /// The label `instance`.
    #[must_use]
    pub fn instance(&self) -> String {
        if let Some(instance) = &self.instance {
            return instance.clone();
        }
        let url = reqwest::Url::parse(&self.url).ok();
        let host = url.as_ref().and_then(|url| Some((url.host_str()?, url.port_or_known_default()?)));
        host.map(|(host, port)| format!("{host}:{port}")).unwrap_or_default()
    }

    /// Its address for people and logs: without user, password and query, which may hold secrets.
    #[must_use]
    pub fn shown(&self) -> String {
        let address = self.url.split(['?', '#']).next().unwrap_or_default();
        let Some((scheme, rest)) = address.split_once("://") else { return self.instance() };
        let (host, path) = rest.split_once('/').map_or((rest, None), |(host, path)| (host, Some(path)));
        let host = host.rsplit('@').next().unwrap_or_default();
        path.map_or_else(|| format!("{scheme}://{host}"), |path| format!("{scheme}://{host}/{path}"))
    }

    /// The labels that each of its series gets.
    #[must_use]
    pub fn source_labels(&self) -> SourceLabels {
        let mut labels = self.labels.clone();
        labels.insert("job".to_owned(), self.job.clone());
        labels.insert("instance".to_owned(), self.instance());
        let conflict = if self.honor_labels { LabelConflict::Honor } else { LabelConflict::Rename };
        SourceLabels { labels: labels.into_iter().collect(), conflict }
    }
}

fn default_job() -> String {
    "scrape".to_owned()
}

fn default_interval() -> Duration {
    Duration::from_secs(15)
}

fn default_body_bytes_max() -> u64 {
    64 << 20
}

fn check_address(text: &str) -> Result<(), String> {
    let none = || nvp_settings::no_address(text, "/metrics");
    let url = reqwest::Url::parse(text).map_err(|_| none())?;
    if !matches!(url.scheme(), "http" | "https") {
        // `localhost:9100` has the scheme `localhost` for those who go by the book.
        if !text.contains("://") {
            return Err(none());
        }
        return Err(format!("an address begins with `http:` or `https:`, not with `{}:`", url.scheme()));
    }
    if url.password().is_some() {
        return Err("the address holds a password: say `basic = { username = …, password = \"env:NAME\" }`"
            .to_owned());
    }
    Ok(())
}

fn address<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    check_address(&text).map_err(serde::de::Error::custom)?;
    Ok(text)
}

fn interval<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let interval = nvp_settings::duration(from)?;
    if interval < INTERVAL_MIN {
        return Err(serde::de::Error::custom("an interval of at least `1s` is needed"));
    }
    Ok(interval)
}

fn timeout<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let timeout = nvp_settings::duration(from)?;
    if timeout.is_zero() {
        return Err(serde::de::Error::custom("a timeout above `0s` is needed, such as `10s`"));
    }
    Ok(Some(timeout))
}

/// Through a plain value, so that no message about a value of the wrong type can show it.
fn auth<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Auth>, D::Error> {
    use serde::de::Error as _;
    let toml::Value::Table(mut table) = toml::Value::deserialize(from)? else {
        return Err(D::Error::custom("`basic` is `{ username = …, password = \"env:NAME\" }`"));
    };
    let username = match table.remove("username") {
        Some(toml::Value::String(username)) => username,
        _ => return Err(D::Error::custom("`basic` needs a `username`")),
    };
    let password = table.remove("password").ok_or(SecretError::Literal).and_then(Secret::try_from);
    let password = password.map_err(|why| D::Error::custom(format!("`password`: {why}")))?;
    match table.keys().next() {
        Some(other) => Err(D::Error::custom(format!("`basic` has `username` and `password`, no `{other}`"))),
        None => Ok(Some(Auth { username, password })),
    }
}

#[cfg(test)]
mod tests;
