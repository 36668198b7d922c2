//! From tables to what they say. All problems are found, not only the first.

use std::collections::{BTreeMap, BTreeSet};

use nvp_respond::roster::Roster;
use nvp_settings::Fault;
use serde::Deserialize;

use super::error::listed;
use super::kind::{KINDS, Kind, one_line, read, with_place};
use super::people::read_people;
use super::teams::read_teams;
use super::{ChannelConfig, Common, ConfigError, Configuration, Site, Tables, Templates};

/// The longest name of a site, in characters.
const SITE_CHARACTERS_MAX: usize = 64;

/// `[notifications]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Notifications {
    site: Option<String>,
    url: Option<String>,
}

impl Tables {
    /// Takes the tables that are read here out of a whole configuration.
    ///
    /// # Errors
    /// When it is no TOML; the error shows nothing of the text.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error| ConfigError::new("configuration", one_line(&error)))
    }
}

impl Configuration {
    /// Looks at the tables.
    ///
    /// # Errors
    /// All problems, by place.
    pub fn read(tables: &Tables) -> Result<Self, Vec<ConfigError>> {
        let mut errors = Vec::new();
        let site = read_site(&tables.notifications).unwrap_or_else(|error| {
            errors.push(error);
            Site::default()
        });
        let mut channels = BTreeMap::new();
        for (name, value) in &tables.channel {
            match read_channel(name, value) {
                Ok(channel) => drop(channels.insert(name.clone(), channel)),
                Err(error) => errors.push(error),
            }
        }
        // A channel that cannot be read is not unknown.
        let is_channel = |name: &str| tables.channel.contains_key(name);
        let people = read_people(&tables.person, &is_channel, &channels, &mut errors);
        let (teams, rosters) = read_teams(&tables.team, &is_channel, &channels, &tables.person, &mut errors);
        if !errors.is_empty() {
            return Err(errors);
        }
        let roster = Roster {
            teams: rosters,
            people: people
                .iter()
                .map(|(name, contacts)| (name.clone(), contacts.keys().cloned().collect()))
                .collect(),
            channels: channels.keys().cloned().collect(),
            show_acknowledgements: those(&channels, |kind| kind.shows_acknowledgements()),
            close_tickets: those(&channels, |kind| kind.closes_tickets()),
        };
        Ok(Self { site, channels, people, teams, roster })
    }
}

/// The names of the channels of which something is true.
fn those(channels: &BTreeMap<String, ChannelConfig>, is: impl Fn(&dyn Kind) -> bool) -> BTreeSet<String> {
    channels.iter().filter(|(_, config)| is(&*config.kind)).map(|(name, _)| name.clone()).collect()
}

fn read_site(table: &toml::Table) -> Result<Site, ConfigError> {
    let refuse = |why: String| ConfigError::new("notifications", why);
    let Notifications { site, url } =
        toml::Value::Table(table.clone()).try_into().map_err(|error| refuse(one_line(&error)))?;
    let name = site.unwrap_or_else(|| Site::default().name);
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.chars().count() > SITE_CHARACTERS_MAX || !name.chars().all(is_name) {
        return Err(refuse(format!(
            "a `site` is named with at most {SITE_CHARACTERS_MAX} letters, digits, `-`, `_` and `.`"
        )));
    }
    if let Some(url) = &url {
        crate::channels::call::http_address(url).map_err(|why| refuse(format!("`url`: {why}")))?;
    }
    Ok(Site { name, url })
}

fn read_channel(name: &str, value: &toml::Value) -> Result<ChannelConfig, ConfigError> {
    let place = format!("channel.{name}");
    let refuse = |why: String| ConfigError::new(&place, why);
    let mut table = value.as_table().cloned().ok_or_else(|| refuse("a table is needed".to_owned()))?;
    let kinds = || format!("write `kind` as one of {}", listed(KINDS));
    let kind = match table.remove("kind") {
        Some(toml::Value::String(kind)) => kind,
        _ => return Err(refuse("it does not say what it is".to_owned()).help(kinds()).fault(Fault::Missing)),
    };
    let common: Common = part(&mut table, &["give_up_after", "queue"]).map_err(refuse)?;
    let templates: Templates = part(&mut table, &["subject", "body"]).map_err(refuse)?;
    templates.check().map_err(refuse)?;
    let kind = read(&kind, table)
        .ok_or_else(|| {
            refuse("there is no such kind of channel".to_owned()).help(kinds()).fault(Fault::Kind)
        })?
        .map_err(refuse)?;
    Ok(ChannelConfig { common, templates, kind })
}

/// Takes these keys out of a table and reads them.
fn part<T: serde::de::DeserializeOwned>(table: &mut toml::Table, keys: &[&str]) -> Result<T, String> {
    let mut taken = toml::Table::new();
    for key in keys {
        if let Some(value) = table.remove(*key) {
            taken.insert((*key).to_owned(), value);
        }
    }
    with_place(taken)
}
