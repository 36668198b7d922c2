//! Standard output: one line a notification, for people or as JSON.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use nvp_respond::effect::Notification;
use serde::{Deserialize, Serialize};

use super::config::Templates;
use super::config::kind::{Kind, no_contact};
use super::text::{Escape, Fields, Renderer};
use super::{Address, Attempt, Channel, Delivering, Failure, Receipt, Repeat, Site, Stage};

/// The form of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// For people.
    #[default]
    Text,
    /// One JSON object.
    Json,
}

/// `kind = "standard_output"`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StandardOutputConfig {
    form: Form,
}

impl Kind for StandardOutputConfig {
    fn has_own_address(&self) -> bool {
        true
    }

    fn own_address(&self) -> Result<Option<Address>, String> {
        Ok(Some(Address::open("standard output")))
    }

    fn check_contact(&self, _text: &str) -> Result<(), String> {
        Err(no_contact("standard output"))
    }

    fn contact(&self, _text: &str) -> Result<Address, String> {
        Err(no_contact("standard output"))
    }

    fn bind(&self, site: &Site, templates: &Templates) -> Result<Arc<dyn Channel>, String> {
        Ok(Arc::new(StandardOutput::new(io::stdout(), self.form, site, templates)))
    }
}

/// A writer that notifications are written to. Slow or blocked, it holds up nothing but itself.
pub struct StandardOutput {
    writer: Arc<Mutex<dyn Write + Send>>,
    form: Form,
    site: Site,
    renderer: Renderer,
}

/// A notification as a line of JSON.
#[derive(Serialize)]
struct Line<'n> {
    #[serde(flatten)]
    fields: Fields<'n>,
    number: u64,
}

impl StandardOutput {
    /// Writes to `writer`.
    pub fn new(writer: impl Write + Send + 'static, form: Form, site: &Site, templates: &Templates) -> Self {
        Self {
            writer: Arc::new(Mutex::new(writer)),
            form,
            site: site.clone(),
            renderer: templates.renderer(site, Escape::Nothing),
        }
    }

    fn line(&self, notification: &Notification, in_doubt: bool) -> Result<String, Failure> {
        match self.form {
            Form::Text => Ok(self.renderer.render(notification, in_doubt).subject),
            Form::Json => {
                let fields = Fields::of(notification, &self.site, Escape::Nothing, in_doubt);
                serde_json::to_string(&Line { fields, number: notification.number })
                    .map_err(|error| Failure::Permanent(error.to_string()))
            }
        }
    }
}

impl Channel for StandardOutput {
    fn kind(&self) -> &'static str {
        "standard_output"
    }

    fn repeat(&self, _notification: &Notification, _address: &Address) -> Repeat {
        Repeat::Unsafe
    }

    fn deliver<'a>(
        &'a self,
        notification: &'a Notification,
        _address: &'a Address,
        attempt: Attempt,
    ) -> Delivering<'a> {
        Box::pin(async move {
            let line = self.line(notification, attempt.in_doubt)?;
            let writer = Arc::clone(&self.writer);
            let written = tokio::task::spawn_blocking(move || {
                let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
                writeln!(writer, "{line}").and_then(|()| writer.flush())
            });
            match written.await {
                Ok(Ok(())) => Ok(Receipt { stage: Stage::Sent, remote: None }),
                Ok(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                    Err(Failure::Permanent("nobody reads standard output any more".to_owned()))
                }
                Ok(Err(error)) => Err(Failure::Unknown(error.to_string())),
                Err(error) => Err(Failure::Unknown(error.to_string())),
            }
        })
    }

    fn template_failures(&self) -> u64 {
        self.renderer.failures()
    }
}
