//! The real process, killed at every boundary of its journal and at random moments, with a real program behind its provider: after a
//! restart what it did is applied and verified, or taken back, never mixed, and nobody is forgotten.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt as _;
use notify::{EventKind, RecursiveMode, Watcher as _};
use nvp_journal::reader::ActionFilter;
use nvp_journal::words::{ActionEnd, ActionState, IncidentState};
use nvp_journal::{Page, Verification};
use rustix::process::Signal;
use serde_json::Value;
use tokio::sync::mpsc;

use super::plant::{Plant, end, state};

/// How many plants are in trouble at once: they mostly wait.
const AT_ONCE: usize = 12;
/// Random moments in an ordinary run of the tests.
const MOMENTS: u64 = 60;

/// When the process is killed.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// After so many writes to the journal's write-ahead log.
    Write(usize),
    /// So long after it was started.
    After(Duration),
}

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

/// Lets a plant get into trouble, kills the process then, starts it again and lets it come to an end. Says whether it was killed before
/// that end.
async fn survives(moment: Moment, helps: bool) -> bool {
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
        match moment {
            Moment::Write(count) => {
                for _ in 0..count {
                    heard.recv().await;
                }
            }
            Moment::After(time) => tokio::time::sleep(time).await,
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
    let before = starts(&plant);
    let process = plant.start();
    plant.until("it has started again", |_| (starts(&plant) > before).then_some(())).await;
    comes_to_a_good_end(&mut plant, helps, moment).await;
    process.signal(Signal::TERM);
    let (code, said) = process.end().await;
    assert_eq!((code, said.contains("ERROR")), (0, false), "{moment:?}: {said}");
    let verified = plant.journal().verify(&[]).unwrap();
    assert!(matches!(verified, Verification::Whole { .. }), "{moment:?}: {verified:?}\n{}", plant.trail());
    was_cut
}

/// How often the journal knows the process to have been started.
fn starts(plant: &Plant) -> usize {
    plant.trail().lines().filter(|line| line.ends_with("the process started")).count()
}

async fn comes_to_a_good_end(plant: &mut Plant, helps: bool, moment: Moment) {
    let ended = plant
        .until("all runs are over", |reader| {
            let runs = reader.actions(&ActionFilter::default(), Page::default()).unwrap();
            let is_over = !runs.is_empty() && runs.iter().all(|run| run.state == ActionState::Ended);
            is_over.then_some(runs)
        })
        .await;
    let trail = format!("{moment:?}\n{}", plant.trail());
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

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_write_of_the_journal_it_comes_to_a_good_end() {
    for helps in [true, false] {
        let mut first = 1;
        // More writes than there were in any run.
        loop {
            let batch = first..first + AT_ONCE;
            let runs = futures_util::future::join_all(
                batch.clone().map(|count| tokio::spawn(survives(Moment::Write(count), helps))),
            );
            let were_cut: Vec<bool> = runs.await.into_iter().map(Result::unwrap).collect();
            if were_cut.contains(&false) {
                break;
            }
            first = batch.end;
            assert!(first < 1_000, "it never comes to its end by itself");
        }
        println!("helps {helps}: {} boundaries and more", first - 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_moments_it_comes_to_a_good_end() {
    let moments = std::env::var("NOVAEVO_CRASHES").map_or(MOMENTS, |count| count.parse().unwrap());
    let seed: u64 = std::env::var("NOVAEVO_SEED").map_or(7, |seed| seed.parse().unwrap());
    println!("{moments} moments, seed {seed}");
    let random = (0..moments).scan(seed, |state, _| {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some(*state >> 33)
    });
    let runs = random.map(|random| {
        let moment = Moment::After(Duration::from_millis(random % 7_000));
        tokio::spawn(survives(moment, random % 2 == 0))
    });
    let mut runs = futures_util::stream::iter(runs).buffer_unordered(AT_ONCE);
    let mut cut = 0;
    while let Some(was_cut) = runs.next().await {
        cut += usize::from(was_cut.unwrap());
    }
    println!("{cut} were cut before their end");
    assert!(cut > 0);
}
