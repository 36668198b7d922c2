//! Secrets: named in the configuration, kept in the environment or in a file, never printed.

use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

/// The largest file that is read as a secret, in bytes.
const SECRET_BYTES_MAX: u64 = 64 << 10;

/// Where a secret is kept: `env:NAME` or `file:PATH`. A secret itself has no place in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "toml::Value")]
pub enum Secret {
    /// In this environment variable.
    Environment(String),
    /// In this file; white space at its end is not part of it.
    File(PathBuf),
}

/// A setting that may be written down, or kept as a [`Secret`]. Never printed, as it may hold a token all the same.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "toml::Value")]
pub enum Setting {
    /// Written down.
    Plain(String),
    /// Kept elsewhere.
    Kept(Secret),
}

/// Why there is no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The secret itself is written down.
    #[error("a secret must not be written here: say `env:NAME` or `file:PATH`")]
    Literal,
    /// The environment variable is not set, or is no text.
    #[error("the environment variable `{0}` is not set")]
    NotSet(String),
    /// The file cannot be read.
    #[error("the secret in `{path}` cannot be read: {why}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why not.
        why: String,
    },
    /// There is nothing in it.
    #[error("the secret in `{0}` is empty")]
    Empty(String),
}

impl Secret {
    /// Reads `env:NAME` or `file:PATH`.
    ///
    /// # Errors
    /// [`SecretError::Literal`] for anything else.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        match (text.strip_prefix("env:"), text.strip_prefix("file:")) {
            (Some(name), _) if !name.is_empty() => Ok(Self::Environment(name.to_owned())),
            (_, Some(path)) if !path.is_empty() => Ok(Self::File(PathBuf::from(path))),
            _ => Err(SecretError::Literal),
        }
    }

    /// Fetches the secret.
    ///
    /// # Errors
    /// When it is not set, not readable or empty; the secret is never part of the error.
    pub fn fetch(&self) -> Result<SecretString, SecretError> {
        let (text, place) = match self {
            Self::Environment(name) => {
                let text = std::env::var(name).map_err(|_| SecretError::NotSet(name.clone()))?;
                (text, format!("env:{name}"))
            }
            Self::File(path) => (read_small(path)?, format!("file:{}", path.display())),
        };
        let text = text.trim_end();
        if text.is_empty() {
            return Err(SecretError::Empty(place));
        }
        Ok(SecretString::from(text.to_owned()))
    }
}

fn read_small(path: &PathBuf) -> Result<String, SecretError> {
    use std::io::Read as _;
    let unreadable = |why: String| SecretError::Unreadable { path: path.display().to_string(), why };
    let file = std::fs::File::open(path).map_err(|e| unreadable(e.to_string()))?;
    let mut text = String::new();
    file.take(SECRET_BYTES_MAX + 1).read_to_string(&mut text).map_err(|e| unreadable(e.to_string()))?;
    if text.len() as u64 > SECRET_BYTES_MAX {
        return Err(unreadable(format!("it is larger than {SECRET_BYTES_MAX} bytes")));
    }
    Ok(text)
}

/// From any value, so that no message about a value of the wrong type can show it.
impl TryFrom<toml::Value> for Secret {
    type Error = SecretError;

    fn try_from(value: toml::Value) -> Result<Self, SecretError> {
        Self::parse(value.as_str().unwrap_or_default())
    }
}

impl Setting {
    /// The text, fetched where it is kept elsewhere.
    ///
    /// # Errors
    /// As [`Secret::fetch`].
    pub fn fetch(&self) -> Result<SecretString, SecretError> {
        match self {
            Self::Plain(text) => Ok(SecretString::from(text.clone())),
            Self::Kept(secret) => secret.fetch(),
        }
    }
}

/// From any value, as for [`Secret`].
impl TryFrom<toml::Value> for Setting {
    type Error = &'static str;

    fn try_from(value: toml::Value) -> Result<Self, &'static str> {
        let text = value.as_str().ok_or("a text is needed, or `env:NAME`, or `file:PATH`")?;
        Ok(Self::from(text.to_owned()))
    }
}

impl From<String> for Setting {
    fn from(text: String) -> Self {
        Secret::parse(&text).map_or(Self::Plain(text), Self::Kept)
    }
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(_) => f.write_str("Plain(not shown)"),
            Self::Kept(secret) => f.debug_tuple("Kept").field(secret).finish(),
        }
    }
}

#[cfg(test)]
mod tests;
