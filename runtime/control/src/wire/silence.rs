//! Silences.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A silence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// Its number.
    pub number: u64,
    /// The key of whoever asked for it.
    pub key: String,
    /// The alert, or all.
    pub alert: Option<String>,
    /// The service, or all.
    pub service: Option<String>,
    /// Labels that a row must have.
    pub labels: BTreeMap<String, String>,
    /// From, inclusive.
    pub from_ms: i64,
    /// To, exclusive.
    pub to_ms: i64,
    /// Why.
    pub why: String,
    /// Who asked for it.
    pub made_by: String,
    /// When.
    pub made_ms: i64,
    /// Who ended it.
    pub ended_by: Option<String>,
    /// When.
    pub ended_ms: Option<i64>,
}

/// Which silences.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SilenceQuery {
    /// Those that are over too.
    #[serde(default)]
    pub all: bool,
    /// Only those with a lesser number: the last one of the page before.
    pub after: Option<u64>,
    /// How many at most; 100 where it is not said, never more than 1,000.
    pub rows: Option<u32>,
}

/// A page of silences, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Silences {
    /// The silences.
    pub silences: Vec<Silence>,
    /// What to say as `after` for the next page; `null` when this is the last.
    pub next: Option<u64>,
}

/// A silence to begin, now. One with the key of a silence that holds is that silence, and holds for so long from now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSilence {
    /// Its key; where it is not said, made of what it silences, so that the same silence has the same key.
    pub key: Option<String>,
    /// Only this alert.
    pub alert: Option<String>,
    /// Only this service.
    pub service: Option<String>,
    /// Only rows with these labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Everything, where neither alert nor service nor labels are said.
    #[serde(default)]
    pub everything: bool,
    /// For how long, in ms.
    pub for_ms: i64,
    /// Why.
    pub why: String,
}

/// The longest silence, in ms: a year. What is to be silent for longer is no alert.
pub(crate) const FOR_MS_MAX: i64 = 366 * 86_400_000;

impl NewSilence {
    /// What is wrong with it.
    ///
    /// # Errors
    /// When it says no duration, no reason, or not what it silences; the text says so.
    pub fn check(&self) -> Result<(), &'static str> {
        let is_open = self.alert.is_none() && self.service.is_none() && self.labels.is_empty();
        match () {
            () if self.for_ms <= 0 => Err("a silence needs a duration greater than 0"),
            () if self.for_ms > FOR_MS_MAX => {
                Err("a silence lasts a year at most; what is to be silent for longer is no alert")
            }
            () if self.why.trim().is_empty() => Err("a silence says why"),
            () if is_open && !self.everything => {
                Err("a silence says what it silences: an alert, a service or labels; or `everything`")
            }
            () if !is_open && self.everything => {
                Err("a silence of `everything` names no alert, service or labels")
            }
            () => Ok(()),
        }
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> String {
        if let Some(key) = &self.key {
            return key.clone();
        }
        let named = [("alert", &self.alert), ("service", &self.service)];
        let named =
            named.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_deref()?)));
        let labels = self.labels.iter().map(|(name, value)| format!("{name}={value:?}"));
        let parts: Vec<String> = named.chain(labels).collect();
        if parts.is_empty() { "everything".to_owned() } else { parts.join(" ") }
    }
}
