//! Headers that a configuration adds to the calls of a channel.

use std::collections::BTreeMap;

use nvp_settings::{Secret, Setting};
use reqwest::header::{AUTHORIZATION, HeaderMap};
use secrecy::SecretString;

use super::call::{header_name, sensitive};

/// What in a header's name says that its value is a secret.
const SECRET_NAMES: [&str; 6] = ["authorization", "cookie", "key", "password", "secret", "token"];

/// Headers ready to be sent, and the secrets among them.
#[derive(Default)]
pub(crate) struct Headers {
    pub(crate) map: HeaderMap,
    pub(crate) secrets: Vec<SecretString>,
}

/// Looks at headers without fetching anything.
///
/// # Errors
/// What is wrong with one of them.
pub(crate) fn check(headers: &BTreeMap<String, Setting>) -> Result<(), String> {
    for (name, setting) in headers {
        let header = header_name(name)?;
        let is_secret = SECRET_NAMES.iter().any(|word| header.as_str().contains(word));
        if is_secret && matches!(setting, Setting::Plain(_)) {
            return Err(format!("the header `{name}`: {}", nvp_settings::SecretError::Literal));
        }
    }
    Ok(())
}

/// Fetches what is kept elsewhere.
///
/// # Errors
/// What cannot be fetched or sent.
pub(crate) fn fetch(headers: &BTreeMap<String, Setting>, bearer: Option<&Secret>) -> Result<Headers, String> {
    check(headers)?;
    let mut fetched = Headers::default();
    for (name, setting) in headers {
        let value = setting.fetch().map_err(|error| error.to_string())?;
        let line = sensitive("", &value)
            .ok_or_else(|| format!("the header `{name}`: a header is one line of text"))?;
        fetched.map.insert(header_name(name)?, line);
        if matches!(setting, Setting::Kept(_)) {
            fetched.secrets.push(value);
        }
    }
    if let Some(bearer) = bearer {
        let token = bearer.fetch().map_err(|error| error.to_string())?;
        let line = sensitive("Bearer ", &token).ok_or("`bearer`: a token is one line of text")?;
        fetched.map.insert(AUTHORIZATION, line);
        fetched.secrets.push(token);
    }
    Ok(fetched)
}
