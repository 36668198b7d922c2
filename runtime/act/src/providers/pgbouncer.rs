//! `pgbouncer`: pools of a PgBouncer, 1.18 or later, by its administration console.
//!
//! ```toml
//! [provider.pgbouncer]
//! kind          = "pgbouncer"
//! config.admin  = "env:PGBOUNCER_ADMIN"    # host=127.0.0.1 port=6432 user=admin password=… dbname=pgbouncer
//! pool_size_max = 80                       # what the server behind it can bear
//! affects_all   = true                     # the default pool size may be changed though other databases have it too
//! ```
//!
//! The console understands the simple query protocol only. It knows no pool size of a single database but what its file says: what can
//! be set is the default, for all databases that have none of their own. Where others would be changed with it, it is refused unless
//! the configuration allows it; where the database has one of its own, always. What is set is lost when PgBouncer is started anew.

use std::collections::BTreeMap;
use std::path::PathBuf;

use nvp_respond::effect::WriteIntent;
use nvp_respond::value::Value;
use nvp_settings::Setting;
use serde::Deserialize;
use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

use super::agree::{Native, Sort};
use super::postgres::connect::{Connector, Session, refused};
use super::provider::no_operation;
use super::{Arguments, Doing, NotDone, Problem, Provider, ReadFailure, Secrets};

/// The largest pool unless said.
const POOL_SIZE_MAX: u32 = 1_000;
/// The console's own database.
const CONSOLE: &str = "pgbouncer";

/// What it can do.
pub(super) static OFFER: Native = Native {
    config: &[("admin", true)],
    reads: &[
        ("pool_size", &[("db", Sort::Text)], Sort::Count, false),
        ("paused", &[("db", Sort::Text)], Sort::Flag, false),
        ("waiting", &[("db", Sort::Text)], Sort::Count, false),
        ("waited", &[("db", Sort::Text)], Sort::Time, false),
    ],
    writes: &[
        ("set_pool_size", &[("db", Sort::Text), ("to", Sort::Count)]),
        ("pause", &[("db", Sort::Text)]),
        ("resume", &[("db", Sort::Text)]),
    ],
};

/// `[provider.NAME]` of kind `pgbouncer`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PgbouncerBody {
    #[serde(default = "pool_size_max")]
    pool_size_max: u32,
    #[serde(default)]
    affects_all: bool,
    ca: Option<PathBuf>,
}

fn pool_size_max() -> u32 {
    POOL_SIZE_MAX
}

/// A PgBouncer.
#[derive(Debug)]
pub(super) struct Pgbouncer {
    connector: Connector,
    secrets: Secrets,
    body: PgbouncerBody,
}

/// A database as the console shows it.
struct Database {
    name: String,
    pool_size: u32,
    is_paused: bool,
}

impl Pgbouncer {
    /// Fetches the connection string. Does not connect: each call does, so that none waits for another.
    pub(super) fn open(
        place: &str,
        body: &PgbouncerBody,
        config: &BTreeMap<String, Setting>,
    ) -> Result<Self, Problem> {
        let mut secrets = Secrets::default();
        let connector = Connector::open(place, config, body.ca.as_deref(), &mut secrets)?;
        Ok(Self { connector, secrets, body: body.clone() })
    }

    async fn read_now(&self, operation: &str, arguments: &Arguments) -> Result<Value, NotDone> {
        let db = arguments.text("db")?;
        let session = self.connector.connect().await?;
        let database = database(&session, db).await?;
        Ok(match operation {
            "pool_size" => Value::Number(f64::from(database.pool_size)),
            "paused" => Value::Condition(Some(database.is_paused)),
            "waiting" => Value::Number(pools(&session, db).await?.iter().map(|pool| pool.0).sum()),
            "waited" => {
                Value::Number(pools(&session, db).await?.iter().map(|pool| pool.1).fold(0.0, f64::max))
            }
            _ => return Err(NotDone::Failed(no_operation("pgbouncer", operation))),
        })
    }

    async fn write_now(&self, operation: &str, arguments: &Arguments) -> Result<(), NotDone> {
        let db = arguments.text("db")?;
        let session = self.connector.connect().await?;
        let is_paused = database(&session, db).await?.is_paused;
        match operation {
            "set_pool_size" => {
                let to = arguments.whole("to", self.body.pool_size_max)?;
                self.set_pool_size(&session, db, to).await
            }
            // The console refuses both when it is so already.
            "pause" if is_paused => Ok(()),
            "resume" if !is_paused => Ok(()),
            "pause" => command(&session, &format!("pause {}", quoted(db))).await,
            "resume" => command(&session, &format!("resume {}", quoted(db))).await,
            _ => Err(NotDone::Failed(no_operation("pgbouncer", operation))),
        }
    }

    async fn set_pool_size(&self, session: &Session, db: &str, to: u32) -> Result<(), NotDone> {
        if to == 0 {
            return Err(NotDone::Failed(
                "a pool of 0 connections serves nobody: `pause` does that".to_owned(),
            ));
        }
        let databases = databases(session).await?;
        let default = default_pool_size(session).await?;
        let own = || {
            NotDone::Failed(format!(
                "`{db}` has a pool size of its own in PgBouncer's file, which the console cannot change"
            ))
        };
        let present =
            databases.iter().find(|database| database.name == db).map(|database| database.pool_size);
        if present == Some(to) {
            return Ok(());
        }
        if present != Some(default) {
            return Err(own());
        }
        let others: Vec<&str> = databases
            .iter()
            .filter(|other| other.name != db && other.name != CONSOLE && other.pool_size == default)
            .map(|other| other.name.as_str())
            .collect();
        if !others.is_empty() && !self.body.affects_all {
            let others = others.join("`, `");
            return Err(NotDone::Failed(format!(
                "the size of `{db}` is the default, which `{others}` would get too: say `affects_all = true` if that is meant"
            )));
        }
        command(session, &format!("set default_pool_size = {to}")).await?;
        // Its own size may have been the same as the default: then nothing has changed for it, and what changed is set back.
        let now = database(session, db).await.map_err(NotDone::into_unknown)?;
        if now.pool_size != to {
            command(session, &format!("set default_pool_size = {default}"))
                .await
                .map_err(NotDone::into_unknown)?;
            return Err(own());
        }
        Ok(())
    }
}

async fn rows(session: &Session, sql: &str) -> Result<Vec<SimpleQueryRow>, NotDone> {
    let messages = session.client.simple_query(sql).await.map_err(|error| refused(error).into_failed())?;
    let row = |message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    };
    Ok(messages.into_iter().filter_map(row).collect())
}

/// What changes something.
async fn command(session: &Session, sql: &str) -> Result<(), NotDone> {
    session.client.simple_query(sql).await.map(drop).map_err(refused)
}

async fn databases(session: &Session) -> Result<Vec<Database>, NotDone> {
    let rows = rows(session, "show databases").await?;
    let database = |row: &SimpleQueryRow| {
        Ok(Database {
            name: column(row, "name")?.to_owned(),
            pool_size: parsed(row, "pool_size")?,
            is_paused: column(row, "paused")? != "0",
        })
    };
    rows.iter().map(database).collect()
}

async fn database(session: &Session, db: &str) -> Result<Database, NotDone> {
    let found = databases(session).await?.into_iter().find(|database| database.name == db);
    found.ok_or_else(|| NotDone::Failed(format!("PgBouncer has no database `{db}`")))
}

async fn default_pool_size(session: &Session) -> Result<u32, NotDone> {
    let rows = rows(session, "show config").await?;
    for row in &rows {
        if column(row, "key")? == "default_pool_size" {
            return parsed(row, "value");
        }
    }
    Err(NotDone::Failed("PgBouncer shows no `default_pool_size`".to_owned()))
}

/// Of each pool of a database: how many clients wait, and for how long the first has, in seconds.
async fn pools(session: &Session, db: &str) -> Result<Vec<(f64, f64)>, NotDone> {
    let mut pools = Vec::new();
    for row in &rows(session, "show pools").await? {
        if column(row, "database")? == db {
            let waited = parsed::<f64>(row, "maxwait")? + parsed::<f64>(row, "maxwait_us")? / 1e6;
            pools.push((parsed(row, "cl_waiting")?, waited));
        }
    }
    Ok(pools)
}

fn column<'r>(row: &'r SimpleQueryRow, name: &str) -> Result<&'r str, NotDone> {
    let missing = || NotDone::Failed(format!("PgBouncer shows no column `{name}`"));
    row.try_get(name).ok().flatten().ok_or_else(missing)
}

fn parsed<T: std::str::FromStr>(row: &SimpleQueryRow, name: &str) -> Result<T, NotDone> {
    let text = column(row, name)?;
    text.parse()
        .map_err(|_| NotDone::Failed(format!("PgBouncer shows `{name}` as `{text}`, which is no number")))
}

/// A name as the console reads it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Provider for Pgbouncer {
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
