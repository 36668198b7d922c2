//! A real `run` that is stopped for a while and goes on, and people who say things of what is over or never was.

use std::time::{Duration, Instant};

use nvp_journal::Page;
use nvp_journal::reader::NotificationFilter;
use nvp_journal::words::{ActionEnd, IncidentState};
use rustix::process::Signal;

use super::plant::{Plant, end, state};

/// How long the process stands still: longer than the playbook verifies.
const STANDS_STILL: Duration = Duration::from_secs(10);
/// What is left of the time to verify when it goes on, at least.
const LEFT: Duration = Duration::from_millis(2_500);

#[tokio::test]
async fn time_in_which_the_process_stood_still_is_no_time_to_verify_in() {
    let plant = Plant::in_trouble("8s", false).await;
    let process = plant.start();
    plant
        .until("the step is done", |reader| {
            let rows = reader.action_journal(1, Page { after: None, rows: 1_000 }).unwrap();
            rows.iter().any(|row| row.text == "open is done").then_some(())
        })
        .await;
    process.signal(Signal::STOP);
    // Nothing happens that could be waited for: that is what is tried.
    tokio::time::sleep(STANDS_STILL).await;
    process.signal(Signal::CONT);
    let goes_on = Instant::now();
    assert_eq!(plant.until("the run ends", end).await, ActionEnd::RolledBack, "{}", plant.trail());
    assert!(goes_on.elapsed() > LEFT, "the pause was counted: {}", plant.trail());
    assert_eq!(plant.valve(), "1");
    process.signal(Signal::TERM);
    assert_eq!(process.end().await.0, 0);
}

#[tokio::test]
async fn what_is_said_of_an_incident_that_is_over_or_never_was_changes_nothing() {
    let plant = Plant::in_trouble("30s", true).await;
    let process = plant.start();
    let is_over = |reader: &_| state(reader).filter(|it| *it == IncidentState::Resolved);
    plant.until("the incident is resolved", is_over).await;
    let told =
        || plant.journal().notifications(&NotificationFilter::default(), Page::default()).unwrap().len();
    let before = told();
    for (deed, code, wanted) in [
        (["ack", "1"], 0, "nothing changed: incident 1"),
        (["resolve", "1"], 0, "nothing changed: incident 1"),
        (["ack", "99"], 1, "unknown: "),
        (["resolve", "99"], 1, "unknown: "),
        (["approve", "1"], 1, ""),
        (["approve", "99"], 1, "unknown: "),
    ] {
        let ran = plant.folder.run(&[&deed[..], &["--state", "kept"]].concat());
        assert_eq!(ran.code, code, "{deed:?}: {}", ran.shown());
        assert!(ran.stdout.starts_with(wanted), "{deed:?}: {}", ran.shown());
    }
    assert_eq!(state(&plant.journal()), Some(IncidentState::Resolved), "{}", plant.trail());
    assert_eq!(told(), before, "{}", plant.trail());
    process.signal(Signal::TERM);
    assert_eq!(process.end().await.0, 0);
}
