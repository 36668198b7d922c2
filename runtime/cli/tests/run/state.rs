//! State that outlives the process: killed at random moments, on a full disk, and with somebody else in the folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use nvp_drive::generation::{self, Generation};
use nvp_drive::load::{self, Stdlib};
use nvp_drive::state;
use nvp_kernels::Mode;
use rustix::process::Signal;
use tokio::process::Command;

use super::peers::{Exporter, Process, get_until};
use crate::harness::Folder;

/// Ticks every second; red above 5, however often that changes.
const POLICY: &str = "\
use std.severities
defaults { absent holds  labels instance }
metric load: number { every 1s  stale 5s }
alert busy on load { red when > 5  flapping 1000 in 30m  says \"load is {value}\" }
";

fn folder() -> Folder {
    let folder = Folder::with(&[]);
    folder.write("policy.nvp", POLICY);
    folder
}

fn generation() -> Generation {
    let stdlib = Stdlib::built_in();
    let checked = generation::check(&load::load_text("policy.nvp", POLICY, &stdlib), &stdlib);
    Generation::new(Arc::new(checked.policy.unwrap()), Mode::Off).unwrap()
}

/// All that the log in a folder leads to, told without any interruption.
fn replayed(folder: &Path) -> BTreeMap<u64, String> {
    let mut decided = BTreeMap::new();
    let course = state::replay(folder, &generation(), &mut |number, decision| {
        assert!(decided.insert(number, decision.json()).is_none(), "a number is given once");
    });
    assert!(course.unwrap().is_some(), "the log is of these policies");
    decided
}

/// A line's number, whether it was told again, and the decision itself.
fn numbered(line: &str) -> (u64, bool, String) {
    let (head, rest) = line.split_once(",\"at\":").unwrap_or_else(|| panic!("no decision: {line}"));
    let number = head.strip_prefix("{\"number\":").unwrap();
    let (number, again) = match number.strip_suffix(",\"again\":true") {
        Some(number) => (number, true),
        None => (number, false),
    };
    (number.parse().unwrap(), again, format!("{{\"at\":{rest}"))
}

/// Moments in ms, the same in every run of the test.
fn moments() -> impl Iterator<Item = u64> {
    let next = |state: &mut u64| {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some((*state >> 33) % 1_500)
    };
    (0..).scan(7, move |state, _: u32| next(state))
}

#[tokio::test]
async fn killed_at_any_moment_it_tells_what_it_would_have_told() {
    let (folder, exporter) = (folder(), Exporter::start(9.0).await);
    let arguments = ["policy.nvp", "--scrape", &exporter.url(), "--state", "kept", "--format", "json"];
    let mut lines: Vec<String> = Vec::new();
    let mut load = 9.0;
    for moment in moments().take(7).map(Some).chain([None]) {
        let mut process = Process::start(folder.path("").as_path(), &arguments);
        while lines.last().is_none_or(|line| line.contains("\"to\":\"red\"") != (load > 5.0)) {
            lines.push(process.line().await);
        }
        if let Some(moment) = moment {
            // It sees the change or does not, and dies at whatever it is at: that moment is what this test is about.
            load = 10.0 - load;
            exporter.set(load);
            tokio::time::sleep(Duration::from_millis(moment)).await;
        }
        process.signal(if moment.is_some() { Signal::KILL } else { Signal::TERM });
        let mut stdout = process.stdout.take().unwrap();
        while let Some(line) = stdout.next_line().await.unwrap() {
            lines.push(line);
        }
        let (code, said) = process.end().await;
        assert_eq!(code, if moment.is_some() { -1 } else { 0 }, "{said}");
    }

    let decided = replayed(&folder.path("kept"));
    let mut told: BTreeMap<u64, String> = BTreeMap::new();
    for line in &lines {
        let (number, again, decision) = numbered(line);
        match told.insert(number, decision.clone()) {
            Some(before) => assert!(again && before == decision, "told twice: {line}"),
            None => assert!(!told.keys().any(|later| *later > number), "out of order: {line}"),
        }
    }
    assert_eq!(told, decided, "{lines:#?}");
    assert_eq!(decided.len(), 8, "{decided:#?}");
    // What was told alternates: no restart forgot that the alert stood.
    let to: Vec<bool> = decided.values().map(|decision| decision.contains("\"to\":\"red\"")).collect();
    assert!(to.iter().zip(to.iter().skip(1)).all(|(one, next)| one != next), "{decided:#?}");
}

#[tokio::test]
async fn a_restart_neither_forgets_nor_repeats_what_stands() {
    let (folder, exporter) = (folder(), Exporter::start(9.0).await);
    let arguments = [
        "policy.nvp",
        "--scrape",
        &exporter.url(),
        "--state",
        "kept",
        "--format",
        "json",
        "--listen",
        "127.0.0.1:0",
    ];
    let mut process = Process::start(folder.path("").as_path(), &arguments);
    let (number, ..) = numbered(&process.line().await);
    assert_eq!(number, 1);
    process.signal(Signal::TERM);
    let (code, said) = process.end().await;
    assert_eq!((code, said.contains("ERROR")), (0, false), "{said}");

    let mut process = Process::start(folder.path("").as_path(), &arguments);
    let address = process.address().await;
    let metrics = get_until(&address, "/metrics", |_, text| {
        text.contains("novaevo_policy_alerts{level=\"red\"} 1\n")
            && text.contains("novaevo_policy_state_durable 1\n")
    });
    assert!(metrics.await.contains("novaevo_policy_decisions_total 1\n"));
    exporter.set(1.0);
    let (number, again, decision) = numbered(&process.line().await);
    assert_eq!((number, again), (2, false), "{decision}");
    assert!(decision.contains("\"from\":\"red\",\"to\":\"ok\""), "{decision}");

    // A second one in the same folder.
    let second = Process::start(folder.path("").as_path(), &arguments);
    let (code, said) = second.end().await;
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("another process writes to `kept`"), "{said}");
    process.signal(Signal::TERM);
    assert_eq!(process.end().await.0, 0);
}

/// Runs it in a name space of its own, where `kept` is a file system mounted so.
pub(super) fn on_a_disk_of_its_own(folder: &Folder, how: &str, arguments: &[&str]) -> Command {
    fs::create_dir_all(folder.path("kept")).unwrap();
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c"]);
    command.arg(format!("mount -t tmpfs -o {how} tmpfs kept && exec \"$@\"")).arg("sh");
    command.arg(env!("CARGO_BIN_EXE_novaevo-policy")).arg("run").args(arguments);
    command
}

/// Whether the system lets us mount something; some containers do not.
pub(super) fn has_name_spaces() -> bool {
    let may = std::process::Command::new("unshare").args(["--map-root-user", "--mount", "true"]).status();
    let may = may.is_ok_and(|status| status.success());
    if !may {
        eprintln!("not tested: name spaces of one's own are not allowed here");
    }
    may
}

#[tokio::test]
async fn a_read_only_disk_is_an_error_at_the_start() {
    if !has_name_spaces() {
        return;
    }
    let folder = folder();
    let arguments = ["policy.nvp", "--host", "--state", "kept"];
    let process = Process::spawn(folder.path("").as_path(), on_a_disk_of_its_own(&folder, "ro", &arguments));
    let (code, said) = process.end().await;
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("the state cannot be kept") && said.contains("Read-only file system"), "{said}");
}

#[tokio::test]
async fn on_a_full_disk_it_goes_on_and_says_so() {
    if !has_name_spaces() {
        return;
    }
    let (folder, exporter) = (folder(), Exporter::start(9.0).await);
    let arguments = [
        "policy.nvp",
        "--scrape",
        &exporter.url(),
        "--state",
        "kept",
        "--format",
        "json",
        "--listen",
        "127.0.0.1:0",
    ];
    let mut process =
        Process::spawn(folder.path("").as_path(), on_a_disk_of_its_own(&folder, "size=1m", &arguments));
    let address = process.address().await;
    assert_eq!(numbered(&process.line().await).0, 1);
    // The disk as the process sees it.
    let kept: PathBuf = ["/proc", &process.id().to_string(), "root"].iter().collect();
    let kept = kept.join(folder.path("kept").strip_prefix("/").unwrap());
    let filler = kept.join("filler");
    assert!(fs::write(&filler, vec![0; 4 << 20]).is_err(), "the disk is full");
    let line = process.says("the state is not kept any more").await;
    assert!(line.contains("No space left"), "{line}");
    get_until(&address, "/metrics", |_, text| text.contains("novaevo_policy_state_durable 0\n")).await;
    exporter.set(1.0);
    assert_eq!(numbered(&process.line().await).0, 2, "evaluation goes on");
    fs::remove_file(&filler).unwrap();
    process.says("the state is kept again").await;
    exporter.set(9.0);
    assert_eq!(numbered(&process.line().await).0, 3);
    get_until(&address, "/metrics", |_, text| text.contains("novaevo_policy_state_durable 1\n")).await;
    process.signal(Signal::TERM);
    let (code, said) = process.end().await;
    assert_eq!(code, 0, "{said}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_an_error_at_the_start() {
    let folder = folder();
    folder.write("file", "not a folder");
    let process =
        Process::start(folder.path("").as_path(), &["policy.nvp", "--host", "--state", "file/kept"]);
    let (code, said) = process.end().await;
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("the state cannot be kept: `file/kept`"), "{said}");
}
