//! A real PgBouncer before a real PostgreSQL.

use std::time::Duration;

use nvp_plan::response::provider::ValueType;
use nvp_plan::unit::Unit;
use nvp_respond::effect::Call;
use nvp_respond::input::Outcome;
use nvp_respond::value::Value;

use super::cluster::{Bouncer, Cluster, PASSWORD, connect, kept};
use super::served::{Served, call, declared, failed, serving, text, unknown, within, write};

fn served(bouncer: &Bouncer, more: &str) -> Served {
    let count = || ValueType::Number(Unit::Counted("connections".to_owned()));
    let reads = [
        ("pool_size", count()),
        ("waiting", count()),
        ("waited", ValueType::Number(Unit::Time)),
        ("paused", ValueType::Flag),
    ];
    let declared = declared("pgb", &reads, &["set_pool_size", "pause", "resume"]);
    let address = kept(bouncer.folder(), &bouncer.address("pgbouncer"));
    Served::new(vec![serving(declared, &format!("kind = 'pgbouncer'\nconfig.admin = '{address}'\n{more}"))])
}

fn read(operation: &str, db: &str) -> Call {
    call("pgb", operation, &[("db", text(db))])
}

fn set(db: &str, to: f64) -> Call {
    write(call("pgb", "set_pool_size", &[("db", text(db)), ("to", Value::Number(to))]))
}

fn answered(number: f64) -> Outcome {
    Outcome::Answered(Value::Number(number))
}

#[tokio::test]
async fn a_pool_grows_for_those_who_wait_and_shrinks_to_what_it_was() {
    let cluster = Cluster::start(&[]);
    let app = format!(
        "app = host=127.0.0.1 port={} dbname=postgres user=admin password='{PASSWORD}'",
        cluster.port
    );
    let bouncer = Bouncer::start(&[&app], &["default_pool_size = 1"]);
    let before = bouncer.config().await;
    let mut served = served(&bouncer, "pool_size_max = 5");
    assert_eq!(served.end(read("pool_size", "app")).await, answered(1.0));

    let holder = connect(&bouncer.address("app")).await;
    // Connected before: PgBouncer lets nobody in while its pool is full.
    let waiter = connect(&bouncer.address("app")).await;
    holder.batch_execute("begin").await.unwrap();
    let waiter = tokio::spawn(async move { waiter.batch_execute("select 1").await });
    while served.end(read("waiting", "app")).await != answered(1.0) {
        assert!(!waiter.is_finished(), "{:?}", waiter.await);
    }
    let Outcome::Answered(Value::Number(waited)) = served.end(read("waited", "app")).await else { panic!() };
    assert!(waited > 0.0);

    assert_eq!(served.end(set("app", 2.0)).await, Outcome::Done);
    waiter.await.unwrap().unwrap();
    assert_eq!(served.end(read("pool_size", "app")).await, answered(2.0));
    assert_eq!(served.end(read("waiting", "app")).await, answered(0.0));
    assert_eq!(served.end(set("app", 2.0)).await, Outcome::Done);
    assert_ne!(bouncer.config().await, before);
    assert_eq!(served.end(set("app", 1.0)).await, Outcome::Done);
    assert_eq!(bouncer.config().await, before);

    for (to, why) in [
        (6.0, "the argument `to` is 6, not a whole number from 0 to 5"),
        (1.5, "the argument `to` is 1.5, not a whole number from 0 to 5"),
        (0.0, "a pool of 0 connections serves nobody: `pause` does that"),
    ] {
        assert_eq!(failed(served.end(set("app", to)).await), why);
    }
    assert_eq!(failed(served.end(set("none", 2.0)).await), "PgBouncer has no database `none`");
}

#[tokio::test]
async fn a_size_that_is_somebody_elses_is_left() {
    let nowhere = "host=127.0.0.1 port=1 dbname=a";
    let databases: Vec<String> = ["app =", "own = pool_size=7", "same = pool_size=10"]
        .iter()
        .map(|entry| format!("{entry} {nowhere}"))
        .collect();
    let databases: Vec<&str> = databases.iter().map(String::as_str).collect();
    let bouncer = Bouncer::start(&databases, &[]);
    let before = bouncer.config().await;
    let mut careful = served(&bouncer, "");
    // `same` cannot be told from one that has the default until the default is changed.
    let why = failed(careful.end(set("app", 12.0)).await);
    assert!(why.starts_with("the size of `app` is the default, which `same` would get too"), "{why}");
    let mut served = served(&bouncer, "affects_all = true");
    for db in ["own", "same"] {
        let why = failed(served.end(set(db, 12.0)).await);
        assert_eq!(
            why,
            format!("`{db}` has a pool size of its own in PgBouncer's file, which the console cannot change")
        );
        assert_eq!(bouncer.config().await, before, "{db}");
    }
    assert_eq!(served.end(set("app", 12.0)).await, Outcome::Done);
    assert_eq!(served.end(read("pool_size", "app")).await, answered(12.0));
    assert_eq!(served.end(read("pool_size", "own")).await, answered(7.0));
    assert_eq!(served.end(read("pool_size", "same")).await, answered(10.0));
}

#[tokio::test]
async fn a_database_is_paused_and_resumed_also_twice() {
    let cluster = Cluster::start(&[]);
    let app = format!(
        "app = host=127.0.0.1 port={} dbname=postgres user=admin password='{PASSWORD}'",
        cluster.port
    );
    let bouncer = Bouncer::start(&[&app], &[]);
    let mut served = served(&bouncer, "");
    let paused = |is| Outcome::Answered(Value::Condition(Some(is)));
    for (operation, is) in
        [("resume", false), ("pause", true), ("pause", true), ("resume", false), ("resume", false)]
    {
        assert_eq!(served.end(write(read(operation, "app"))).await, Outcome::Done, "{operation}");
        assert_eq!(served.end(read("paused", "app")).await, paused(is), "{operation}");
    }
    // It waits for what is under way: while that lasts it is not known to be done, and it can be taken back.
    let holder = connect(&bouncer.address("app")).await;
    holder.batch_execute("begin").await.unwrap();
    let pause = within(Duration::from_secs(2), write(read("pause", "app")));
    assert_eq!(unknown(served.end(pause).await), "no answer within 2s");
    assert_eq!(served.end(write(read("resume", "app"))).await, Outcome::Done);
    assert_eq!(served.end(read("paused", "app")).await, paused(false));
    holder.batch_execute("commit").await.unwrap();
    connect(&bouncer.address("app")).await.batch_execute("select 1").await.unwrap();
}
