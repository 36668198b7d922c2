//! The real process, killed at every boundary of its journal, with a real program behind its provider: after a restart what it did is
//! applied and verified, or taken back, never mixed, and nobody is forgotten.

use std::collections::BTreeMap;
use std::path::Path;

use futures_util::StreamExt as _;
use notify::{EventKind, RecursiveMode, Watcher as _};
use nvp_journal::reader::ActionFilter;
use nvp_journal::words::{ActionEnd, ActionState, IncidentState};
use nvp_journal::{Page, Verification};
use rustix::process::Signal;
use serde_json::Value;
use tokio::sync::mpsc;

use super::plant::{Plant, end, errors, state};

/// How many plants are in trouble at once, of those that are helped and of those that are not: they mostly wait.
const AT_ONCE: usize = 12;

/// Writes to the journal's write-ahead log, as the system tells of them.
fn writes(folder: &Path) -> (notify::RecommendedWatcher, mpsc::UnboundedReceiver<()>) {
    let (sender, writes) = mpsc::unbounded_channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let event = event.unwrap();
        let is_log = event.paths.iter().any(|path| path.ends_with("journal.sqlite-wal"));
        if is_log && matches!(event.kind, EventKind::Modify(_)) {
            // Nobody listens any more once the process is killed.
            let _ = sender.send(());
        }
    })
    .unwrap();
    watcher.watch(folder, RecursiveMode::NonRecursive).unwrap();
    (watcher, writes)
}

/// Lets a plant get into trouble, kills the process after so many writes, starts it again and lets it come to an end. Says whether it was
/// killed before that end.
async fn survives(count: usize, helps: bool) -> bool {
    let mut plant = Plant::in_trouble("3s", helps).await;
    std::fs::create_dir_all(plant.folder.path("kept")).unwrap();
    let (watcher, mut heard) = writes(&plant.folder.path("kept"));
    let process = plant.start();
    let is_over = plant.until("the run is over", |reader| {
        let is_over = end(reader).is_some();
        let is_told = !helps || state(reader) == Some(IncidentState::Resolved);
        (is_over && is_told).then_some(())
    });
    let due = async {
        for _ in 0..count {
            heard.recv().await;
        }
    };
    let was_cut = tokio::select! {
        biased;
        () = due => true,
        () = is_over => false,
    };
    drop(watcher);
    process.signal(Signal::KILL);
    process.end().await;
    let process = plant.starts_again().await;
    comes_to_a_good_end(&mut plant, helps, count).await;
    process.signal(Signal::TERM);
    let (code, said) = process.end().await;
    assert_eq!((code, errors(&said)), (0, vec![]), "write {count}");
    let verified = plant.journal().verify(&[]).unwrap();
    assert!(matches!(verified, Verification::Whole { .. }), "write {count}: {verified:?}\n{}", plant.trail());
    was_cut
}

async fn comes_to_a_good_end(plant: &mut Plant, helps: bool, write: usize) {
    let ended = plant
        .until("all runs are over", |reader| {
            let runs = reader.actions(&ActionFilter::default(), Page::default()).unwrap();
            let is_over = !runs.is_empty() && runs.iter().all(|run| run.state == ActionState::Ended);
            is_over.then_some(runs)
        })
        .await;
    let trail = format!("write {write}\n{}", plant.trail());
    let acted: Vec<_> = ended.iter().filter(|run| !matches!(run.end, Some(ActionEnd::Refused))).collect();
    assert_eq!(acted.len(), 1, "one run does something: {trail}");
    if helps && acted[0].end == Some(ActionEnd::Succeeded) {
        assert_eq!(plant.valve(), "2", "{trail}");
        plant
            .until("the incident is resolved", |reader| {
                state(reader).filter(|state| *state == IncidentState::Resolved)
            })
            .await;
        return;
    }
    // Cut between the intent and the write it is not known whether that was made; when it was not, the run has failed.
    let end = acted[0].end;
    assert!(matches!(end, Some(ActionEnd::RolledBack | ActionEnd::Inconclusive)), "{end:?} {trail}");
    assert_eq!(plant.valve(), "1", "{trail}");
    // The page arrives, and is told a second time at most once, and then says so.
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    let page: Value = serde_json::from_str(&plant.receiver.next().await).unwrap();
    *told.entry(page["novaevo"]["key"].to_string()).or_default() += 1;
    while let Some(again) = plant.receiver.next_now() {
        let again: Value = serde_json::from_str(&again).unwrap();
        let count = told.entry(again["novaevo"]["key"].to_string()).or_default();
        *count += 1;
        assert!(*count == 1 || again["novaevo"]["possible_repeat"] == true, "{again} {trail}");
    }
    assert!(told.values().all(|count| *count <= 2), "{told:?} {trail}");
}

/// Kills it at one write after the other until there are no more; says how many there were. How many of them the system tells apart is
/// not the same in every run.
async fn killed_at_every_write(helps: bool) -> usize {
    let runs = futures_util::stream::iter(1..1_000).map(|count| tokio::spawn(survives(count, helps)));
    let mut runs = std::pin::pin!(runs.buffered(AT_ONCE).chunks(AT_ONCE));
    let mut cut = 0;
    while let Some(batch) = runs.next().await {
        let were_cut = batch.into_iter().map(Result::unwrap).filter(|was_cut| *was_cut).count();
        if were_cut == 0 {
            return cut;
        }
        cut += were_cut;
    }
    panic!("it never comes to its end by itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_write_of_the_journal_it_comes_to_a_good_end() {
    let (helped, not_helped) = tokio::join!(killed_at_every_write(true), killed_at_every_write(false));
    println!("killed at {helped} writes where it helps, at {not_helped} where it does not");
}
