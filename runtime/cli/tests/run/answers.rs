//! Alerts that are answered: a real program behind a provider, a real receiver behind a channel, a real journal, and kills in between.

use nvp_journal::reader::ActionFilter;
use nvp_journal::words::{ActionEnd, IncidentState};
use nvp_journal::{Page, Verification};
use rustix::process::Signal;
use serde_json::Value;

use super::peers::Process;
use super::plant::{Plant, end, sent, state};

async fn stopped(process: Process) {
    process.signal(Signal::TERM);
    let (code, said) = process.end().await;
    assert_eq!((code, said.contains("ERROR")), (0, false), "{said}");
}

#[tokio::test]
async fn a_playbook_helps_and_nobody_is_called() {
    let plant = Plant::new("60s").await;
    let process = plant.start();
    plant.exporter.set(9.0);
    plant
        .until("the valve is turned", |reader| {
            let calls = reader.calls(1, Page::default()).unwrap();
            calls.iter().any(|call| call.call.write.is_some() && call.ended_ms.is_some()).then_some(())
        })
        .await;
    assert_eq!(plant.valve(), "2");
    plant.exporter.set(1.0);
    assert_eq!(plant.until("the run ends", end).await, ActionEnd::Succeeded, "{}", plant.trail());
    plant
        .until("the incident is resolved", |reader| state(reader).filter(|it| *it == IncidentState::Resolved))
        .await;
    stopped(process).await;
    assert_eq!(sent(&plant.journal()), 0, "{}", plant.trail());
    assert!(matches!(plant.journal().verify(&[]).unwrap(), Verification::Whole { .. }), "{}", plant.trail());
}

#[tokio::test]
async fn what_does_not_help_is_taken_back_and_people_are_called_until_it_is_over() {
    let mut plant = Plant::new("5s").await;
    let process = plant.start();
    plant.exporter.set(9.0);
    let page: Value = serde_json::from_str(&plant.receiver.next().await).unwrap();
    assert_eq!(page["status"], "firing", "{page}");
    assert_eq!(page["novaevo"]["reason"], "page", "{page}");
    assert_eq!(plant.until("the run ends", end).await, ActionEnd::RolledBack, "{}", plant.trail());
    assert_eq!(plant.valve(), "1", "as it was");
    plant.exporter.set(1.0);
    loop {
        let told: Value = serde_json::from_str(&plant.receiver.next().await).unwrap();
        if told["status"] == "resolved" {
            break;
        }
    }
    plant.until("it is noted", |reader| (sent(reader) >= 2).then_some(())).await;
    stopped(process).await;
}

#[tokio::test]
async fn killed_between_the_write_and_its_answer_it_goes_on_where_it_was() {
    let plant = Plant::new("60s").await;
    let process = plant.start();
    plant.exporter.set(9.0);
    plant
        .until("the write is intended", |reader| {
            let calls = reader.calls(1, Page::default()).unwrap();
            calls.iter().any(|call| call.call.write.is_some()).then_some(())
        })
        .await;
    process.signal(Signal::KILL);
    assert_eq!(process.end().await.0, -1);
    let process = plant.start();
    plant
        .until("the step is done", |reader| {
            let rows = reader.action_journal(1, Page { after: None, rows: 1_000 }).unwrap();
            rows.iter().any(|row| row.text == "open is done").then_some(())
        })
        .await;
    plant.exporter.set(1.0);
    assert_eq!(plant.until("the run ends", end).await, ActionEnd::Succeeded, "{}", plant.trail());
    assert_eq!(plant.valve(), "2");
    stopped(process).await;
    let actions = plant.journal().actions(&ActionFilter::default(), Page::default()).unwrap();
    assert_eq!(actions.len(), 1, "one run, not two: {}", plant.trail());
}

#[tokio::test]
async fn what_calls_people_wants_a_folder_for_its_state() {
    let plant = Plant::new("5s").await;
    let process = Process::start(&plant.folder.path(""), &["policy.nvp", "--config", "watch.toml"]);
    let (code, said) = process.end().await;
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("add `--state DIR`"), "{said}");
}

#[tokio::test]
async fn a_rung_that_reaches_nobody_is_an_error_of_check_and_of_run() {
    let plant = Plant::new("5s").await;
    plant.folder.write("watch.toml", "[team.crew]\n[channel.other]\nkind = \"standard_output\"\n");
    let ran = plant.folder.run(&["check", "policy.nvp", "--config", "watch.toml"]);
    assert_eq!(ran.code, 1, "{}", ran.shown());
    insta::assert_snapshot!(ran.shown());
    let process = Process::start(
        &plant.folder.path(""),
        &["policy.nvp", "--host", "--config", "watch.toml", "--state", "kept"],
    );
    let (code, said) = process.end().await;
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("the rung reaches nobody"), "{said}");
}
