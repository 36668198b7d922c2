//! The process is killed, again and again, at boundaries of what it writes down and does: after each kill it goes on where it was. What it
//! did is applied and verified in the end, or taken back, never mixed; there is one run, one ticket, and no page is lost.

use nvp_journal::Page;
use nvp_journal::reader::{Reader, TrailFilter};
use nvp_journal::words::{ActionEnd, Subject};
use rustix::process::Signal;

use super::gateway::Hold;
use super::load::Pages;
use super::world::{World, all_told, end, noted, resolved, standing};
use super::{at_once, show};
use crate::run::peers::Process;

#[test]
fn killed_at_its_boundaries_it_goes_on_where_it_was() {
    at_once(&[
        ("it helps", || Box::pin(it_helps())),
        ("it does not help", || Box::pin(it_does_not_help())),
        ("a write never came", || Box::pin(a_write_never_came())),
    ]);
}

/// How often the journal knows the process to have been started.
fn starts(reader: &Reader) -> usize {
    let filter = TrailFilter { subject: Some(Subject::Process), ..TrailFilter::default() };
    let rows = reader.trail(&filter, Page { after: None, rows: 1_000 }).unwrap();
    rows.iter().filter(|row| row.text == "the process started").count()
}

/// Whether a write is intended: of a step, or to take it back.
fn intended(step: &'static str, is_undo: bool) -> impl Fn(&Reader) -> Option<()> + Send + Sync + 'static {
    move |reader| {
        let filter = TrailFilter { kind: Some("intent".to_owned()), ..TrailFilter::default() };
        let rows = reader.trail(&filter, Page { after: None, rows: 1_000 }).unwrap();
        rows.iter().any(|row| row.detail["step"] == step && row.detail["is_undo"] == is_undo).then_some(())
    }
}

/// Kills the process without a word, and starts it again.
async fn again(world: &World, process: Process) -> Process {
    let before = starts(&world.journal.reader().unwrap());
    process.signal(Signal::KILL);
    assert_eq!(process.end().await.0, -1);
    let process = world.process();
    world.until("it has started again", move |reader| (starts(reader) > before).then_some(())).await;
    process
}

/// Kills it as soon as the journal says so.
async fn again_when(
    world: &World,
    process: Process,
    what: &str,
    found: impl Fn(&Reader) -> Option<()> + Send + Sync + 'static,
) -> Process {
    world.until(what, found).await;
    again(world, process).await
}

/// Kills it when the gateway has got a write of this setting and holds it.
async fn again_when_held(world: &mut World, process: Process, setting: &str) -> Process {
    while world.gateway_mut().held().await != setting {}
    again(world, process).await
}

async fn it_helps() {
    let mut world = World::new(&["eu"], "60s").await;
    // A write that may be tried only once and never comes would end the run: the kill before it finds it carried out or not begun.
    world.gateway().hold("timeout/noncritical", Hold::After);
    world.gateway().hold("cache", Hold::After);
    let process = world.watching().await;
    world.crowd(22, Pages::Few);
    let process = again_when(&world, process, "it begins", noted("started", "")).await;
    let process = again_when(&world, process, "the pool is to grow", intended("grow_pool", false)).await;
    let process = again_when(&world, process, "the pool has grown", noted("step_done", "grow_pool")).await;
    let process = again_when_held(&mut world, process, "cache").await;
    let process = again_when(&world, process, "all is done", noted("step_done", "second_level_cache")).await;
    let process = again_when(&world, process, "it stands", standing).await;
    world.assert_applied().await;
    world.until("the incident is over", resolved).await;
    world.people.until("a ticket", |heard| heard.tickets.first().cloned()).await;
    world.until("all is told", all_told).await;
    world.until("it still stands", standing).await;
    world.finish(process).await;
    let tickets = world.people.tickets();
    assert_eq!(tickets.len(), 1, "{tickets:#?}\n{}", world.told());
    let notices = world.people.count("sms", "notice");
    assert!((1..=2).contains(&notices), "{notices} notices\n{}", world.told());
    show(&world);
}

async fn it_does_not_help() {
    let mut world = World::new(&["eu"], "12s").await;
    let process = world.watching().await;
    world.crowd(32, Pages::Ever);
    world.until("all is done", noted("step_done", "second_level_cache")).await;
    world.gateway().hold("cache", Hold::After);
    world.gateway().hold("timeout/noncritical", Hold::Before);
    let process = again_when(&world, process, "it is to be taken back", noted("rolling_back", "")).await;
    let process = again_when_held(&mut world, process, "cache").await;
    let process = again_when_held(&mut world, process, "timeout/noncritical").await;
    let process =
        again_when(&world, process, "the timeout is as it was", noted("step_undone", "strict_timeouts"))
            .await;
    let process = again_when(&world, process, "the pool is to shrink", intended("grow_pool", true)).await;
    let process = again_when(&world, process, "it ends", |reader| end(reader).map(drop)).await;
    assert_eq!(world.until("it has ended", end).await, ActionEnd::RolledBack, "{}", world.told());
    world.assert_as_it_was().await;
    called(&world, process).await;
}

/// The write is intended, and the process ends before the gateway has carried it out.
async fn a_write_never_came() {
    let mut world = World::new(&["eu"], "12s").await;
    world.gateway().hold("timeout/noncritical", Hold::Before);
    let process = world.watching().await;
    world.crowd(32, Pages::Ever);
    let process = again_when_held(&mut world, process, "timeout/noncritical").await;
    let ended = world.until("it ends", end).await;
    assert_eq!(ended, ActionEnd::RolledBack, "{}", world.told());
    world.assert_as_it_was().await;
    called(&world, process).await;
}

/// N1's people are called, by each of their channels, and twice at most once and then marked as such; no ticket is written.
async fn called(world: &World, process: Process) {
    for channel in ["sms", "email", "chat"] {
        world.people.paged(channel).await;
    }
    world.until("all is told", all_told).await;
    world.people.each_at_most_twice();
    assert_eq!(world.people.tickets().len(), 0);
    world.finish(process).await;
    show(world);
}
