//! Channels at work, and where each reaches whom: with secrets fetched.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use nvp_respond::effect::Notification;

use super::{ConfigError, Configuration};
use crate::channels::{Address, Channel};

/// The channels by name.
pub type Channels = BTreeMap<String, Bound>;

/// A channel at work.
#[derive(Clone)]
pub struct Bound {
    /// The channel.
    pub channel: Arc<dyn Channel>,
    /// How long a notification is tried.
    pub give_up_after: Duration,
    /// How many notifications may be in hand.
    pub queue: NonZeroUsize,
}

/// Where each channel reaches whom. Its `Debug` shows no secret.
#[derive(Debug, Clone, Default)]
pub struct Addresses {
    own: BTreeMap<String, Address>,
    people: BTreeMap<(String, String), Address>,
    teams: BTreeMap<(String, String), Address>,
}

impl Addresses {
    /// Where this one goes: to the person, else to the team as such, else to where the channel goes by itself.
    #[must_use]
    pub fn of(&self, notification: &Notification) -> Option<&Address> {
        let (team, person) = (notification.team.as_deref(), notification.person.as_deref());
        self.find(&notification.channel, team, person)
    }

    /// Where a channel reaches a person, else a team as such, else where it goes by itself.
    #[must_use]
    pub fn find(&self, channel: &str, team: Option<&str>, person: Option<&str>) -> Option<&Address> {
        let key = |name: &str| (channel.to_owned(), name.to_owned());
        if let Some(person) = person {
            return self.people.get(&key(person));
        }
        let team = team.and_then(|team| self.teams.get(&key(team)));
        team.or_else(|| self.own.get(channel))
    }
}

impl Configuration {
    /// Fetches the secrets and makes the channels.
    ///
    /// # Errors
    /// All problems, by place.
    pub fn bind(&self) -> Result<(Channels, Addresses), Vec<ConfigError>> {
        let (mut channels, mut addresses) = (Channels::new(), Addresses::default());
        let mut errors = Vec::new();
        for (name, config) in &self.channels {
            let place = || format!("channel.{name}");
            match config.kind.bind(&self.site, &config.templates) {
                Ok(channel) => {
                    let bound = Bound {
                        channel,
                        give_up_after: config.common.give_up_after,
                        queue: config.common.queue,
                    };
                    channels.insert(name.clone(), bound);
                }
                Err(why) => errors.push(ConfigError::new(place(), why)),
            }
            match config.kind.own_address() {
                Ok(Some(own)) => drop(addresses.own.insert(name.clone(), own)),
                Ok(None) => {}
                Err(why) => errors.push(ConfigError::new(place(), why)),
            }
        }
        addresses.people = self.contacts("person", &self.people, &mut errors);
        addresses.teams = self.contacts("team", &self.teams, &mut errors);
        if errors.is_empty() { Ok((channels, addresses)) } else { Err(errors) }
    }

    fn contacts(
        &self,
        table: &str,
        contacts: &BTreeMap<String, BTreeMap<String, String>>,
        errors: &mut Vec<ConfigError>,
    ) -> BTreeMap<(String, String), Address> {
        let mut addresses = BTreeMap::new();
        for (name, by_channel) in contacts {
            for (channel, text) in by_channel {
                match self.channels.get(channel).map(|config| config.kind.contact(text)) {
                    Some(Ok(address)) => drop(addresses.insert((channel.clone(), name.clone()), address)),
                    Some(Err(why)) => {
                        errors.push(ConfigError::new(format!("{table}.{name}.{channel}"), why));
                    }
                    None => {}
                }
            }
        }
        addresses
    }
}
