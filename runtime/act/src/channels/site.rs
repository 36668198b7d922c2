//! Who speaks: what tells this installation from others that use the same services.

use nvp_respond::input::IncidentNumber;
use sha2::{Digest as _, Sha256};

/// This installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Its name, part of all keys: two installations that tell the same service have two names.
    pub name: String,
    /// Where people read of an incident; `{incident}` stands for its number.
    pub url: Option<String>,
}

impl Default for Site {
    fn default() -> Self {
        Self { name: "novaevo-policy".to_owned(), url: None }
    }
}

impl Site {
    /// Where people read of this incident.
    pub(crate) fn link(&self, incident: Option<IncidentNumber>) -> Option<String> {
        Some(self.url.as_ref()?.replace("{incident}", &incident?.to_string()))
    }

    /// A key of so many hexadecimal digits (at most 64) over all parts, the same at every attempt and after every restart.
    pub(crate) fn digest(&self, parts: &[&str], digits: usize) -> String {
        let mut hash = Sha256::new();
        for part in [self.name.as_str()].iter().chain(parts) {
            // The length first, so that no two lists of parts run together.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let mut text = hex::encode(hash.finalize());
        text.truncate(digits);
        text
    }
}
