//! Where a channel sends to: a mailbox, a room, a key. It may be a secret, and is shown as one.

use std::fmt;

use nvp_settings::{Secret, SecretError};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

/// Where to send.
#[derive(Clone)]
pub struct Address {
    shown: String,
    value: SecretString,
    id: u64,
}

impl Address {
    /// One that anybody may see.
    #[must_use]
    pub fn open(text: &str) -> Self {
        Self::secret(SecretString::from(text.to_owned()), text)
    }

    /// One that is kept elsewhere; shown is only where.
    ///
    /// # Errors
    /// When it cannot be fetched.
    pub fn kept(secret: &Secret) -> Result<Self, SecretError> {
        let shown = match secret {
            Secret::Environment(name) => format!("env:{name}"),
            Secret::File(path) => format!("file:{}", path.display()),
        };
        Ok(Self::secret(secret.fetch()?, &shown))
    }

    /// One that is a secret, with what may be shown of it.
    #[must_use]
    pub fn secret(value: SecretString, shown: &str) -> Self {
        let digest = Sha256::digest(value.expose_secret().as_bytes());
        let id = digest.iter().take(8).fold(0, |id, byte| id << 8 | u64::from(*byte));
        Self { shown: shown.to_owned(), value, id }
    }

    /// What may be shown of it.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// The address itself.
    pub(crate) fn expose(&self) -> &str {
        self.value.expose_secret()
    }

    /// Tells it from others, and is no secret.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.shown).finish()
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.shown == other.shown
    }
}

impl Eq for Address {}
