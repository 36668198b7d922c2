//! `postgres`: settings, sessions and connections of a PostgreSQL server, 14 or later.
//!
//! ```toml
//! [provider.postgres]
//! kind         = "postgres"
//! config.admin = "env:POSTGRES_ADMIN"      # host=db-1 user=policy password=… sslmode=require
//! ca           = "/etc/ssl/db-ca.pem"      # whom to believe; the machine's own certificates where not said
//! ```
//!
//! Without TLS only over a Unix socket or to this machine itself. A session is its pid with the time at which its backend was started,
//! and both are compared in the statement that ends it. A setting that is not set reads as [`UNSET`], and setting it to that takes it
//! out again, so that what was is what is after an undo.

pub(super) mod connect;
mod sessions;
mod settings;

use std::collections::BTreeMap;
use std::path::PathBuf;

use nvp_respond::effect::WriteIntent;
use nvp_respond::value::Value;
use nvp_settings::Setting;
use serde::Deserialize;

use super::agree::{Native, Sort};
use super::provider::no_operation;
use super::{Arguments, Doing, NotDone, Problem, Provider, ReadFailure, Secrets};
use connect::{Connector, Session};

/// What a setting reads as that is not set.
pub const UNSET: &str = "(unset)";

/// What it can do.
pub(super) static OFFER: Native = Native {
    config: &[("admin", true)],
    reads: &[
        ("setting", &[("name", Sort::Text)], Sort::Text, false),
        ("role_setting", &[("role", Sort::Text), ("name", Sort::Text)], Sort::Text, false),
        ("role_connection_limit", &[("role", Sort::Text)], Sort::Count, false),
        ("connections", &[("db", Sort::Text)], Sort::Count, false),
        ("connections_max", &[], Sort::Count, false),
        ("root_blockers", &[("db", Sort::Text), ("waited", Sort::Time)], Sort::Handle, true),
        ("alive", &[("victim", Sort::Handle)], Sort::Flag, false),
        ("working", &[("victim", Sort::Handle)], Sort::Flag, false),
    ],
    writes: &[
        ("set_setting", &[("name", Sort::Text), ("to", Sort::Text)]),
        ("set_role_setting", &[("role", Sort::Text), ("name", Sort::Text), ("to", Sort::Text)]),
        ("set_role_connection_limit", &[("role", Sort::Text), ("to", Sort::Count)]),
        ("cancel", &[("db", Sort::Text), ("victim", Sort::Handle)]),
        ("terminate", &[("db", Sort::Text), ("victim", Sort::Handle), ("grace", Sort::Time)]),
    ],
};

/// `[provider.NAME]` of kind `postgres`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PostgresBody {
    /// Certificates of those to believe (PEM).
    ca: Option<PathBuf>,
}

/// A server.
#[derive(Debug)]
pub(super) struct Postgres {
    connector: Connector,
    secrets: Secrets,
}

impl Postgres {
    /// Fetches the connection string. Does not connect: each call does, so that none waits for another.
    pub(super) fn open(
        place: &str,
        body: &PostgresBody,
        config: &BTreeMap<String, Setting>,
    ) -> Result<Self, Problem> {
        let mut secrets = Secrets::default();
        let connector = Connector::open(place, config, body.ca.as_deref(), &mut secrets)?.with_limits();
        Ok(Self { connector, secrets })
    }

    async fn read_now(&self, operation: &str, arguments: &Arguments) -> Result<Value, NotDone> {
        let session = self.connector.connect().await?;
        let value = match operation {
            "setting" => settings::read(&session, arguments).await.map(Value::Text),
            "role_setting" => settings::read_role(&session, arguments).await.map(Value::Text),
            "role_connection_limit" => settings::read_limit(&session, arguments).await.map(Value::Number),
            "connections" => sessions::count(&session, arguments).await.map(Value::Number),
            "connections_max" => sessions::count_max(&session).await.map(Value::Number),
            "root_blockers" => sessions::root_blockers(&session, arguments).await.map(Value::List),
            "alive" => sessions::is(&session, arguments, "true").await,
            "working" => sessions::is(&session, arguments, "a.state = 'active'").await,
            _ => Err(NotDone::Failed(no_operation("postgres", operation))),
        };
        session.finish();
        value
    }

    async fn write_now(&self, operation: &str, arguments: &Arguments) -> Result<(), NotDone> {
        let session = self.connector.connect().await?;
        let written = self.write_with(&session, operation, arguments).await;
        session.finish();
        written
    }

    async fn write_with(
        &self,
        session: &Session,
        operation: &str,
        arguments: &Arguments,
    ) -> Result<(), NotDone> {
        match operation {
            "set_setting" => settings::write(session, arguments).await,
            "set_role_setting" => settings::write_role(session, arguments).await,
            "set_role_connection_limit" => settings::write_limit(session, arguments).await,
            "cancel" => sessions::cancel(session, arguments).await,
            "terminate" => sessions::terminate(session, arguments).await,
            _ => Err(NotDone::Failed(no_operation("postgres", operation))),
        }
    }
}

impl Provider for Postgres {
    fn read<'a>(
        &'a self,
        operation: &'a str,
        arguments: &'a Arguments,
    ) -> Doing<'a, Result<Value, ReadFailure>> {
        Box::pin(async move { self.read_now(operation, arguments).await.map_err(NotDone::of_read) })
    }

    fn write<'a>(
        &'a self,
        operation: &'a str,
        arguments: &'a Arguments,
        _intent: &'a WriteIntent,
    ) -> Doing<'a, Result<(), NotDone>> {
        Box::pin(self.write_now(operation, arguments))
    }

    fn secrets(&self) -> &Secrets {
        &self.secrets
    }
}
