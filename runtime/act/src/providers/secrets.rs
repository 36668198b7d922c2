//! What must never be shown: taken out of every text that leaves.

use std::collections::BTreeMap;
use std::fmt;

use nvp_respond::value::Value;
use nvp_settings::Setting;
use secrecy::{ExposeSecret as _, SecretString};

/// A secret that is shorter is none, and taking it out would leave nothing to read.
const SECRET_BYTES_MIN: usize = 4;
/// What stands in its place.
const HIDDEN: &str = "…";

/// The secrets that a provider holds.
#[derive(Clone, Default)]
pub struct Secrets(Vec<SecretString>);

impl Secrets {
    /// Takes note of a secret, also as it looks within JSON.
    pub(super) fn add(&mut self, secret: &SecretString) {
        let plain = secret.expose_secret();
        if plain.len() < SECRET_BYTES_MIN {
            return;
        }
        self.0.push(secret.clone());
        let quoted = serde_json::Value::from(plain).to_string();
        let within = quoted.trim_matches('"');
        if within != plain {
            self.0.push(SecretString::from(within.to_owned()));
        }
        // The longest first: a secret may be part of another.
        self.0.sort_by_key(|secret| std::cmp::Reverse(secret.expose_secret().len()));
    }

    /// Takes note of what is kept elsewhere than in the configuration.
    pub(super) fn add_kept(&mut self, setting: &Setting, fetched: &SecretString) {
        if matches!(setting, Setting::Kept(_)) {
            self.add(fetched);
        }
    }

    /// The text without any of them.
    #[must_use]
    pub fn hide(&self, mut text: String) -> String {
        for secret in &self.0 {
            if text.contains(secret.expose_secret()) {
                text = text.replace(secret.expose_secret(), HIDDEN);
            }
        }
        text
    }

    /// The value without any of them.
    #[must_use]
    pub fn hide_in(&self, value: Value) -> Value {
        match value {
            Value::Text(text) => Value::Text(self.hide(text)),
            Value::List(values) => Value::List(values.into_iter().map(|value| self.hide_in(value)).collect()),
            other => other,
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} secrets", self.0.len())
    }
}

/// Settings by name, fetched.
pub(super) type Fetched = BTreeMap<String, SecretString>;

/// Fetches settings, and takes note of those that are secrets.
///
/// # Errors
/// The setting's name and why it cannot be fetched.
pub(super) fn fetch_all(
    settings: &BTreeMap<String, Setting>,
    secrets: &mut Secrets,
) -> Result<Fetched, (String, String)> {
    let mut fetched = Fetched::new();
    for (name, setting) in settings {
        let text = setting.fetch().map_err(|why| (name.clone(), why.to_string()))?;
        secrets.add_kept(setting, &text);
        fetched.insert(name.clone(), text);
    }
    Ok(fetched)
}
