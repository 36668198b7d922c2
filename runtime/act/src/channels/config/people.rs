//! `[person.NAME]`: an address by channel.

use std::collections::BTreeMap;

use nvp_settings::Fault;

use super::error::listed;
use super::{ChannelConfig, ConfigError};

/// Addresses by channel, of everybody.
pub(super) type Contacts = BTreeMap<String, BTreeMap<String, String>>;

/// Reads all people.
pub(super) fn read_people(
    table: &toml::Table,
    is_channel: &dyn Fn(&str) -> bool,
    channels: &BTreeMap<String, ChannelConfig>,
    errors: &mut Vec<ConfigError>,
) -> Contacts {
    let mut people = Contacts::new();
    for (name, value) in table {
        let place = format!("person.{name}");
        let Some(contacts) = value.as_table() else {
            errors.push(ConfigError::new(place, "a table is needed").help("write `[person.NAME]`"));
            continue;
        };
        let contacts = contacts.iter();
        people.insert(name.clone(), read_contacts(&place, contacts, is_channel, channels, errors));
    }
    people
}

/// Reads the addresses of a person or team.
pub(super) fn read_contacts<'t>(
    place: &str,
    contacts: impl Iterator<Item = (&'t String, &'t toml::Value)>,
    is_channel: &dyn Fn(&str) -> bool,
    channels: &BTreeMap<String, ChannelConfig>,
    errors: &mut Vec<ConfigError>,
) -> BTreeMap<String, String> {
    let mut read = BTreeMap::new();
    for (channel, value) in contacts {
        let place = format!("{place}.{channel}");
        if !is_channel(channel) {
            let known = listed(channels.keys().map(String::as_str));
            let mend = if known.is_empty() {
                format!("write `[channel.{channel}]`")
            } else {
                format!("write `[channel.{channel}]`, or one of {known}")
            };
            errors.push(ConfigError::new(place, "there is no such channel").help(mend).fault(Fault::Name));
            continue;
        }
        let Some(address) = value.as_str().filter(|text| !text.trim().is_empty()) else {
            errors.push(ConfigError::new(place, "an address is a text").fault(Fault::Address));
            continue;
        };
        match channels.get(channel).map_or(Ok(()), |config| config.kind.check_contact(address)) {
            Ok(()) => drop(read.insert(channel.clone(), address.to_owned())),
            Err(why) => {
                let error = ConfigError::new(place, why);
                let fault = if error.fault == Fault::Literal { Fault::Literal } else { Fault::Address };
                errors.push(error.fault(fault));
            }
        }
    }
    read
}
