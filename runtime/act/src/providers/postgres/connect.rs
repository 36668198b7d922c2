//! Connections to PostgreSQL and to what speaks like it.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use nvp_settings::Setting;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::task::JoinHandle;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::providers::{NotDone, Problem, Secrets};

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a statement may be asked to stop, and a connection to end.
const END_TIMEOUT: Duration = Duration::from_secs(5);
/// What a server bounds by itself, should we be gone: no statement here takes longer, and none waits long for a lock.
const LIMITS: &str = "-c statement_timeout=320s -c lock_timeout=5s";

/// Makes connections.
pub(in crate::providers) struct Connector {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    /// Whether the other side understands that a statement is to be cancelled.
    can_cancel: bool,
}

/// A connection. Dropped before its end, what it does is cancelled.
pub(in crate::providers) struct Session {
    /// To ask with.
    pub(in crate::providers) client: Client,
    connection: JoinHandle<()>,
    tls: Option<MakeRustlsConnect>,
    is_to_cancel: bool,
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connector").field("hosts", &self.config.get_hosts()).finish_non_exhaustive()
    }
}

impl Connector {
    /// From the connection string `config.admin`.
    pub(in crate::providers) fn open(
        place: &str,
        config: &BTreeMap<String, Setting>,
        ca: Option<&Path>,
        secrets: &mut Secrets,
    ) -> Result<Self, Problem> {
        let at = format!("{place}.config.admin");
        let admin = config.get("admin").ok_or_else(|| {
            Problem::new(&at, "the connection string is not set", "add it, as `env:NAME` or `file:PATH`")
        })?;
        let text = admin
            .fetch()
            .map_err(|why| Problem::new(&at, why.to_string(), "set it, or name another place"))?;
        secrets.add_kept(admin, &text);
        // What a parser says of it may show it.
        let mut config: Config = text.expose_secret().parse().map_err(|_| {
            let help = "write one such as `host=db-1 user=policy password=… sslmode=require`";
            Problem::new(&at, "this is no connection string", help)
        })?;
        if let Some(password) = config.get_password() {
            if matches!(admin, Setting::Plain(_)) {
                return Err(Problem::new(
                    at,
                    "a secret must not be written here",
                    "say `env:NAME` or `file:PATH`",
                ));
            }
            secrets.add(&SecretString::from(String::from_utf8_lossy(password).into_owned()));
        }
        let is_secured = config.get_ssl_mode() == SslMode::Require;
        if !is_secured {
            if let Some(host) = config.get_hosts().iter().find_map(elsewhere) {
                let why = format!("the connection to `{host}` is not encrypted");
                return Err(Problem::new(at, why, "add `sslmode=require` to the connection string"));
            }
            if config.get_hostaddrs().iter().any(|address| !address.is_loopback()) {
                return Err(Problem::new(
                    at,
                    "the connection is not encrypted",
                    "add `sslmode=require` to the connection string",
                ));
            }
            config.ssl_mode(SslMode::Disable);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("novaevo-policy");
        }
        let tls = if is_secured { Some(tls(place, ca)?) } else { None };
        Ok(Self { config, tls, can_cancel: false })
    }

    /// With the bounds that a PostgreSQL server keeps by itself, and with cancelling.
    pub(super) fn with_limits(mut self) -> Self {
        let options = match self.config.get_options() {
            Some(own) => format!("{LIMITS} {own}"),
            None => LIMITS.to_owned(),
        };
        self.config.options(options);
        self.can_cancel = true;
        self
    }

    /// Makes a connection. Nothing has happened when that fails.
    pub(in crate::providers) async fn connect(&self) -> Result<Session, NotDone> {
        let failed = |error| NotDone::Failed(format!("no connection: {}", words(&error)));
        let (client, connection) = match &self.tls {
            Some(tls) => {
                let (client, connection) = self.config.connect(tls.clone()).await.map_err(failed)?;
                (client, tokio::spawn(async move { drop(connection.await) }))
            }
            None => {
                let (client, connection) = self.config.connect(NoTls).await.map_err(failed)?;
                (client, tokio::spawn(async move { drop(connection.await) }))
            }
        };
        Ok(Session { client, connection, tls: self.tls.clone(), is_to_cancel: self.can_cancel })
    }
}

impl Session {
    /// Ends a connection that has nothing to do any more.
    pub(in crate::providers) fn finish(mut self) {
        self.is_to_cancel = false;
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if self.is_to_cancel {
            let (token, tls) = (self.client.cancel_token(), self.tls.clone());
            runtime.spawn(tokio::time::timeout(END_TIMEOUT, async move {
                match tls {
                    Some(tls) => token.cancel_query(tls).await,
                    None => token.cancel_query(NoTls).await,
                }
            }));
        }
        // It ends by itself once it has said good-bye.
        let connection = self.connection.abort_handle();
        runtime.spawn(async move {
            tokio::time::sleep(END_TIMEOUT).await;
            connection.abort();
        });
    }
}

/// The name of a host that is not this machine.
fn elsewhere(host: &Host) -> Option<&str> {
    match host {
        Host::Tcp(name) => {
            let is_here =
                name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
            (!is_here).then_some(name)
        }
        Host::Unix(_) => None,
    }
}

fn tls(place: &str, ca: Option<&Path>) -> Result<MakeRustlsConnect, Problem> {
    // A provider installed before is as good: there is one in the process.
    drop(rustls::crypto::ring::default_provider().install_default());
    let Some(ca) = ca else {
        let (connector, _) = MakeRustlsConnect::with_native_certs().map_err(|_| {
            Problem::new(
                place,
                "this machine has no certificates of those to believe",
                "install them, or name a file in `ca`",
            )
        })?;
        return Ok(connector);
    };
    let place = format!("{place}.ca");
    let help = "name a file of certificates in PEM";
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(ca)
        .map_err(|error| Problem::new(&place, format!("`{}` cannot be read: {error}", ca.display()), help))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| Problem::new(&place, error.to_string(), help))?;
        roots.add(certificate).map_err(|error| Problem::new(&place, error.to_string(), help))?;
    }
    if roots.is_empty() {
        return Err(Problem::new(place, format!("`{}` holds no certificate", ca.display()), help));
    }
    Ok(MakeRustlsConnect::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()))
}

/// An error of the database, or the last cause of another.
pub(in crate::providers) fn words(error: &tokio_postgres::Error) -> String {
    if let Some(error) = error.as_db_error() {
        return error.message().to_owned();
    }
    let mut last: &dyn std::error::Error = error;
    while let Some(source) = last.source() {
        last = source;
    }
    if error.source().is_none() { error.to_string() } else { last.to_string() }
}

/// What an error means for a statement that was sent: what the database refused did not happen, unless it was shutting down.
pub(in crate::providers) fn refused(error: tokio_postgres::Error) -> NotDone {
    let is_refused = error.as_db_error().is_some_and(|error| !error.code().code().starts_with("57P"));
    if is_refused { NotDone::Failed(words(&error)) } else { NotDone::Unknown(words(&error)) }
}
