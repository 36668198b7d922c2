//! Whether the secrets that a configuration names are there: each is fetched, and forgotten again.

use std::path::Path;

use nvp_control::{ControlConfig, ControlError};
use nvp_drive::binding::{Answers, Problem};
use nvp_settings::{Fault, Secret};

use super::Written;

/// Keys under which a text that looks like the name of a secret is none.
const TEXT_KEYS: [&str; 3] = ["subject", "body", "json"];
/// How to mend it.
const MEND: &str = "set it, or name another place";

/// What is missing of all secrets that are named.
pub fn missing_of_all(written: &Written) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Ok(table) = toml::from_str::<toml::Table>(&written.text) {
        look("", &table, &mut problems);
    }
    problems
}

/// What is missing of the secrets that a table names.
pub fn missing_under(written: &Written, table: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let all = toml::from_str::<toml::Table>(&written.text).unwrap_or_default();
    if let Some(value) = all.get(table) {
        look_at(table, value, &mut problems);
    }
    problems
}

/// What is wrong with the secrets of tokens, where they are there.
pub fn weak_tokens(control: &ControlConfig) -> Option<Problem> {
    // Where the socket is does not matter here.
    let error = control.options(Path::new("")).ok()?.check().err()?;
    let name = match &error {
        ControlError::Short { name, .. }
        | ControlError::Name { name }
        | ControlError::Same { other: name, .. } => name,
        _ => return None,
    };
    let path = format!("control.token.{name}.secret");
    Some(Problem::configured(Fault::Value, path, error.to_string(), ""))
}

/// What is missing of the secrets by which alerts are answered; providers only where `is_declared`.
pub fn missing_of_answers(answers: &Answers, is_declared: &dyn Fn(&str) -> bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    let tables = &answers.tables;
    for (key, table) in [("channel", &tables.channel), ("person", &tables.person), ("team", &tables.team)] {
        look(key, table, &mut problems);
    }
    for (name, value) in answers.providers.iter().filter(|(name, _)| is_declared(name)) {
        look_at(&format!("provider.{name}"), value, &mut problems);
    }
    problems
}

fn look(path: &str, table: &toml::Table, problems: &mut Vec<Problem>) {
    for (key, value) in table.iter().filter(|(key, _)| !TEXT_KEYS.contains(&key.as_str())) {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        look_at(&path, value, problems);
    }
}

fn look_at(path: &str, value: &toml::Value, problems: &mut Vec<Problem>) {
    match value {
        toml::Value::Table(table) => look(path, table, problems),
        toml::Value::Array(entries) => {
            for (at, entry) in entries.iter().enumerate() {
                look_at(&format!("{path}.{at}"), entry, problems);
            }
        }
        toml::Value::String(text) => {
            if let Ok(secret) = Secret::parse(text)
                && let Err(why) = secret.fetch()
            {
                problems.push(Problem::configured(Fault::Secret, path, why.to_string(), MEND));
            }
        }
        _ => {}
    }
}
