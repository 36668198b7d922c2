//! `[team.NAME]`: members, turns, and addresses of the team as such.

use std::collections::{BTreeMap, BTreeSet};

use nvp_respond::roster::TeamRoster;
use nvp_settings::Fault;

use super::people::{Contacts, read_contacts};
use super::rotation::read_rotation;
use super::{ChannelConfig, ConfigError};

/// The keys of a team that are no channels.
const OWN_KEYS: [&str; 2] = ["members", "rotation"];

/// Reads all teams: their addresses, and who is in them.
pub(super) fn read_teams(
    table: &toml::Table,
    is_channel: &dyn Fn(&str) -> bool,
    channels: &BTreeMap<String, ChannelConfig>,
    people: &toml::Table,
    errors: &mut Vec<ConfigError>,
) -> (Contacts, BTreeMap<String, TeamRoster>) {
    let (mut contacts, mut rosters) = (Contacts::new(), BTreeMap::new());
    for key in OWN_KEYS.iter().filter(|key| is_channel(key)) {
        let problem = format!("a channel cannot be called `{key}`: in a team that means something else");
        errors.push(ConfigError::new(format!("channel.{key}"), problem));
    }
    for (name, value) in table {
        let place = format!("team.{name}");
        let Some(team) = value.as_table() else {
            errors.push(ConfigError::new(place, "a table is needed").help("write `[team.NAME]`"));
            continue;
        };
        let addresses = team.iter().filter(|(key, _)| !OWN_KEYS.contains(&key.as_str()));
        let addresses = read_contacts(&place, addresses, is_channel, channels, errors);
        let members = team
            .get("members")
            .map_or_else(Vec::new, |value| names(&format!("{place}.members"), value, people, errors));
        let rotations = match team.get("rotation") {
            None => Vec::new(),
            Some(toml::Value::Array(list)) => list
                .iter()
                .enumerate()
                .filter_map(|(at, value)| {
                    read_rotation(&format!("{place}.rotation.{at}"), value, people, errors)
                })
                .collect(),
            Some(_) => {
                let error = ConfigError::new(format!("{place}.rotation"), "a list of tables is needed");
                errors.push(error.help(format!("write `[[team.{name}.rotation]]`")));
                Vec::new()
            }
        };
        let own = channels.iter().filter(|(_, config)| config.kind.has_own_address());
        let shared: BTreeSet<String> =
            addresses.keys().cloned().chain(own.map(|(channel, _)| channel.clone())).collect();
        contacts.insert(name.clone(), addresses);
        rosters.insert(name.clone(), TeamRoster { members, rotations, shared });
    }
    (contacts, rosters)
}

/// Names of people who are there, each once.
pub(super) fn names(
    place: &str,
    value: &toml::Value,
    people: &toml::Table,
    errors: &mut Vec<ConfigError>,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let Some(list) = value.as_array() else {
        errors
            .push(ConfigError::new(place, "a list of names is needed").help("write `[\"alice\", \"bob\"]`"));
        return names;
    };
    for value in list {
        match value.as_str() {
            Some(name) if names.iter().any(|known| known == name) => {
                errors.push(ConfigError::new(place, format!("`{name}` is in it twice")));
            }
            Some(name) if people.contains_key(name) => names.push(name.to_owned()),
            Some(name) => errors.push(unknown_person(place, name)),
            None => errors.push(ConfigError::new(place, "a list of names is needed")),
        }
    }
    names
}

/// Somebody who is not there.
pub(super) fn unknown_person(place: &str, name: &str) -> ConfigError {
    ConfigError::new(place, format!("nobody is called `{name}`"))
        .help(format!("write `[person.{name}]`"))
        .fault(Fault::Name)
}
