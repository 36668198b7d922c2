//! A page of which the journal may not learn what came of it: the journal cannot be written, from a process that dies before it can be and
//! from one that lives; the process is asked to end while the page is under way.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use nvp_journal::reader::Reader;
use nvp_journal::words::{AttemptResult, IncidentState};
use rustix::process::Signal;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::peers::{LONG, Process, Receiver};
use super::plant::{Plant, errors, sent, starts, state};

/// A journal that somebody took away, with something in its place that is none.
struct Away {
    journal: PathBuf,
    away: PathBuf,
}

impl Away {
    fn take(plant: &Plant) -> Self {
        let (journal, away) = (plant.folder.path("kept/journal.sqlite"), plant.folder.path("away"));
        std::fs::rename(&journal, &away).unwrap();
        std::fs::create_dir(&journal).unwrap();
        Self { journal, away }
    }

    fn bring_back(self) {
        std::fs::remove_dir(&self.journal).unwrap();
        std::fs::rename(&self.away, &self.journal).unwrap();
    }
}

/// A plant whose pages are taken, and each answered only when it is let.
async fn reluctant() -> (Plant, Arc<Semaphore>) {
    let mut plant = Plant::new("5s").await;
    let (receiver, answers) = Receiver::reluctant().await;
    let text = plant.folder.read("watch.toml");
    let (theirs, its_own) = (plant.receiver.address.to_string(), receiver.address.to_string());
    plant.folder.write("watch.toml", text.replace(&theirs, &its_own));
    plant.receiver = receiver;
    (plant, answers)
}

/// A plant in trouble since its journal was taken away, and the page that went out.
async fn paged_without_a_journal(mut plant: Plant) -> (Plant, Process, Away, Value) {
    let mut process = plant.start();
    plant.until("it has begun", |reader| (starts(reader) > 0).then_some(())).await;
    let away = Away::take(&plant);
    plant.exporter.set(9.0);
    process.says("the journal cannot be written").await;
    let page: Value = serde_json::from_str(&plant.receiver.next().await).unwrap();
    assert_eq!(page["novaevo"]["possible_repeat"], false, "{page}");
    (plant, process, away, page)
}

fn is_resolved(reader: &Reader) -> Option<()> {
    (state(reader) == Some(IncidentState::Resolved)).then_some(())
}

#[tokio::test]
async fn a_page_that_the_journal_never_knew_of_is_told_again_as_what_may_be_a_repeat() {
    // Had it been answered, the input log might know that it was sent.
    let (plant, answers) = reluctant().await;
    let (mut plant, process, away, page) = paged_without_a_journal(plant).await;
    process.signal(Signal::KILL);
    process.end().await;
    away.bring_back();
    answers.add_permits(1_000);

    let process = plant.start();
    let again: Value = serde_json::from_str(&plant.receiver.next().await).unwrap();
    assert_eq!(again["novaevo"]["key"], page["novaevo"]["key"], "{again}");
    assert_eq!(again["novaevo"]["possible_repeat"], true, "{again}");
    plant.until("it is noted", |reader| (sent(reader) >= 1).then_some(())).await;
    plant.exporter.set(1.0);
    plant.until("it is over", is_resolved).await;
    process.signal(Signal::TERM);
    let (code, said) = process.end().await;
    assert_eq!((code, errors(&said)), (0, vec![]));
}

#[tokio::test]
async fn what_went_out_without_the_journal_is_noted_as_a_doubt_before_it_is_known_to_have_arrived() {
    let (plant, mut process, away, _) = paged_without_a_journal(Plant::new("5s").await).await;
    away.bring_back();
    process.says("the journal can be written again").await;
    plant.until("it is noted", |reader| (sent(reader) >= 1).then_some(())).await;
    let attempts = plant.journal().attempts(1).unwrap();
    let known: Vec<_> = attempts.iter().map(|one| (one.attempt, one.result, one.is_repeat)).collect();
    assert_eq!(known, [(1, AttemptResult::Unknown, false)]);
    plant.exporter.set(1.0);
    plant.until("it is over", is_resolved).await;
    process.signal(Signal::TERM);
    assert_eq!(process.end().await.0, 0);
}

#[tokio::test]
async fn a_page_that_is_under_way_is_waited_for_when_the_process_is_asked_to_end() {
    let (mut plant, answers) = reluctant().await;
    let process = plant.starts_again().await;
    plant.exporter.set(9.0);
    plant.receiver.next().await;
    process.signal(Signal::TERM);
    // Nobody is heard any more: it is ending.
    let socket = plant.folder.path("kept/control.sock");
    let ending = async {
        while socket.exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LONG, ending).await.unwrap();
    answers.add_permits(1);
    let (code, said) = process.end().await;
    assert_eq!((code, errors(&said)), (0, vec![]));
    assert_eq!(plant.journal().attempts(1).unwrap()[0].result, AttemptResult::Sent, "{said}");
}
