//! A session with a mail server: one letter to one recipient, each step with its time, and what is known when a step fails.

use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use tokio::time::timeout;

use crate::channels::Failure;

/// The ways to log in, the safest first.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];
/// How much of a refusal is repeated, in characters.
const REFUSAL_CHARACTERS_MAX: usize = 200;

/// A mail server.
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Option<TlsParameters>,
    pub(super) is_tls_at_once: bool,
    pub(super) credentials: Option<Credentials>,
    pub(super) hello: String,
    pub(super) timeout: Duration,
}

impl Server {
    /// Hands a letter over.
    pub(super) async fn send(&self, from: &Address, to: &Address, letter: &[u8]) -> Result<(), Failure> {
        let mut connection = self.connect().await?;
        let parameters = if is_ascii(from) && is_ascii(to) {
            Vec::new()
        } else if connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            vec![MailParameter::SmtpUtfEight]
        } else {
            return Err(Failure::Permanent("the server takes no address beyond ASCII".to_owned()));
        };
        self.step(connection.command(Mail::new(Some(from.clone()), parameters))).await?;
        self.step(connection.command(Rcpt::new(to.clone(), Vec::new()))).await?;
        self.step(connection.command(Data)).await?;
        let taken = match timeout(self.timeout, connection.message(letter)).await {
            Err(_) => {
                Err(Failure::Unknown("the server did not say in time that it has the letter".to_owned()))
            }
            Ok(Err(error)) if error.status().is_none() => Err(Failure::Unknown(format!(
                "the server did not say that it has the letter: {}",
                words(&error)
            ))),
            Ok(Err(error)) => Err(failed(&error)),
            Ok(Ok(_)) => Ok(()),
        };
        // The letter's fate is known: how the server says goodbye changes nothing.
        drop(timeout(self.timeout, connection.abort()).await);
        taken
    }

    /// A connection, protected and logged in as is wanted.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let hello = ClientId::Domain(self.hello.clone());
        let at_once = self.tls.clone().filter(|_| self.is_tls_at_once);
        let server = (self.host.as_str(), self.port);
        let mut connection = self
            .step(AsyncSmtpConnection::connect_tokio1(server, Some(self.timeout), &hello, at_once, None))
            .await?;
        if let Some(tls) = self.tls.clone().filter(|_| !self.is_tls_at_once) {
            if !connection.can_starttls() {
                return Err(Failure::Permanent(
                    "the server offers no STARTTLS: write `tls = \"tls\"` where it wants TLS at once"
                        .to_owned(),
                ));
            }
            self.step(connection.starttls(tls, &hello)).await?;
        }
        if let Some(credentials) = &self.credentials {
            self.step(connection.auth(&MECHANISMS, credentials)).await?;
        }
        Ok(connection)
    }

    /// A step before the letter: whatever goes wrong, the server does not have it.
    async fn step<T>(&self, step: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
        match timeout(self.timeout, step).await {
            Err(_) => Err(Failure::temporary("the server did not answer in time")),
            Ok(Err(error)) => Err(failed(&error)),
            Ok(Ok(done)) => Ok(done),
        }
    }
}

fn is_ascii(address: &Address) -> bool {
    address.user().is_ascii() && address.domain().is_ascii()
}

/// What an error means before the letter was sent, or after the server has refused it.
fn failed(error: &Error) -> Failure {
    if error.is_permanent() || error.is_client() {
        Failure::Permanent(words(error))
    } else {
        Failure::temporary(words(error))
    }
}

/// What the server or the system says, on one line.
fn words(error: &Error) -> String {
    let mut last: &dyn std::error::Error = error;
    while let Some(source) = last.source() {
        last = source;
    }
    let said: String = last.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let said: String = said.chars().take(REFUSAL_CHARACTERS_MAX).collect();
    error.status().map_or_else(|| said.clone(), |code| format!("the server says {code} {said}"))
}
