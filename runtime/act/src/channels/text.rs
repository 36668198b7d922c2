//! What a notification says: a subject and a body, from the configuration's templates or in plain words.
//!
//! What comes from outside (labels, what an alert says) holds no control characters and no markup of the channel once it is here.

mod clean;
mod fields;
mod plain;

use std::io;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use nvp_respond::effect::Notification;
use serde::Serialize;

pub(crate) use self::clean::{Escape, truncated};
pub(crate) use self::fields::Fields;
use super::Site;

/// The longest text that a template may give, in bytes.
const TEXT_BYTES_MAX: usize = 64 << 10;
/// The steps that a template may take.
const TEMPLATE_STEPS_MAX: u64 = 100_000;
/// What stands before the subject of what may have arrived before.
const POSSIBLE_REPEAT: &str = "[possible repeat] ";

/// A notification in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    /// One line.
    pub(crate) subject: String,
    /// Lines.
    pub(crate) body: String,
}

/// Puts notifications into words.
pub(crate) struct Renderer {
    site: Site,
    escape: Escape,
    subject: Option<String>,
    body: Option<String>,
    failures: AtomicU64,
}

impl Renderer {
    /// With the configuration's templates where it has any.
    pub(crate) fn new(site: Site, escape: Escape, subject: Option<String>, body: Option<String>) -> Self {
        Self { site, escape, subject, body, failures: AtomicU64::new(0) }
    }

    /// How often a template failed and plain words were sent.
    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Relaxed)
    }

    /// The words for a notification; a template that fails is replaced by plain words, counted and logged.
    pub(crate) fn render(&self, notification: &Notification, in_doubt: bool) -> Text {
        let fields = Fields::of(notification, &self.site, self.escape, in_doubt);
        let subject = self.one(self.subject.as_deref(), &fields).unwrap_or_else(|| plain::subject(&fields));
        let body = self.one(self.body.as_deref(), &fields).unwrap_or_else(|| plain::body(&fields));
        let mark = if in_doubt { POSSIBLE_REPEAT } else { "" };
        Text { subject: format!("{mark}{}", clean::line(&subject)), body: clean::lines(&body) }
    }

    fn one(&self, template: Option<&str>, fields: &Fields<'_>) -> Option<String> {
        match render(template?, fields) {
            Ok(text) => Some(text),
            Err(why) => {
                self.failures.fetch_add(1, Relaxed);
                tracing::error!(channel = fields.channel, why, "a template failed: plain words are sent");
                None
            }
        }
    }
}

/// Renders a template with these fields.
///
/// # Errors
/// What is wrong with it, or that it names what is not there.
pub(crate) fn render(template: &str, fields: &impl Serialize) -> Result<String, String> {
    let environment = environment();
    let mut out = Bounded(Vec::new());
    let template = environment.template_from_str(template).map_err(|error| error.to_string())?;
    template.render_captured_to(Serde(fields), &mut out).map_err(|error| error.to_string())?;
    String::from_utf8(out.0).map_err(|error| error.to_string())
}

/// Looks at a template without a notification.
///
/// # Errors
/// What is wrong with its syntax, or which name no notification has.
pub(crate) fn check(template: &str) -> Result<(), String> {
    check_names(template, &Fields::NAMES)
}

/// The same where other names can be inserted.
///
/// # Errors
/// As [`check`].
pub(crate) fn check_names(template: &str, known: &[&str]) -> Result<(), String> {
    let environment = environment();
    let parsed = environment.template_from_str(template).map_err(|error| error.to_string())?;
    let is_known =
        |name: &str| known.contains(&name) || environment.globals().any(|(global, _)| global == name);
    let named = parsed.undeclared_variables(false).into_iter();
    let mut unknown: Vec<String> = named.filter(|name| !is_known(name)).collect();
    unknown.sort();
    unknown.first().map_or(Ok(()), |name| {
        let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        Err(format!("there is no `{name}` to insert: there is {}", known.join(", ")))
    })
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(TEMPLATE_STEPS_MAX));
    environment
}

/// Memory that ends.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len().saturating_add(bytes.len()) > TEXT_BYTES_MAX {
            return Err(io::Error::other(format!("the text is longer than {TEXT_BYTES_MAX} bytes")));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
