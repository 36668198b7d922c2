//! A real disk that is full or read-only: a `tmpfs` in a mount namespace of its own, where the machine lets us make one. This file's tests
//! run themselves again inside of it. Where it does not let us, the same is tested by a process that may not write more than so many bytes.

use std::path::Path;
use std::process::{Command, Stdio};

use nvp_journal::{Health, Journal, JournalError, Options, Ticket, Verification};

use crate::sample::{alone, opened};

/// Says to a test that it runs inside: the folder where the small disk is.
const INSIDE: &str = "NVP_JOURNAL_SMALL_DISK";

/// Runs a test of this binary once more after some shell commands; `None` where the machine does not let us have namespaces.
fn inside(test: &str, before: &str) -> Option<bool> {
    let folder = tempfile::tempdir().unwrap();
    let unshare = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-ec", script, "sh"]);
        command.arg(folder.path()).env(INSIDE, folder.path());
        command
    };
    let can = unshare("mount -t tmpfs -o size=1m none \"$1\"").stderr(Stdio::null()).status();
    if !can.is_ok_and(|status| status.success()) {
        return None;
    }
    let script =
        format!("mount -t tmpfs -o size=2m none \"$1\"; {before} exec \"$2\" --exact \"$3\" --nocapture");
    let run = unshare(&script).arg(std::env::current_exe().unwrap()).arg(test).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(said.contains("1 passed"), "{said}");
    Some(run.status.success())
}

/// Writes until it fails; says how many incidents are durable.
fn fill(journal: &Journal, from: u64) -> (u64, JournalError) {
    let mut durable = from;
    loop {
        assert!(durable < 1_000_000, "the disk has no end");
        match journal.write(alone(opened(durable + 1))).and_then(Ticket::durable) {
            Ok(_) => durable += 1,
            Err(error) => return (durable, error),
        }
    }
}

fn durable_are_there(journal: &Journal, durable: u64) {
    let reader = journal.reader().unwrap();
    for number in 1..=durable {
        assert!(reader.incident(number).unwrap().is_some(), "incident {number} was durable");
    }
}

#[test]
fn a_full_disk() {
    let Some(folder) = std::env::var_os(INSIDE) else {
        match inside("small_disk::a_full_disk", "") {
            Some(passed) => assert!(passed),
            None => with_few_bytes(),
        }
        return;
    };
    let folder = Path::new(&folder);
    let ballast = folder.join("ballast");
    std::fs::write(&ballast, vec![0; 1 << 20]).unwrap();
    let path = folder.join("journal.sqlite");
    let journal = Journal::open(&path, Options::default()).unwrap();
    let (durable, error) = fill(&journal, 0);
    assert_eq!(error, JournalError::Full { path: path.clone() });
    assert!(error.to_string().starts_with("no space is left for `"), "{error}");
    assert_eq!(journal.health(), Health::Failed(error));
    // The cause is gone.
    std::fs::remove_file(&ballast).unwrap();
    journal.reopen().unwrap();
    assert_eq!(journal.health(), Health::Working);
    durable_are_there(&journal, durable);
    let (more, error) = fill(&journal, durable);
    assert!(more > durable + 20, "{more} after {durable}: {error}");
    drop(journal);
    // A new one on a disk without a byte left.
    let error = Journal::open(&folder.join("another/journal.sqlite"), Options::default()).unwrap_err();
    assert!(matches!(error, JournalError::Full { .. }), "{error}");
}

/// Where there are no namespaces: a limit on the size of a process's files, in a process of its own. The signal that comes with the limit is
/// for those who do not look at what a write says.
fn with_few_bytes() {
    let run = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -S -f 2048; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "small_disk::a_file_that_may_not_grow", "--nocapture"])
        .env("NVP_JOURNAL_FEW_BYTES", "1")
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn a_file_that_may_not_grow() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    if std::env::var_os("NVP_JOURNAL_FEW_BYTES").is_none() {
        with_few_bytes();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let journal = Journal::open(&path, Options::default()).unwrap();
    let (durable, error) = fill(&journal, 0);
    assert!(matches!(error, JournalError::File { .. } | JournalError::Full { .. }), "{error}");
    assert!(matches!(journal.health(), Health::Failed(_)));
    let limit = getrlimit(Resource::Fsize);
    setrlimit(Resource::Fsize, Rlimit { current: limit.maximum, maximum: limit.maximum }).unwrap();
    journal.reopen().unwrap();
    durable_are_there(&journal, durable);
    journal.write(alone(opened(durable + 1))).unwrap().durable().unwrap();
    assert!(matches!(journal.verify(&[]).unwrap(), Verification::Whole { .. }));
}

#[test]
fn a_disk_that_becomes_read_only() {
    let Some(folder) = std::env::var_os(INSIDE) else {
        let passed = inside("small_disk::a_disk_that_becomes_read_only", "");
        assert_ne!(passed, Some(false));
        return;
    };
    let folder = Path::new(&folder);
    let remount = |how: &str| {
        let done = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(folder).status();
        assert!(done.unwrap().success());
    };
    let path = folder.join("journal.sqlite");
    let journal = Journal::open(&path, Options::default()).unwrap();
    journal.write(alone(opened(1))).unwrap().durable().unwrap();
    drop(journal);
    remount("ro");
    let error = Journal::open(&path, Options::default()).unwrap_err();
    assert!(matches!(error, JournalError::ReadOnly { .. }), "{error}");
    let error = Journal::open(&folder.join("new.sqlite"), Options::default()).unwrap_err();
    assert!(error.to_string().contains("read-only"), "{error}");
    remount("rw");
    let journal = Journal::open(&path, Options::default()).unwrap();
    durable_are_there(&journal, 1);
}
