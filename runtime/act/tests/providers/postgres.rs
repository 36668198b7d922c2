//! A real PostgreSQL: settings back to what they were, sessions that are meant and no others.

use std::time::Duration;

use nvp_act::providers::{Configured, Declared, disagreements};
use nvp_plan::response::provider::{Config, Parameter, Read, ValueType};
use nvp_plan::unit::Unit;
use nvp_respond::effect::Call;
use nvp_respond::input::Outcome;
use nvp_respond::value::Value;

use super::cluster::{Cluster, PASSWORD, connect, kept};
use super::served::{Served, call, declared, failed, serving, text, unknown, within, write};

const UNSET: &str = "(unset)";

fn declaration() -> Declared {
    let session = || ValueType::Handle("session".to_owned());
    let count = || ValueType::Number(Unit::Counted("connections".to_owned()));
    let reads = [
        ("setting", ValueType::Text),
        ("role_setting", ValueType::Text),
        ("role_connection_limit", count()),
        ("connections", count()),
        ("connections_max", count()),
        ("root_blockers", session()),
        ("alive", ValueType::Flag),
        ("working", ValueType::Flag),
    ];
    let writes = ["set_setting", "set_role_setting", "set_role_connection_limit", "cancel", "terminate"];
    let mut declared = declared("pg", &reads, &writes);
    declared.reads.get_mut("root_blockers").unwrap().is_list = true;
    declared
}

/// The provider, for an administrator's connection.
fn served_at(address: &str, more: &str) -> Served {
    let folder = tempfile::tempdir().unwrap();
    let config = format!("kind = 'postgres'\nconfig.admin = '{}'\n{more}", kept(folder.path(), address));
    Served::new(vec![serving(declaration(), &config)])
}

fn pg(operation: &str, arguments: &[(&str, Value)]) -> Call {
    call("pg", operation, arguments)
}

async fn read_text(served: &mut Served, operation: &str, arguments: &[(&str, &str)]) -> String {
    let arguments: Vec<_> = arguments.iter().map(|(name, value)| (*name, text(value))).collect();
    match served.end(pg(operation, &arguments)).await {
        Outcome::Answered(Value::Text(text)) => text,
        other => panic!("{other:?}"),
    }
}

fn set(name: &str, to: &str) -> Call {
    write(pg("set_setting", &[("name", text(name)), ("to", text(to))]))
}

fn set_role(role: &str, name: &str, to: &str) -> Call {
    write(pg("set_role_setting", &[("role", text(role)), ("name", text(name)), ("to", text(to))]))
}

#[tokio::test]
async fn settings_are_set_and_taken_back_to_the_byte() {
    let cluster = Cluster::start(&[]);
    let mut served = served_at(&cluster.address(), "");
    let before = cluster.auto_conf();
    let setting =
        async |served: &mut Served, name: &str| read_text(served, "setting", &[("name", name)]).await;

    assert_eq!(setting(&mut served, "work_mem").await, UNSET);
    assert_eq!(served.end(set("work_mem", "64MB")).await, Outcome::Done);
    assert_eq!(setting(&mut served, "Work_Mem").await, "64MB");
    // Set before, to something that has to be quoted; and to nothing at all, which is not the same as not set.
    for value in ["a 'b\" \\ c", ""] {
        assert_eq!(served.end(set("log_line_prefix", value)).await, Outcome::Done);
        assert_eq!(setting(&mut served, "log_line_prefix").await, value);
    }
    let with_prefix = cluster.auto_conf();
    assert_eq!(served.end(set("log_line_prefix", "%p")).await, Outcome::Done);
    assert_eq!(served.end(set("log_line_prefix", "")).await, Outcome::Done);
    assert_eq!(cluster.auto_conf(), with_prefix);
    for name in ["log_line_prefix", "work_mem"] {
        assert_eq!(served.end(set(name, UNSET)).await, Outcome::Done);
        assert_eq!(setting(&mut served, name).await, UNSET);
    }
    assert_eq!(cluster.auto_conf(), before);

    for (name, to, why) in [
        ("no_such", "1", "the server has no setting `no_such`"),
        ("max_connections", "9", "`max_connections` changes only when the server is started"),
        ("search_path", "a, b", "`search_path` is a list, which would not be the same when it is set back"),
        (
            "archive_command",
            "rm",
            "`archive_command` makes the server run or read something else, and is not set from here",
        ),
        ("work_mem", "much", "invalid value for parameter \"work_mem\": \"much\""),
    ] {
        assert_eq!(failed(served.end(set(name, to)).await), why);
    }
    assert_eq!(cluster.auto_conf(), before);
}

#[tokio::test]
async fn roles_are_bounded_and_unbounded_again() {
    let cluster = Cluster::start(&[]);
    let client = cluster.client().await;
    let batch = "batch\"; drop role \"admin";
    client.batch_execute("create role \"batch\"\"; drop role \"\"admin\" login").await.unwrap();
    let mut served = served_at(&cluster.address(), "");
    let timeout = [("role", batch), ("name", "statement_timeout")];
    assert_eq!(read_text(&mut served, "role_setting", &timeout).await, UNSET);
    assert_eq!(served.end(set_role(batch, "statement_timeout", "2s")).await, Outcome::Done);
    assert_eq!(
        served.end(set_role(batch, "work_mem", "a=b").clone()).await,
        Outcome::Failed("invalid value for parameter \"work_mem\": \"a=b\"".to_owned())
    );
    assert_eq!(served.end(set_role(batch, "application_name", "a=b")).await, Outcome::Done);
    assert_eq!(read_text(&mut served, "role_setting", &timeout).await, "2s");
    assert_eq!(
        read_text(&mut served, "role_setting", &[("role", batch), ("name", "application_name")]).await,
        "a=b"
    );
    for name in ["application_name", "statement_timeout"] {
        assert_eq!(served.end(set_role(batch, name, UNSET)).await, Outcome::Done);
    }
    let left: i64 = client.query_one("select count(*) from pg_db_role_setting", &[]).await.unwrap().get(0);
    assert_eq!(left, 0);

    let limit =
        |to: f64| write(pg("set_role_connection_limit", &[("role", text(batch)), ("to", Value::Number(to))]));
    let read = || pg("role_connection_limit", &[("role", text(batch))]);
    assert_eq!(served.end(read()).await, Outcome::Answered(Value::Number(-1.0)));
    assert_eq!(served.end(limit(5.0)).await, Outcome::Done);
    assert_eq!(served.end(read()).await, Outcome::Answered(Value::Number(5.0)));
    assert_eq!(served.end(limit(-1.0)).await, Outcome::Done);
    assert_eq!(served.end(read()).await, Outcome::Answered(Value::Number(-1.0)));
    assert!(failed(served.end(limit(1.5)).await).contains("not a whole number"));
    assert_eq!(
        failed(served.end(set_role("nobody", "work_mem", "1MB")).await),
        "role \"nobody\" does not exist"
    );
    assert_eq!(served.end(pg("connections_max", &[])).await, Outcome::Answered(Value::Number(27.0)));
    let count = served.end(pg("connections", &[("db", text("postgres"))])).await;
    assert_eq!(count, Outcome::Answered(Value::Number(1.0)));
}

fn blockers(waited_s: f64) -> Call {
    pg("root_blockers", &[("db", text("postgres")), ("waited", Value::Number(waited_s))])
}

fn session(operation: &str, victim: &Value, grace_s: f64) -> Call {
    let arguments = [("db", text("postgres")), ("victim", victim.clone()), ("grace", Value::Number(grace_s))];
    write(pg(operation, &arguments))
}

/// The roots of what is blocked, once so many are waiting.
async fn roots(served: &mut Served, cluster: &Cluster, waiting: i64) -> Vec<Value> {
    let client = cluster.client().await;
    let sql = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'";
    while client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0) != waiting {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    match served.end(blockers(0.0)).await {
        Outcome::Answered(Value::List(roots)) => roots,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn only_the_root_of_a_chain_is_named_and_only_it_is_ended() {
    let cluster = Cluster::start(&[]);
    let setup = cluster.client().await;
    setup.batch_execute("create table a (x int); create table b (x int)").await.unwrap();
    let root = cluster.client().await;
    root.batch_execute("begin; lock table a").await.unwrap();
    let middle = cluster.client().await;
    middle.batch_execute("begin; lock table b").await.unwrap();
    let middle = tokio::spawn(async move { middle.batch_execute("lock table a").await });
    let last = cluster.client().await;
    let last = tokio::spawn(async move { last.batch_execute("begin; lock table b").await });

    let mut served = served_at(&cluster.address(), "");
    let found = roots(&mut served, &cluster, 2).await;
    let pid: i32 = root.query_one("select pg_backend_pid()", &[]).await.unwrap().get(0);
    let [Value::Text(handle)] = found.as_slice() else { panic!("{found:?}") };
    assert!(handle.starts_with(&format!("{pid}@20")), "{handle}");
    // Nobody has waited for that long.
    assert_eq!(served.end(blockers(3_600.0)).await, Outcome::Answered(Value::List(Vec::new())));

    // The same pid, of a backend started at another time, is somebody else.
    let other = text(&handle.replace("@20", "@19"));
    assert_eq!(served.end(session("terminate", &other, 1.0)).await, Outcome::Done);
    let alive = |victim: &Value| pg("alive", &[("victim", victim.clone())]);
    assert_eq!(served.end(alive(&other)).await, Outcome::Answered(Value::Condition(Some(false))));
    assert_eq!(served.end(alive(&found[0])).await, Outcome::Answered(Value::Condition(Some(true))));
    // A cancellation does nothing to one that is idle in its transaction.
    assert_eq!(served.end(session("cancel", &found[0], 0.0)).await, Outcome::Done);
    assert_eq!(served.end(alive(&found[0])).await, Outcome::Answered(Value::Condition(Some(true))));

    assert_eq!(served.end(session("terminate", &found[0], 60.0)).await, Outcome::Done);
    assert_eq!(served.end(alive(&found[0])).await, Outcome::Answered(Value::Condition(Some(false))));
    middle.await.unwrap().unwrap();
    last.await.unwrap().unwrap();
    // Once more changes nothing.
    assert_eq!(served.end(session("terminate", &found[0], 1.0)).await, Outcome::Done);
    assert!(root.is_closed() || root.batch_execute("select 1").await.is_err());
}

#[tokio::test]
async fn what_a_session_does_is_cancelled() {
    let cluster = Cluster::start(&[]);
    let busy = cluster.client().await;
    let pid: i32 = busy.query_one("select pg_backend_pid()", &[]).await.unwrap().get(0);
    let client = cluster.client().await;
    let sql = "select to_char(backend_start at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') from pg_stat_activity where pid = $1";
    let started: String = client.query_one(sql, &[&pid]).await.unwrap().get(0);
    let busy = tokio::spawn(async move { busy.batch_execute("select pg_sleep(1000)").await });
    let active = "select count(*) from pg_stat_activity where pid = $1 and wait_event = 'PgSleep'";
    while client.query_one(active, &[&pid]).await.unwrap().get::<_, i64>(0) == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut served = served_at(&cluster.address(), "");
    let victim = text(&format!("{pid}@{started}"));
    let working = || pg("working", &[("victim", victim.clone())]);
    assert_eq!(served.end(working()).await, Outcome::Answered(Value::Condition(Some(true))));
    assert_eq!(served.end(session("cancel", &victim, 0.0)).await, Outcome::Done);
    assert!(busy.await.unwrap().unwrap_err().to_string().contains("db error"));
    // It has done nothing since; or its client went away with it.
    assert_eq!(served.end(working()).await, Outcome::Answered(Value::Condition(Some(false))));
    let why = failed(served.end(session("cancel", &text("x@y"), 0.0)).await);
    assert_eq!(why, "the argument `victim` names no session (`pid@backend_start`)");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_call_that_ran_out_of_time_is_cancelled_at_the_server() {
    let cluster = Cluster::start(&[]);
    let holder = cluster.client().await;
    holder.batch_execute("create role batch").await.unwrap();
    holder.batch_execute("begin; alter role batch connection limit 3").await.unwrap();
    let mut served = served_at(&cluster.address(), "");
    let limit =
        write(pg("set_role_connection_limit", &[("role", text("batch")), ("to", Value::Number(5.0))]));
    assert_eq!(unknown(served.end(within(Duration::from_secs(2), limit)).await), "no answer within 2s");
    let line = cluster.says("canceling statement due to");
    assert!(line.ends_with("due to user request"), "{line}");
}

#[tokio::test]
async fn a_server_that_is_not_there_or_refuses_is_known() {
    let cluster = Cluster::start(&[]);
    let wrong = cluster.address().replace(PASSWORD, "wrong-password");
    let why = failed(served_at(&wrong, "").end(set("work_mem", "1MB")).await);
    assert_eq!(why, "no connection: password authentication failed for user \"admin\"");
    let address = cluster.address();
    drop(cluster);
    let mut served = served_at(&address, "");
    let why = failed(served.end(set("work_mem", "1MB")).await);
    assert!(why.contains("onnection refused"), "{why}");
    let why = failed(served.end(pg("connections_max", &[])).await);
    assert!(why.contains("onnection refused"), "{why}");
}

#[tokio::test]
async fn a_connection_elsewhere_is_encrypted_or_not_made() {
    for (address, wanted) in [
        ("host=db-1.example user=a password=hunter2", "the connection to `db-1.example` is not encrypted"),
        ("host=localhost hostaddr=192.0.2.1 user=a password=hunter2", "the connection is not encrypted"),
        (
            "host=db-1.example user=a password=hunter2 sslmode=prefer",
            "the connection to `db-1.example` is not encrypted",
        ),
        ("hunter2", "this is no connection string"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let config = format!("kind = 'postgres'\nconfig.admin = '{}'", kept(folder.path(), address));
        let configured = Configured::read("pg", toml::from_str(&config).unwrap()).unwrap();
        let problem = configured.open(declaration(), folder.path()).unwrap_err();
        assert_eq!((problem.place.as_str(), problem.why.as_str()), ("provider.pg.config.admin", wanted));
        assert!(!format!("{problem:?}").contains("hunter2"));
    }
}

#[tokio::test]
async fn with_tls_the_server_is_believed_by_its_certificate_only() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let cluster = Cluster::start_with(&["ssl=on"], |folder| {
        super::cluster::write(&folder.join("data/server.crt"), &certificate);
        super::cluster::write(&folder.join("data/server.key"), &key);
    });
    let folder = tempfile::tempdir().unwrap();
    let (ca, other) = (folder.path().join("ca.pem"), folder.path().join("other.pem"));
    std::fs::write(&ca, &certificate).unwrap();
    let stranger = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(&other, stranger.cert.pem()).unwrap();
    let address = cluster.address().replace("host=127.0.0.1", "host=localhost sslmode=require");
    let mut served = served_at(&address, &format!("ca = '{}'", ca.display()));
    assert_eq!(served.end(pg("connections_max", &[])).await, Outcome::Answered(Value::Number(27.0)));
    let mut served = served_at(&address, &format!("ca = '{}'", other.display()));
    let why = failed(served.end(pg("connections_max", &[])).await);
    assert!(why.starts_with("no connection: ") && why.contains("certificate"), "{why}");
}

#[tokio::test]
async fn nothing_that_is_shown_holds_the_password() {
    let cluster = Cluster::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let config = format!("kind = 'postgres'\nconfig.admin = '{}'", kept(folder.path(), &cluster.address()));
    let configured = Configured::read("pg", toml::from_str(&config).unwrap()).unwrap();
    let serving = configured.open(declaration(), folder.path()).unwrap();
    let mut shown = format!("{configured:?}{serving:?}");
    let mut served = Served::new(vec![serving]);
    shown += &format!("{:?}", served.end(set("application_name", PASSWORD)).await);
    shown += &format!("{:?}", served.end(set("work_mem", PASSWORD)).await);
    shown += &format!("{:?}", served.end(pg("setting", &[("name", text("application_name"))])).await);
    assert!(shown.contains("invalid value") && !shown.contains("hunter2"), "{shown}");
    drop(connect(&cluster.address()).await);
}

#[test]
fn a_declaration_that_does_not_fit_is_said() {
    let config = "kind = 'postgres'\nconfig.admin = 'env:X'";
    let configured = Configured::read("pg", toml::from_str(config).unwrap()).unwrap();
    let mut declared = Declared { name: "pg".to_owned(), ..Declared::default() };
    let said = |declared: &Declared| -> Vec<String> {
        disagreements(&configured, declared).iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        said(&declared),
        [
            "`provider.pg.config.admin`: the policy declares no `config admin`",
            "`provider.pg.config.admin`: a provider of kind `postgres` needs `admin`, and the policy does not declare it",
        ]
    );
    declared.configs.push(Config { name: "admin".to_owned(), is_secret: true });
    assert_eq!(said(&declared), Vec::<String>::new());
    let parameter = |name: &str, takes| Parameter { name: name.to_owned(), takes, is_whole: false };
    let read = |name: &str, parameters, is_list, gives| {
        (name.to_owned(), Read { name: name.to_owned(), parameters, is_list, gives })
    };
    let waited = parameter("waited", ValueType::Number(Unit::Number));
    let db = parameter("db", ValueType::Text);
    declared.reads.extend([
        read("root_blockers", vec![db, waited], false, ValueType::Text),
        read("lag", Vec::new(), false, ValueType::Number(Unit::Time)),
    ]);
    declared
        .writes
        .insert("cancel".to_owned(), vec![parameter("victim", ValueType::Handle("session".to_owned()))]);
    let said = said(&declared);
    let starts = [
        "`provider.pg.read.lag`: a provider of kind `postgres` has no read `lag`",
        "`provider.pg.read.root_blockers`: `read root_blockers` gives a list, each entry a handle",
        "`provider.pg.read.root_blockers`: the parameter `waited` of `read root_blockers` is a `time`",
        "`provider.pg.write.cancel`: `write cancel` needs the parameter `db`, and the policy does not declare it",
    ];
    assert_eq!(said.len(), starts.len(), "{said:#?}");
    for (said, start) in said.iter().zip(starts) {
        assert!(said.starts_with(start), "{said}");
    }
}
