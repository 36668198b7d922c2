//! Slack: messages by a bot (`token`), in an incident's thread, or through incoming webhooks.
//!
//! A bot's message carries our key as metadata. Where an earlier attempt may have arrived and the address is a channel's id, the
//! history is searched for the key first; where the bot may not read it, the message is sent once more, marked. An incoming webhook
//! can neither be searched nor thread.

mod answer;
mod bot;
mod incoming;
mod threads;

use std::sync::Arc;
use std::time::Duration;

use nvp_settings::{Secret, Setting};
use serde::Deserialize;

use self::bot::Bot;
use self::incoming::Incoming;
use super::call::http_address;
use super::config::Templates;
use super::config::kind::{Kind, default_timeout, positive};
use super::text::{Escape, Text, truncated};
use super::webhook::{check_url, url_address};
use super::{Address, Channel, Pace, Site};

/// The service; another one for tests is said in `url`.
const SERVICE: &str = "https://slack.com/api";
/// About one message a second and channel is taken; more are refused with 429.
const PACE: Pace = Pace { every: Duration::from_secs(1), burst: 3 };
/// The longest text that is shown whole.
const TEXT_CHARACTERS_MAX: usize = 4_000;

/// `kind = "slack"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SlackConfig {
    token: Option<Secret>,
    /// Of a bot: where its team's messages go unless a team says otherwise.
    channel: Option<String>,
    /// Of an incoming webhook: its address. Of a bot: the service.
    url: Option<Setting>,
    #[serde(default = "default_timeout", deserialize_with = "positive")]
    timeout: Duration,
}

impl Kind for SlackConfig {
    fn check(&self) -> Result<(), String> {
        if let Some(url) = &self.url {
            check_url(url)?;
        }
        match (&self.token, &self.channel) {
            (Some(_), Some(channel)) => check_room(channel),
            (None, Some(_)) => Err("an incoming webhook has its channel: leave `channel` out, or give \
                                    `token = \"env:NAME\"` for a bot"
                .to_owned()),
            (_, None) => Ok(()),
        }
    }

    fn has_own_address(&self) -> bool {
        if self.token.is_some() { self.channel.is_some() } else { self.url.is_some() }
    }

    fn own_address(&self) -> Result<Option<Address>, String> {
        match (&self.token, &self.url) {
            (Some(_), _) => Ok(self.channel.as_deref().map(Address::open)),
            (None, url) => url.as_ref().map(url_address).transpose(),
        }
    }

    fn check_contact(&self, text: &str) -> Result<(), String> {
        if self.token.is_some() { check_room(text) } else { check_url(&Setting::from(text.to_owned())) }
    }

    fn contact(&self, text: &str) -> Result<Address, String> {
        if self.token.is_some() {
            check_room(text).map(|()| Address::open(text))
        } else {
            url_address(&Setting::from(text.to_owned()))
        }
    }

    /// In the incident's thread, which an incoming webhook does not have.
    fn shows_acknowledgements(&self) -> bool {
        self.token.is_some()
    }

    fn bind(&self, site: &Site, templates: &Templates) -> Result<Arc<dyn Channel>, String> {
        let renderer = templates.renderer(site, Escape::Slack);
        let Some(token) = &self.token else {
            return Ok(Arc::new(Incoming::new(self.timeout, renderer)?));
        };
        let token = token.fetch().map_err(|error| error.to_string())?;
        let base = match &self.url {
            Some(url) => url_address(url)?.expose().trim_end_matches('/').to_owned(),
            None => SERVICE.to_owned(),
        };
        http_address(&base)?;
        Ok(Arc::new(Bot::new(base, token, self.timeout, site, renderer)?))
    }
}

/// Looks at where a bot's message goes: `#name`, or an id.
fn check_room(text: &str) -> Result<(), String> {
    let is_name = text.strip_prefix('#').is_some_and(|name| {
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
    });
    if is_name || is_id(text) {
        return Ok(());
    }
    Err("a channel of Slack is `#name`, or an id such as `C024BE91L`".to_owned())
}

/// Whether it is the id of a channel, a group, a conversation or a person.
fn is_id(text: &str) -> bool {
    text.len() >= 6
        && text.starts_with(['C', 'D', 'G', 'U', 'W'])
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

/// The message as one text.
fn message(text: &Text) -> String {
    truncated(&format!("{}\n{}", text.subject, text.body), TEXT_CHARACTERS_MAX)
}
