//! Secrets: named in the configuration, kept in the environment or in a file, never printed.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

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

/// Why there is no secret. The secret is never part of it.
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
    /// Fetches the secret; each time anew, so that a token in a file may be renewed.
    ///
    /// # Errors
    /// When it is not set, not readable or empty.
    pub fn fetch(&self) -> Result<SecretString, SecretError> {
        let (text, place) = match self {
            Self::Environment(name) => {
                let text = std::env::var(name).map_err(|_| SecretError::NotSet(name.clone()))?;
                (text, format!("env:{name}"))
            }
            Self::File(path) => (read_small(path)?, format!("file:{}", path.display())),
        };
        match text.trim_end() {
            "" => Err(SecretError::Empty(place)),
            text => Ok(SecretString::from(text.to_owned())),
        }
    }
}

/// From any value, so that no message about a value of the wrong type can show it.
impl TryFrom<toml::Value> for Secret {
    type Error = SecretError;

    fn try_from(value: toml::Value) -> Result<Self, SecretError> {
        let text = value.as_str().unwrap_or_default();
        match (text.strip_prefix("env:"), text.strip_prefix("file:")) {
            (Some(name), _) if !name.is_empty() => Ok(Self::Environment(name.to_owned())),
            (_, Some(path)) if !path.is_empty() => Ok(Self::File(path.into())),
            _ => Err(SecretError::Literal),
        }
    }
}

fn read_small(path: &Path) -> Result<String, SecretError> {
    let unreadable = |why: String| SecretError::Unreadable { path: path.display().to_string(), why };
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let mut text = String::new();
    file.take(SECRET_BYTES_MAX + 1)
        .read_to_string(&mut text)
        .map_err(|error| unreadable(error.to_string()))?;
    if text.len() as u64 > SECRET_BYTES_MAX {
        return Err(unreadable(format!("it is larger than {SECRET_BYTES_MAX} bytes")));
    }
    Ok(text)
}
