//! Channels, people and teams as the configuration says them.
//!
//! ```toml
//! [notifications]
//! site = "eu-1"                                  # tells this installation from others that use the same services
//! url  = "https://policy.example/incidents/{incident}"
//!
//! [channel.email]
//! kind = "email"
//! host = "smtp.example"
//! from = "policy@example.org"
//!
//! [channel.slack]
//! kind  = "slack"
//! token = "env:SLACK_TOKEN"
//!
//! [person.alice]
//! email = "alice@example.org"
//!
//! [team.operations]
//! members = ["alice"]
//! slack   = "#ops"
//!
//! [[team.operations.rotation]]
//! name    = "on call"
//! members = ["alice", "bob"]
//! zone    = "Europe/Paris"
//! first   = 2026-01-05
//! at      = 09:00:00
//! days    = 7
//! ```
//!
//! A key of a person or team that is the name of a channel is an address there. A channel with an address of its own (a webhook's
//! `url`, a `routing_key`) reaches every team as such. Reading fetches no secret; [`Configuration::bind`] does.

mod bind;
mod error;
pub(crate) mod kind;
mod people;
mod read;
mod rotation;
mod teams;
mod templates;

use std::collections::BTreeMap;
use std::time::Duration;

use nvp_respond::roster::Roster;
use serde::Deserialize;

pub use self::bind::{Addresses, Bound, Channels};
pub use self::error::ConfigError;
use self::kind::Kind;
pub use self::templates::Templates;
use super::Site;

/// The tables of a configuration that are read here.
#[derive(Clone, Default, Deserialize)]
pub struct Tables {
    /// `[notifications]`.
    #[serde(default)]
    pub notifications: toml::Table,
    /// `[channel.NAME]`.
    #[serde(default)]
    pub channel: toml::Table,
    /// `[person.NAME]`.
    #[serde(default)]
    pub person: toml::Table,
    /// `[team.NAME]`.
    #[serde(default)]
    pub team: toml::Table,
}

/// What the tables say, looked at, without a secret.
#[derive(Debug)]
pub struct Configuration {
    /// Who speaks.
    pub site: Site,
    channels: BTreeMap<String, ChannelConfig>,
    /// By person or team: address by channel.
    people: BTreeMap<String, BTreeMap<String, String>>,
    teams: BTreeMap<String, BTreeMap<String, String>>,
    roster: Roster,
}

/// `[channel.NAME]`.
#[derive(Debug)]
struct ChannelConfig {
    common: Common,
    templates: Templates,
    kind: Box<dyn Kind>,
}

/// What every channel can be told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Common {
    /// How long a notification is tried.
    #[serde(deserialize_with = "kind::positive")]
    give_up_after: Duration,
    /// How many notifications may be in hand.
    queue: std::num::NonZeroUsize,
}

impl Default for Common {
    fn default() -> Self {
        Self {
            give_up_after: Duration::from_secs(1_800),
            queue: std::num::NonZeroUsize::MIN.saturating_add(4_095),
        }
    }
}

impl Configuration {
    /// Who is who, and by which channels they can be reached, without any address.
    #[must_use]
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// The names of the channels, with their kinds.
    pub fn channels(&self) -> impl Iterator<Item = &str> {
        self.channels.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests;
