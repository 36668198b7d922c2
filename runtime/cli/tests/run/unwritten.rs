//! A page that goes out while the journal cannot be written, from a process that dies before it can be.

use rustix::process::Signal;
use serde_json::Value;

use super::plant::{Plant, sent, state};

#[tokio::test]
async fn a_page_that_the_journal_never_knew_of_is_told_again_as_what_may_be_a_repeat() {
    let mut plant = Plant::new("5s").await;
    let mut process = plant.start();
    plant
        .until("it has begun", |reader| {
            (!reader.trail(&Default::default(), Default::default()).unwrap().is_empty()).then_some(())
        })
        .await;
    let (journal, away) = (plant.folder.path("kept/journal.sqlite"), plant.folder.path("away"));
    std::fs::rename(&journal, &away).unwrap();
    std::fs::create_dir(&journal).unwrap();
    plant.exporter.set(9.0);
    process.says("the journal cannot be written").await;
    let page: Value = serde_json::from_str(&plant.receiver.next().await).unwrap();
    assert_eq!(page["novaevo"]["possible_repeat"], false, "{page}");
    process.signal(Signal::KILL);
    process.end().await;
    std::fs::remove_dir(&journal).unwrap();
    std::fs::rename(&away, &journal).unwrap();

    let process = plant.start();
    let again: Value = serde_json::from_str(&plant.receiver.next().await).unwrap();
    assert_eq!(again["novaevo"]["key"], page["novaevo"]["key"], "{again}");
    assert_eq!(again["novaevo"]["possible_repeat"], true, "{again}");
    plant.until("it is noted", |reader| (sent(reader) >= 1).then_some(())).await;
    plant.exporter.set(1.0);
    plant
        .until("it is over", |reader| {
            state(reader).filter(|it| *it == nvp_journal::words::IncidentState::Resolved)
        })
        .await;
    process.signal(Signal::TERM);
    let (code, said) = process.end().await;
    assert_eq!((code, said.contains("ERROR")), (0, false), "{said}");
}
