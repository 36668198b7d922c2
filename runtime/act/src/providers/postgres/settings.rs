//! Settings of the server and of roles: as they are written down, exactly, whether they are set at all.

use super::UNSET;
use super::connect::{Session, refused};
use crate::providers::{Arguments, NotDone};

/// Settings that are lists of names: written from one text, they would be another.
const LISTS: [&str; 6] = [
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];
/// Parts of the names of settings by which a server is made to run programs or to read from elsewhere.
const DANGEROUS: [&str; 5] = ["_command", "_librar", "library_path", "jit_provider", "_file"];

const SETTING: &str = "
    select s.context, (
        select f.setting from pg_file_settings f
        where lower(f.name) = lower($1)
          and f.sourcefile = current_setting('data_directory') || '/postgresql.auto.conf'
        order by f.seqno desc limit 1)
    from pg_settings s where lower(s.name) = lower($1)";

const ROLE_SETTING: &str = "
    select (
        select substr(c, strpos(c, '=') + 1) from pg_db_role_setting s, unnest(s.setconfig) c
        where s.setrole = r.oid and s.setdatabase = 0 and lower(split_part(c, '=', 1)) = lower($2))
    from pg_roles r where r.rolname = $1";

/// What `ALTER SYSTEM` has set.
pub(super) async fn read(session: &Session, arguments: &Arguments) -> Result<String, NotDone> {
    let name = arguments.text("name")?;
    written(server_setting(session, name).await?.1)
}

/// What `ALTER ROLE … SET` has set, for all databases.
pub(super) async fn read_role(session: &Session, arguments: &Arguments) -> Result<String, NotDone> {
    let (role, name) = (arguments.text("role")?, arguments.text("name")?);
    let row = session.client.query_opt(ROLE_SETTING, &[&role, &name]).await.map_err(refused)?;
    let row = row.ok_or_else(|| no_role(role))?;
    written(row.try_get(0).map_err(refused)?)
}

/// How many connections a role may have; −1 when as many as it likes.
pub(super) async fn read_limit(session: &Session, arguments: &Arguments) -> Result<f64, NotDone> {
    let role = arguments.text("role")?;
    let row =
        session.client.query_opt("select rolconnlimit from pg_roles where rolname = $1", &[&role]).await;
    let row = row.map_err(refused)?.ok_or_else(|| no_role(role))?;
    row.try_get::<_, i32>(0).map(f64::from).map_err(refused)
}

/// `ALTER SYSTEM`, and the server reads it.
pub(super) async fn write(session: &Session, arguments: &Arguments) -> Result<(), NotDone> {
    let (name, to) = (arguments.text("name")?, arguments.text("to")?);
    check(name)?;
    let (context, _) = server_setting(session, name).await?;
    if matches!(context.as_str(), "postmaster" | "internal") {
        return Err(NotDone::Failed(format!("`{name}` changes only when the server is started")));
    }
    let sql = if to == UNSET {
        formatted(session, "select format('alter system reset %I', $1::text)", &[name]).await?
    } else {
        formatted(session, "select format('alter system set %I = %L', $1::text, $2::text)", &[name, to])
            .await?
    };
    session.client.batch_execute(&sql).await.map_err(refused)?;
    let reloaded =
        session.client.query_one("select pg_reload_conf()", &[]).await.and_then(|row| row.try_get(0));
    match reloaded {
        Ok(true) => Ok(()),
        Ok(false) => Err(NotDone::Unknown("it is written, and the server does not read it".to_owned())),
        Err(error) => {
            Err(NotDone::Unknown(format!("it is written, and the server may not have read it: {error}")))
        }
    }
}

/// `ALTER ROLE … SET`: of sessions that begin from then on.
pub(super) async fn write_role(session: &Session, arguments: &Arguments) -> Result<(), NotDone> {
    let (role, name, to) = (arguments.text("role")?, arguments.text("name")?, arguments.text("to")?);
    check(name)?;
    let sql = if to == UNSET {
        formatted(session, "select format('alter role %I reset %I', $1::text, $2::text)", &[role, name])
            .await?
    } else {
        let sql = "select format('alter role %I set %I = %L', $1::text, $2::text, $3::text)";
        formatted(session, sql, &[role, name, to]).await?
    };
    session.client.batch_execute(&sql).await.map_err(refused)
}

/// `ALTER ROLE … CONNECTION LIMIT`: sessions that are there stay.
pub(super) async fn write_limit(session: &Session, arguments: &Arguments) -> Result<(), NotDone> {
    let role = arguments.text("role")?;
    let to = match arguments.number("to")? {
        -1.0 => -1,
        _ => i64::from(arguments.whole("to", i32::MAX.unsigned_abs())?),
    };
    let limit = to.to_string();
    let sql = "select format('alter role %I connection limit %s', $1::text, $2::text)";
    let sql = formatted(session, sql, &[role, &limit]).await?;
    session.client.batch_execute(&sql).await.map_err(refused)
}

/// The context of a setting of the server, and what `ALTER SYSTEM` has set it to.
async fn server_setting(session: &Session, name: &str) -> Result<(String, Option<String>), NotDone> {
    let row = session.client.query_opt(SETTING, &[&name]).await.map_err(refused)?;
    let row = row.ok_or_else(|| NotDone::Failed(format!("the server has no setting `{name}`")))?;
    Ok((row.try_get(0).map_err(refused)?, row.try_get(1).map_err(refused)?))
}

/// A statement, quoted by the server itself.
async fn formatted(session: &Session, sql: &str, texts: &[&str]) -> Result<String, NotDone> {
    let parameters: Vec<_> =
        texts.iter().map(|text| text as &(dyn tokio_postgres::types::ToSql + Sync)).collect();
    let row = session.client.query_one(sql, &parameters).await;
    row.and_then(|row| row.try_get(0)).map_err(|error| refused(error).into_failed())
}

/// A value as a read gives it.
fn written(value: Option<String>) -> Result<String, NotDone> {
    match value {
        None => Ok(UNSET.to_owned()),
        Some(value) if value == UNSET => {
            Err(NotDone::Failed(format!("it is set to the text `{UNSET}`, which means not set here")))
        }
        Some(value) => Ok(value),
    }
}

fn check(name: &str) -> Result<(), NotDone> {
    let name = name.to_ascii_lowercase();
    if LISTS.contains(&name.as_str()) {
        return Err(NotDone::Failed(format!(
            "`{name}` is a list, which would not be the same when it is set back"
        )));
    }
    if DANGEROUS.iter().any(|part| name.contains(part)) {
        return Err(NotDone::Failed(format!(
            "`{name}` makes the server run or read something else, and is not set from here"
        )));
    }
    Ok(())
}

fn no_role(role: &str) -> NotDone {
    NotDone::Failed(format!("the server has no role `{role}`"))
}
