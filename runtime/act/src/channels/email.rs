//! E-mail over SMTP: one recipient a transaction, so that one's refusal is nobody else's. STARTTLS is required unless told otherwise.
//!
//! The same notification has the same Message-ID at every attempt, and all of an incident refer to one, so that mail programs show
//! them as a thread. A `250` after the text means that the server took it over, not that anybody has it. When the connection breaks
//! between the text's end and that answer, nobody knows.

mod message;
mod session;

use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use nvp_respond::effect::Notification;
use nvp_settings::Secret;
use secrecy::ExposeSecret as _;
use serde::Deserialize;

use self::message::compose;
use self::session::Server;
use super::config::Templates;
use super::config::kind::{Kind, positive};
use super::text::{Escape, Renderer};
use super::{Address, Attempt, Channel, Delivering, Failure, Receipt, Repeat, Site, Stage};

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Protection {
    /// The server must offer STARTTLS.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// Not at all.
    None,
}

/// `kind = "email"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmailConfig {
    host: String,
    port: Option<u16>,
    from: String,
    username: Option<String>,
    password: Option<Secret>,
    #[serde(default)]
    tls: Protection,
    /// A certificate authority of one's own, in PEM.
    ca: Option<PathBuf>,
    #[serde(default = "default_timeout", deserialize_with = "positive")]
    timeout: Duration,
}

fn default_timeout() -> Duration {
    Duration::from_secs(30)
}

impl Kind for EmailConfig {
    fn check(&self) -> Result<(), String> {
        mailbox(&self.from).map_err(|why| format!("`from`: {why}"))?;
        if self.username.is_some() != self.password.is_some() {
            return Err("`username` and `password` go together".to_owned());
        }
        if self.password.is_some() && self.tls == Protection::None {
            return Err("a password is not sent in the clear: write `tls = \"starttls\"`".to_owned());
        }
        Ok(())
    }

    fn has_own_address(&self) -> bool {
        false
    }

    fn own_address(&self) -> Result<Option<Address>, String> {
        Ok(None)
    }

    fn check_contact(&self, text: &str) -> Result<(), String> {
        mailbox(text).map(drop)
    }

    fn contact(&self, text: &str) -> Result<Address, String> {
        mailbox(text).map(|_| Address::open(text))
    }

    fn bind(&self, site: &Site, templates: &Templates) -> Result<Arc<dyn Channel>, String> {
        drop(rustls::crypto::ring::default_provider().install_default());
        let tls = match self.tls {
            Protection::None => None,
            Protection::Starttls | Protection::Tls => Some(self.tls_parameters()?),
        };
        let credentials = match (&self.username, &self.password) {
            (Some(username), Some(password)) => {
                let password = password.fetch().map_err(|error| error.to_string())?;
                Some(Credentials::new(username.clone(), password.expose_secret().to_owned()))
            }
            _ => None,
        };
        let default_port = match self.tls {
            Protection::Starttls => 587,
            Protection::Tls => 465,
            Protection::None => 25,
        };
        let from = mailbox(&self.from)?;
        Ok(Arc::new(Email {
            server: Server {
                host: self.host.clone(),
                port: self.port.unwrap_or(default_port),
                tls,
                is_tls_at_once: self.tls == Protection::Tls,
                credentials,
                hello: from.email.domain().to_owned(),
                timeout: self.timeout,
            },
            from,
            site: site.clone(),
            renderer: templates.renderer(site, Escape::Nothing),
        }))
    }
}

impl EmailConfig {
    fn tls_parameters(&self) -> Result<TlsParameters, String> {
        let mut tls = TlsParameters::builder(self.host.clone());
        if let Some(path) = &self.ca {
            let unreadable = |why: String| format!("`{}` cannot be read: {why}", path.display());
            let pem = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
            let certificate = Certificate::from_pem(&pem).map_err(|error| unreadable(error.to_string()))?;
            tls = tls.add_root_certificate(certificate);
        }
        tls.build_rustls().map_err(|error| format!("no TLS: {error}"))
    }
}

/// Reads a mailbox.
fn mailbox(text: &str) -> Result<Mailbox, String> {
    let is_one_line = !text.chars().any(char::is_control);
    let mailbox = Mailbox::from_str(text).ok().filter(|_| is_one_line);
    mailbox.ok_or_else(|| "this is no address of mail: one is `alice@example.org`".to_owned())
}

/// A way to people's mailboxes.
struct Email {
    server: Server,
    from: Mailbox,
    site: Site,
    renderer: Renderer,
}

impl Email {
    async fn send(
        &self,
        notification: &Notification,
        address: &Address,
        attempt: Attempt,
    ) -> Result<Receipt, Failure> {
        let to = mailbox(address.expose()).map_err(Failure::Permanent)?;
        let text = self.renderer.render(notification, attempt.in_doubt);
        let letter = compose(notification, &self.site, &text, &self.from, &to, attempt.in_doubt)
            .map_err(Failure::Permanent)?;
        self.server.send(&self.from.email, &to.email, &letter.bytes).await?;
        Ok(Receipt { stage: Stage::Accepted, remote: Some(letter.id) })
    }
}

impl Channel for Email {
    fn kind(&self) -> &'static str {
        "email"
    }

    /// No server has to look at a Message-ID.
    fn repeat(&self, _notification: &Notification, _address: &Address) -> Repeat {
        Repeat::Unsafe
    }

    fn deliver<'a>(
        &'a self,
        notification: &'a Notification,
        address: &'a Address,
        attempt: Attempt,
    ) -> Delivering<'a> {
        Box::pin(self.send(notification, address, attempt))
    }

    fn template_failures(&self) -> u64 {
        self.renderer.failures()
    }
}
