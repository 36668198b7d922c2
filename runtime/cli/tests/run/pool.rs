//! The worked example of the specification (3.4.3), all real: PostgreSQL and PgBouncer, a gateway and those who use it, people who are told,
//! a service of tickets, and the process. The policy is that of `tests/scenarios/gateway`; only its times are others.

#[path = "../../../act/tests/providers/cluster.rs"]
#[expect(dead_code, reason = "the providers' own tests use more of it")]
mod cluster;
mod crashes;
mod gateway;
mod load;
mod people;
mod watched;
mod world;

use std::future::Future;
use std::pin::Pin;

use nvp_journal::Page;
use nvp_journal::reader::ActionFilter;
use nvp_journal::words::ActionEnd;
use serde_json::Value;

use self::load::Pages;
use self::people::reason;
use self::world::{World, all_told, end, noted, resolved, standing};

/// What is done in one world.
type Story = fn() -> Pin<Box<dyn Future<Output = ()>>>;

/// Lets stories happen at once, each in a thread of its own: a gateway tells what its thread takes of the machine.
fn at_once(stories: &[(&str, Story)]) {
    std::thread::scope(|scope| {
        for (name, story) in stories {
            let body = move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(story());
            };
            std::thread::Builder::new().name((*name).to_owned()).spawn_scoped(scope, body).unwrap();
        }
    });
}

#[tokio::test]
async fn a_full_pool_is_grown_and_that_helps() {
    let mut world = World::new(&["eu"], "25s").await;
    let process = world.watching().await;
    world.crowd(22, Pages::Few);
    world.until("it has helped", standing).await;
    world.assert_applied().await;
    world.until("the incident is over", resolved).await;
    let notice = world
        .people
        .until("that it helped", |heard| {
            heard.told.iter().find(|(_, told)| reason(told) == "notice").map(|(_, told)| told.clone())
        })
        .await;
    assert_eq!(notice["novaevo"]["team"], "operations", "{notice:#}");
    assert_eq!(notice["novaevo"]["title"], "relieve_connection_pool succeeded", "{notice:#}");
    world.people.until("a ticket", |heard| heard.tickets.first().cloned()).await;
    world.until("all is told", all_told).await;
    let (queries, saved) = world.gateway().queries();
    assert!(saved > queries / 10, "{queries} queries, {saved} saved by the cache");
    world.finish(process).await;
    let tickets = world.people.tickets();
    assert_eq!(tickets.len(), 1, "{tickets:#?}");
    assert!(
        tickets[0]["summary"].as_str().unwrap().contains("Analyse approfondie du pool eu"),
        "{tickets:#?}"
    );
    show(&world);
}

#[test]
fn what_did_not_help_is_taken_back_and_people_are_called() {
    at_once(&[
        ("it does not help", || Box::pin(it_does_not_help())),
        ("the metrics are cut", || Box::pin(the_metrics_are_cut())),
        ("somebody changes the pool", || Box::pin(somebody_changes_the_pool())),
    ]);
}

/// The pages asked for are never the same: the cache is of no use, and there are ever more users.
async fn it_does_not_help() {
    let (mut world, process) = applied().await;
    world.crowd(10, Pages::Ever);
    assert_eq!(world.until("it ends", end).await, ActionEnd::RolledBack, "{}", world.told());
    world.assert_as_it_was().await;
    for channel in ["sms", "email", "chat"] {
        let page = world.people.paged(channel).await;
        assert_eq!(page["novaevo"]["team"], "operations", "{page:#}");
    }
    assert!(world.gateway().shed() > 0, "the stricter limit of time was none");
    world.finish(process).await;
    assert_eq!(world.people.tickets(), [Value::Null; 0]);
    show(&world);
}

/// While it is looked whether it has helped, the gateway tells nothing any more.
async fn the_metrics_are_cut() {
    let (world, process) = applied().await;
    world.gateway().cut_metrics(true);
    assert_eq!(world.until("it ends", end).await, ActionEnd::Inconclusive, "{}", world.told());
    world.assert_as_it_was().await;
    world.people.paged("sms").await;
    world.finish(process).await;
    show(&world);
}

/// Somebody sets the size of the pool by hand.
async fn somebody_changes_the_pool() {
    let (world, process) = applied().await;
    let console = cluster::connect(&world.bouncer.address("pgbouncer")).await;
    console.simple_query("set default_pool_size = 5").await.unwrap();
    assert_eq!(world.until("it ends", end).await, ActionEnd::RollbackFailed, "{}", world.told());
    assert_eq!(world.pool_size().await, 5, "what somebody else set stands: {}", world.told());
    world.assert_gateways_as_they_were();
    world.until("the drift is said", noted("drift", "grow_pool")).await;
    world
        .people
        .until("what could not be taken back", |heard| {
            heard.told.iter().any(|(_, told)| told.to_string().contains("rollback_failed")).then_some(())
        })
        .await;
    world.finish(process).await;
    show(&world);
}

/// A world in which everything was done, and it does not help.
async fn applied() -> (World, crate::run::peers::Process) {
    let mut world = World::new(&["eu"], "12s").await;
    let process = world.watching().await;
    world.crowd(32, Pages::Ever);
    world.until("all is done", noted("step_done", "second_level_cache")).await;
    world.assert_applied().await;
    (world, process)
}

#[tokio::test]
async fn when_most_gateways_are_slow_nothing_is_touched_and_people_are_called() {
    let mut world = World::new(&["eu", "us", "ap", "af"], "12s").await;
    let process = world.watching().await;
    world.crowd(22, Pages::Few);
    let page = world.people.paged("sms").await;
    assert_eq!(page["novaevo"]["team"], "operations", "{page:#}");
    let refused = |reader: &nvp_journal::reader::Reader| {
        let runs = reader.actions(&ActionFilter::default(), Page::default()).unwrap();
        assert!(runs.iter().all(|run| run.started_ms.is_none()), "{runs:#?}");
        let why: Option<Vec<String>> = runs.into_iter().map(|run| run.end_why).collect();
        why.filter(|why| why.len() == 4)
    };
    for why in world.until("every run is refused", refused).await {
        assert!(why.contains("storm"), "{why}\n{}", world.told());
    }
    world.assert_as_it_was().await;
    world.finish(process).await;
    assert_eq!(world.people.tickets(), [Value::Null; 0]);
    assert_eq!(world.people.count("sms", "page"), 1, "called once for all four\n{}", world.told());
    show(&world);
}

/// What the journal has, for whoever writes about it.
fn show(world: &World) {
    if std::env::var_os("SHOW").is_some() {
        println!("{}", world.told());
    }
}
