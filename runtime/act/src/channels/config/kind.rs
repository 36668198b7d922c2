//! What the configuration of each kind of channel can do.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use serde::de::Error as _;

use super::Templates;
use crate::channels::email::EmailConfig;
use crate::channels::pagerduty::PagerDutyConfig;
use crate::channels::slack::SlackConfig;
use crate::channels::standard_output::StandardOutputConfig;
use crate::channels::ticket::TicketConfig;
use crate::channels::webhook::WebhookConfig;
use crate::channels::{Address, Channel, Site};

/// The configuration of a channel.
pub(crate) trait Kind: Debug + Send + Sync {
    /// Looks at what can be looked at without fetching a secret.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    /// Whether it has an address of its own, by which it reaches every team as such.
    fn has_own_address(&self) -> bool;

    /// Where it goes when nobody is named, fetched.
    fn own_address(&self) -> Result<Option<Address>, String>;

    /// Looks at the address of a person or team without fetching a secret.
    fn check_contact(&self, text: &str) -> Result<(), String>;

    /// The address of a person or team, fetched.
    fn contact(&self, text: &str) -> Result<Address, String>;

    /// Whether it shows that somebody has acknowledged an incident.
    fn shows_acknowledgements(&self) -> bool {
        false
    }

    /// Whether it closes the tickets that it has written.
    fn closes_tickets(&self) -> bool {
        false
    }

    /// The channel at work.
    fn bind(&self, site: &Site, templates: &Templates) -> Result<Arc<dyn Channel>, String>;
}

/// The kinds there are.
pub(super) const KINDS: [&str; 6] = ["email", "pagerduty", "slack", "standard_output", "ticket", "webhook"];

/// Reads the configuration of a kind; `None` when there is no such kind.
pub(super) fn read(kind: &str, table: toml::Table) -> Option<Result<Box<dyn Kind>, String>> {
    match kind {
        "email" => Some(as_kind::<EmailConfig>(table)),
        "pagerduty" => Some(as_kind::<PagerDutyConfig>(table)),
        "slack" => Some(as_kind::<SlackConfig>(table)),
        "standard_output" => Some(as_kind::<StandardOutputConfig>(table)),
        "ticket" => Some(as_kind::<TicketConfig>(table)),
        "webhook" => Some(as_kind::<WebhookConfig>(table)),
        _ => None,
    }
}

fn as_kind<K: Kind + serde::de::DeserializeOwned + 'static>(
    table: toml::Table,
) -> Result<Box<dyn Kind>, String> {
    let kind: K = with_place(table)?;
    kind.check()?;
    Ok(Box::new(kind))
}

/// Reads a table; what is wrong is said with the key that it is wrong at, where the words do not name it.
pub(super) fn with_place<T: serde::de::DeserializeOwned>(table: toml::Table) -> Result<T, String> {
    serde_path_to_error::deserialize(toml::Value::Table(table)).map_err(|error| {
        let (path, why) = (error.path().to_string(), one_line(error.inner()));
        let key = path.split(['.', '[']).next().unwrap_or_default();
        if key.is_empty() || why.contains(&format!("`{key}`")) { why } else { format!("`{key}`: {why}") }
    })
}

/// What the TOML reader says, on one line, without what stands there.
pub(super) fn one_line(error: &toml::de::Error) -> String {
    nvp_settings::without_text(error.message())
}

/// What is said of an address on a channel that takes none.
pub(crate) fn no_contact(channel: &str) -> String {
    format!("{channel} takes no address of a person or team: leave it out")
}

/// How long an attempt may take unless said.
pub(crate) fn default_timeout() -> Duration {
    Duration::from_secs(10)
}

/// Reads a duration above zero.
pub(crate) fn positive<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let duration = nvp_settings::duration(from)?;
    if duration.is_zero() {
        return Err(D::Error::custom("a duration above 0s is needed, such as `10s`"));
    }
    Ok(duration)
}
