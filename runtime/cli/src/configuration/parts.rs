//! From text to what it says, table by table: what is wrong in one hides nothing in another.

use nvp_act::channels::config::Tables;
use nvp_act::destinations::webhook::Webhook;
use nvp_control::{ControlConfig, ControlError};
use nvp_drive::binding::{Answers, Place, Problem};
use nvp_drive::codes;
use nvp_settings::{Fault, without_text};
use serde::de::DeserializeOwned;

use super::Config;

/// The tables there are.
const TABLES: [&str; 9] =
    ["channel", "control", "host", "notifications", "person", "provider", "scrape", "team", "webhook"];

/// Reads a text; what is wrong is added to the problems and left out.
pub(super) fn read(text: &str, problems: &mut Vec<Problem>) -> Config {
    let table: toml::Table = match toml::from_str(text) {
        Ok(table) => table,
        Err(error) => {
            let bytes = error.span().unwrap_or_default();
            let why = format!("this is no TOML: {}", without_text(error.message()));
            problems.push(Problem::new(codes::NOT_TOML, Place::Bytes(bytes), why, ""));
            return Config::default();
        }
    };
    let (mut config, mut tables, mut providers) = (Config::default(), Tables::default(), toml::Table::new());
    for (key, value) in table {
        match key.as_str() {
            "host" => config.host = part("host", value, problems),
            "scrape" => {
                config.scrape = list("scrape", value, problems)
                    .into_iter()
                    .filter_map(|(place, entry)| part(&place, entry, problems))
                    .collect();
            }
            "webhook" => {
                config.webhook = list("webhook", value, problems)
                    .into_iter()
                    .filter_map(|it| webhook(it, problems))
                    .collect()
            }
            "control" => config.control = control(value, problems),
            "notifications" => tables.notifications = as_table(&key, value, problems),
            "channel" => tables.channel = as_table(&key, value, problems),
            "person" => tables.person = as_table(&key, value, problems),
            "team" => tables.team = as_table(&key, value, problems),
            "provider" => providers = as_table(&key, value, problems),
            _ => problems.push(unknown(&key)),
        }
    }
    config.answers = Answers { tables, providers };
    config
}

fn unknown(key: &str) -> Problem {
    let help = match nvp_dsl::suggest(key, TABLES) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there is {}", TABLES.map(|table| format!("`{table}`")).join(", ")),
    };
    Problem::configured(Fault::UnknownKey, key, format!("there is no table `{key}`"), help)
}

fn as_table(key: &str, value: toml::Value, problems: &mut Vec<Problem>) -> toml::Table {
    let toml::Value::Table(table) = value else {
        let form =
            if key == "notifications" { "[notifications]".to_owned() } else { format!("[{key}.NAME]") };
        let why = format!("`{key}` is a table");
        problems.push(Problem::configured(Fault::Value, key, why, format!("write `{form}`")));
        return toml::Table::new();
    };
    table
}

/// The entries of `[[KEY]]`, with their places.
fn list(key: &str, value: toml::Value, problems: &mut Vec<Problem>) -> Vec<(String, toml::Value)> {
    let toml::Value::Array(entries) = value else {
        let why = format!("`{key}` is a list of tables");
        problems.push(Problem::configured(Fault::Value, key, why, format!("write `[[{key}]]`")));
        return Vec::new();
    };
    entries.into_iter().enumerate().map(|(at, entry)| (format!("{key}.{at}"), entry)).collect()
}

fn webhook((place, entry): (String, toml::Value), problems: &mut Vec<Problem>) -> Option<Webhook> {
    let hook: Webhook = part(&place, entry, problems)?;
    if let Err((key, why)) = hook.check() {
        let fault = match Fault::of(&why) {
            Fault::Value if key == "url" => Fault::Address,
            fault => fault,
        };
        problems.push(Problem::configured(fault, format!("{place}.{key}"), why, ""));
    }
    Some(hook)
}

fn control(value: toml::Value, problems: &mut Vec<Problem>) -> ControlConfig {
    let control: ControlConfig = part("control", value, problems).unwrap_or_default();
    if let Err(error) = control.check() {
        let (fault, path) = match &error {
            ControlError::NotLoopback { .. } => (Fault::Address, "control.listen".to_owned()),
            ControlError::NoAddress { name } => (Fault::Missing, format!("control.token.{name}")),
            _ => (Fault::Missing, "control".to_owned()),
        };
        problems.push(Problem::configured(fault, path, error.to_string(), ""));
    }
    control
}

/// Reads a part; the message does not repeat what stands there, which may be a secret.
fn part<T: DeserializeOwned>(place: &str, value: toml::Value, problems: &mut Vec<Problem>) -> Option<T> {
    let error = match serde_path_to_error::deserialize(value) {
        Ok(part) => return Some(part),
        Err(error) => error,
    };
    let path = error.path().to_string();
    let place = if path == "." { place.to_owned() } else { format!("{place}.{path}") };
    let why = without_text(error.inner().message());
    problems.push(Problem::configured(Fault::of(&why), place, why, ""));
    None
}
