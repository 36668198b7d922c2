//! Channels against services on this machine: what arrives, what is said of what does not, and what is never sent twice.

mod config;
mod email;
mod outbox;
mod pagerduty;
mod secrets;
mod slack;
mod standard_output;
mod ticket;
mod webhook;

use std::path::PathBuf;
use std::sync::Arc;

use nvp_act::channels::config::{Addresses, Configuration, Tables};
use nvp_act::channels::{Address, Attempt, Channel, Failure, Receipt};
use nvp_respond::effect::{Notification, Reason};
use nvp_respond::severity::Severity;
use tempfile::TempDir;

/// A page about incident 12, with number and key of its own.
pub fn page(number: u64, channel: &str) -> Notification {
    Notification {
        number,
        key: format!("incident 12/standard/N1/{number}/{channel}"),
        incident: Some(12),
        reason: Reason::Page { ladder: "standard".into(), rung: "N1".into(), attempt: 1 },
        channel: channel.into(),
        team: Some("operations".into()),
        person: None,
        severity: Severity::Critical,
        priority: 1,
        title: "gateway p95 in eu is 612 ms".into(),
        lines: vec!["cause: database".into()],
        labels: vec![("region".into(), "eu".into())],
        runbook: Some("https://runbooks.example/gateway".into()),
        alerts: 3,
        since_ms: 1_700_000_000_000,
        acknowledgements: 0,
    }
}

pub fn because(reason: Reason, notification: Notification) -> Notification {
    Notification { key: format!("{}/{reason:?}", notification.key), reason, ..notification }
}

pub const AGAIN: Attempt = Attempt { number: 2, in_doubt: false };
pub const IN_DOUBT: Attempt = Attempt { number: 2, in_doubt: true };

/// Secrets in files.
pub struct Secrets(TempDir);

impl Secrets {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Where they are.
    pub fn folder(&self) -> &std::path::Path {
        self.0.path()
    }

    /// A reference to a secret with this text.
    pub fn keep(&self, name: &str, text: &str) -> String {
        let path: PathBuf = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        format!("file:{}", path.display())
    }
}

/// The only channel of a configuration, called `c`, and the address of team `operations`.
pub struct One {
    pub channel: Arc<dyn Channel>,
    pub address: Address,
}

impl One {
    pub fn of(configuration: &str) -> Self {
        let (channels, addresses) = bind(configuration);
        let address = addresses.of(&page(1, "c")).unwrap().clone();
        Self { channel: Arc::clone(&channels["c"].channel), address }
    }

    pub async fn deliver(&self, notification: &Notification, attempt: Attempt) -> Result<Receipt, Failure> {
        self.channel.deliver(notification, &self.address, attempt).await
    }
}

pub fn bind(text: &str) -> (nvp_act::channels::config::Channels, Addresses) {
    let configuration = Configuration::read(&Tables::parse(text).unwrap()).unwrap();
    configuration.bind().unwrap()
}

pub fn why(result: Result<Receipt, Failure>) -> String {
    result.unwrap_err().why().to_owned()
}
