//! The disk of the state is full when something breaks: people are called all the same, nothing is touched, and it says so.

use std::path::PathBuf;

use nvp_journal::reader::{ActionFilter, NotificationFilter, Reader};
use nvp_journal::words::ActionEnd;
use nvp_journal::{Page, Verification};
use rustix::process::Signal;
use serde_json::Value;

use super::peers::{Process, get_until};
use super::plant::Plant;
use super::state::{has_name_spaces, on_a_disk_of_its_own};

#[tokio::test]
async fn on_a_full_disk_people_are_called_and_nothing_is_touched() {
    if !has_name_spaces() {
        return;
    }
    let mut plant = Plant::new("3s").await;
    let arguments = [
        "policy.nvp",
        "--config",
        "watch.toml",
        "--state",
        "kept",
        "--format",
        "json",
        "--listen",
        "127.0.0.1:0",
    ];
    let command = on_a_disk_of_its_own(&plant.folder, "size=2m", &arguments);
    let mut process = Process::spawn(&plant.folder.path(""), command);
    let address = process.address().await;
    get_until(&address, "/metrics", |_, text| text.contains("novaevo_policy_actions_halted 0\n")).await;
    // The disk as the process sees it.
    let kept: PathBuf = ["/proc", &process.id().to_string(), "root"].iter().collect();
    let kept = kept.join(plant.folder.path("kept").strip_prefix("/").unwrap());
    let filler = kept.join("filler");
    assert!(std::fs::write(&filler, vec![0; 4 << 20]).is_err(), "the disk is full");
    plant.exporter.set(9.0);

    let page: Value = serde_json::from_str(&plant.receiver.next().await).unwrap();
    assert_eq!(
        (&page["novaevo"]["reason"], &page["novaevo"]["rung"]),
        (&"page".into(), &"N1".into()),
        "{page:#}"
    );
    let halted =
        get_until(&address, "/metrics", |_, text| text.contains("novaevo_policy_actions_halted 1\n"));
    halted.await;
    assert_eq!(plant.valve(), "1", "nothing is touched");

    std::fs::remove_file(&filler).unwrap();
    get_until(&address, "/metrics", |_, text| text.contains("novaevo_policy_actions_halted 0\n")).await;
    // SQLite would look for the file by its name on our disk: it gets a copy, of what nobody writes to now.
    for file in ["journal.sqlite", "journal.sqlite-wal"] {
        std::fs::copy(kept.join(file), plant.folder.path(file)).unwrap();
    }
    let journal = plant.folder.path("journal.sqlite");
    let journal = Reader::open(&journal).unwrap();
    let runs = journal.actions(&ActionFilter::default(), Page::default()).unwrap();
    let [run] = runs.as_slice() else { panic!("one run was tried: {runs:#?}") };
    // It may have begun before the disk was known to be full: then its reads were refused, as they would not have been in the journal.
    assert!(matches!(run.end, Some(ActionEnd::Refused | ActionEnd::RolledBack)), "{run:#?}");
    let calls = journal.calls(run.number, Page::default()).unwrap();
    assert!(calls.iter().all(|row| row.call.write.is_none()), "{calls:#?}");
    let told = journal.notifications(&NotificationFilter::default(), Page::default()).unwrap();
    assert!(told.iter().any(|row| page["novaevo"]["key"] == row.notification.key.as_str()), "{told:#?}");
    assert!(matches!(journal.verify(&[]).unwrap(), Verification::Whole { .. }));
    drop(journal);

    process.signal(Signal::TERM);
    let (code, said) = process.end().await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("the journal cannot be written: pages go out"), "{said}");
}
