//! Sessions: who blocks whom, who is there, and ending them. A session is `pid@backend_start`.

use nvp_respond::value::Value;

use super::connect::{Session, refused};
use crate::providers::{Arguments, NotDone};

/// The longest time that the end of a session is waited for, in seconds.
const GRACE_MAX: f64 = 300.0;

/// When a backend was started, to the microsecond, in one way to write it.
macro_rules! started {
    () => {
        "to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    };
}

/// Who blocks others of a database that have waited for so long, and is not blocked. A prepared transaction (pid 0) has no session.
const ROOT_BLOCKERS: &str = concat!(
    "
    with recursive edge as materialized (
        select w.pid as waiter, b.pid as blocker, w.since
        from (select pid, min(waitstart) as since from pg_locks where not granted group by pid) w
        cross join lateral unnest(pg_blocking_pids(w.pid)) as b(pid)),
    chain(pid) as (
        select e.blocker from edge e join pg_stat_activity a on a.pid = e.waiter
        where a.datname = $1 and clock_timestamp() - e.since >= make_interval(secs => $2)
        union
        select e.blocker from chain c join edge e on e.waiter = c.pid)
    select a.pid || '@' || ",
    started!(),
    "
    from chain c join pg_stat_activity a on a.pid = c.pid
    where not exists (select from edge e where e.waiter = c.pid)
      and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
    order by a.backend_start, a.pid"
);

/// The rest of a statement that means one session of a database, and never our own.
const THIS_ONE: &str = concat!(
    " from pg_stat_activity a where a.pid = $1 and ",
    started!(),
    " = $2 and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()"
);

pub(super) async fn root_blockers(session: &Session, arguments: &Arguments) -> Result<Vec<Value>, NotDone> {
    let (db, waited) = (arguments.text("db")?, arguments.number("waited")?);
    let rows = session.client.query(ROOT_BLOCKERS, &[&db, &waited]).await.map_err(refused)?;
    rows.iter().map(|row| row.try_get(0).map(Value::Text).map_err(refused)).collect()
}

/// Whether a session is there, and this holds of it.
pub(super) async fn is(session: &Session, arguments: &Arguments, holds: &str) -> Result<Value, NotDone> {
    let (pid, started) = parts(arguments)?;
    let sql = format!("select 1{THIS_ONE} and {holds}");
    let row = session.client.query_opt(&sql, &[&pid, &started]).await.map_err(refused)?;
    Ok(Value::Condition(Some(row.is_some())))
}

/// How many sessions of clients a database has.
pub(super) async fn count(session: &Session, arguments: &Arguments) -> Result<f64, NotDone> {
    let db = arguments.text("db")?;
    let sql = "select d.oid is not null, (select count(*)::int from pg_stat_activity a
               where a.datid = d.oid and a.backend_type = 'client backend' and a.pid <> pg_backend_pid())
               from pg_database d where d.datname = $1";
    let row = session.client.query_opt(sql, &[&db]).await.map_err(refused)?;
    let row = row.ok_or_else(|| NotDone::Failed(format!("the server has no database `{db}`")))?;
    row.try_get::<_, i32>(1).map(f64::from).map_err(refused)
}

/// How many there may be of those who are not superusers.
pub(super) async fn count_max(session: &Session) -> Result<f64, NotDone> {
    let sql = "select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int";
    let row = session.client.query_one(sql, &[]).await.map_err(refused)?;
    row.try_get::<_, i32>(0).map(f64::from).map_err(refused)
}

/// Cancels what a session does. It does nothing to one that is idle in a transaction.
pub(super) async fn cancel(session: &Session, arguments: &Arguments) -> Result<(), NotDone> {
    let (db, (pid, started)) = (arguments.text("db")?, parts(arguments)?);
    let sql = format!("select pg_cancel_backend(a.pid){THIS_ONE} and a.datname = $3");
    let row = session.client.query_opt(&sql, &[&pid, &started, &db]).await.map_err(refused)?;
    match row.map(|row| row.try_get(0)).transpose().map_err(refused)? {
        // The session has ended already.
        None | Some(true) => Ok(()),
        Some(false) => Err(NotDone::Unknown("the session could not be signalled".to_owned())),
    }
}

/// Ends a session, and waits until it has ended.
pub(super) async fn terminate(session: &Session, arguments: &Arguments) -> Result<(), NotDone> {
    let (db, (pid, started)) = (arguments.text("db")?, parts(arguments)?);
    let grace = arguments.number("grace")?;
    if !(0.0..=GRACE_MAX).contains(&grace) {
        return Err(NotDone::Failed(format!(
            "the argument `grace` is {grace}s, not from 0s to {GRACE_MAX}s"
        )));
    }
    // At least a millisecond: 0 would not wait, and say yes as soon as the signal was sent.
    let grace_ms = (grace * 1_000.0).max(1.0);
    let sql =
        format!("select pg_terminate_backend(a.pid, ($4::float8)::bigint){THIS_ONE} and a.datname = $3");
    let row = session.client.query_opt(&sql, &[&pid, &started, &db, &grace_ms]).await.map_err(refused)?;
    match row.map(|row| row.try_get(0)).transpose().map_err(refused)? {
        None | Some(true) => Ok(()),
        Some(false) => Err(NotDone::Unknown(format!("the session had not ended after {grace}s"))),
    }
}

fn parts(arguments: &Arguments) -> Result<(i32, &str), NotDone> {
    let handle = arguments.text("victim")?;
    let parts = handle.split_once('@').and_then(|(pid, started)| Some((pid.parse().ok()?, started)));
    parts.ok_or_else(|| {
        NotDone::Failed("the argument `victim` names no session (`pid@backend_start`)".to_owned())
    })
}
