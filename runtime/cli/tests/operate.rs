//! The verbs by which people operate a process: against a journal that no process writes, and against a real response behind real sockets.

use std::path::Path;

use nvp_control::{Control, ControlOptions, JOURNAL, SOCKET};
use nvp_journal::{Batch, Journal, Options};
use secrecy::SecretString;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::harness::{Folder, Ran};

#[path = "../../journal/tests/sample.rs"]
#[expect(dead_code, reason = "the journal's own tests use more of it")]
mod sample;
#[path = "../../control/tests/support/mod.rs"]
mod support;

const TOKEN: &str = "boris-s-own-secret-0123456789";

/// A folder `state` with the journal of a night, which no process writes any more.
fn after_a_night() -> Folder {
    let folder = Folder::with(&[]);
    let journal = Journal::open(&folder.path("state").join(JOURNAL), Options::default()).unwrap();
    let night: Batch = sample::numbered(sample::night(), 4).into_iter().collect();
    journal.write(night).unwrap().durable().unwrap();
    folder
}

/// By the clock on a wall in Paris.
fn at_night(folder: &Folder, arguments: &[&str]) -> Ran {
    let mut command = folder.command(arguments);
    command.env("TZ", "CET-1CEST,M3.5.0,M10.5.0/3").env_remove("NOVAEVO_STATE");
    crate::harness::ran(command.output().unwrap())
}

fn json(ran: &Ran) -> serde_json::Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.shown()))
}

/// A process with a slow gateway, its state in `folder/state`.
struct Process {
    address: String,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Process {
    async fn start(state: &Path) -> Self {
        std::fs::create_dir_all(state).unwrap();
        let desk = support::World::with_a_slow_gateway(state).desk();
        let options = ControlOptions {
            socket: state.join(SOCKET),
            address: Some("127.0.0.1:0".parse().unwrap()),
            tokens: [("boris".to_owned(), SecretString::from(TOKEN))].into(),
        };
        let control = Control::listen(options).await.unwrap();
        let address = format!("http://{}", control.address().unwrap());
        let stop = CancellationToken::new();
        let task = tokio::spawn(control.run(desk, stop.clone()));
        Self { address, stop, task }
    }

    async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

#[test]
fn a_night_is_read_from_the_journal_when_no_process_runs() {
    let folder = after_a_night();
    insta::assert_snapshot!("incidents", at_night(&folder, &["incidents", "--show", "all"]).shown());
    insta::assert_snapshot!("incident", at_night(&folder, &["incidents", "1"]).shown());
    insta::assert_snapshot!("actions", at_night(&folder, &["actions", "--all"]).shown());
    insta::assert_snapshot!("action", at_night(&folder, &["actions", "1"]).shown());
    insta::assert_snapshot!("silences", at_night(&folder, &["silence", "list", "--all"]).shown());
    for (arguments, wanted) in [
        (vec!["incidents"], "no incident that is not resolved; `--show all` lists the others\n"),
        (vec!["incidents", "--show", "all", "--service", "mail"], "no incident\n"),
        (vec!["actions"], "no run is under way; `--all` lists those that have ended\n"),
        (vec!["silence", "list"], "no silence holds; `--all` lists those that are over\n"),
    ] {
        let ran = at_night(&folder, &arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (0, wanted), "{arguments:?}");
    }
    for (arguments, wanted) in
        [(["incidents", "7"], "there is no incident 7\n"), (["actions", "7"], "there is no run 7\n")]
    {
        let ran = at_night(&folder, &arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, wanted));
    }
}

#[test]
fn a_storm_is_a_few_lines() {
    let folder = Folder::with(&[]);
    let journal = Journal::open(&folder.path("state").join(JOURNAL), Options::default()).unwrap();
    let mut storm = Batch::new();
    storm.push(sample::opened(1));
    for pod in 0..300 {
        storm.push(sample::incident(
            1,
            nvp_journal::IncidentEvent::Alert {
                alert: "down".into(),
                labels: vec![("pod".into(), format!("p{pod}"))],
                service: None,
                level: Some("red".into()),
                says: "it is down".into(),
            },
        ));
    }
    storm.push(sample::incident(2, nvp_journal::IncidentEvent::Cause { service: "database".into() }));
    journal.write(storm).unwrap().durable().unwrap();
    let shown = at_night(&folder, &["incidents", "1"]).stdout;
    assert_eq!(shown.matches("is red").count(), 10, "{shown}");
    assert!(
        shown.contains(
            "\n            290 more alerts; `--format json` lists them\n  01:00:02  probable cause"
        ),
        "{shown}"
    );
}

/// Labels and titles come from what is watched, and a terminal obeys what it is shown.
#[test]
fn nothing_that_is_shown_commands_a_terminal() {
    let folder = Folder::with(&[]);
    let journal = Journal::open(&folder.path("state").join(JOURNAL), Options::default()).unwrap();
    let opened = nvp_journal::IncidentEvent::Opened {
        title: "slow\u{1b}[2J\u{7}\nand more".to_owned(),
        services: vec!["a\u{1b}]0;b".to_owned()],
        owner: Some("ops\r".to_owned()),
    };
    journal.write(sample::alone(sample::incident(0, opened))).unwrap().durable().unwrap();
    for arguments in [&["incidents"][..], &["incidents", "1"]] {
        let shown = at_night(&folder, arguments).stdout;
        assert!(!shown.contains(['\u{1b}', '\u{7}', '\r']) && shown.contains("slow\u{fffd}[2J"), "{shown:?}");
    }
}

#[test]
fn machines_get_objects() {
    let folder = after_a_night();
    let page = json(&at_night(&folder, &["incidents", "1", "--format", "json"]));
    assert_eq!(page["incident"]["state"], "resolved");
    assert_eq!(page["incident"]["opened_ms"], sample::MIDNIGHT_MS);
    assert_eq!(page["timeline"][0]["kind"], "opened");
    let listed = json(&at_night(&folder, &["--color", "always", "actions", "--all", "--format", "json"]));
    assert_eq!(listed["actions"][0]["end"], "rollback_failed");
    assert_eq!(listed["next"], serde_json::Value::Null);
    let none = at_night(&folder, &["incidents", "7", "--format", "json"]);
    assert_eq!((none.code, none.stdout.as_str()), (1, "null\n"));
}

#[test]
fn the_journal_is_verified_and_copied_without_a_process() {
    let folder = after_a_night();
    let whole = at_night(&folder, &["journal", "verify"]);
    assert_eq!(whole.code, 0, "{}", whole.shown());
    assert!(whole.stdout.starts_with("the audit trail is whole: "), "{}", whole.stdout);
    let head = whole.stdout.lines().last().unwrap().strip_prefix("head ").unwrap().to_owned();
    let copied = at_night(&folder, &["journal", "backup", "copy.sqlite"]);
    let shown = format!(
        "copied to `{}`\nhead {head}\n",
        std::fs::canonicalize(folder.path("copy.sqlite")).unwrap().display()
    );
    assert_eq!((copied.code, copied.stdout.as_str()), (0, shown.as_str()));
    let again = at_night(&folder, &["journal", "backup", "copy.sqlite"]);
    assert!(again.code == 2 && again.stderr.contains("there is a file already"), "{}", again.shown());
    let copy = at_night(&folder, &["journal", "verify", "copy.sqlite", "--head", &head, "--format", "json"]);
    assert_eq!(json(&copy)["heads_compared"], 1);
    let foreign = format!("2:{}", "ab".repeat(32));
    let broken = at_night(&folder, &["journal", "verify", "copy.sqlite", "--head", &foreign]);
    assert_eq!(broken.code, 1);
    assert!(
        broken.stdout.starts_with("the audit trail is broken at row 2: its hash was 2:abab"),
        "{}",
        broken.stdout
    );
    let wrong = at_night(&folder, &["journal", "verify", "--head", "2"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("64 hexadecimal digits"), "{}", wrong.stderr);
}

#[test]
fn where_nobody_is_it_says_what_to_start() {
    let folder = after_a_night();
    let mut told = String::new();
    std::fs::create_dir(folder.path("empty")).unwrap();
    for arguments in [
        &["ack", "1"][..],
        &["actions", "abort", "1", "--state", "state"],
        &["incidents", "--state", "empty"],
        &["incidents", "--state", "elsewhere"],
        &["ack", "1", "--at", "http://127.0.0.1:9095"],
        &["ack", "1", "--token", "env:TOKEN"],
        &["ack", "1", "--at", "http://127.0.0.1:9095", "--token", "hunter2"],
        &["ack", "1", "--at", "http://127.0.0.1:9095", "--token", "env:NOVAEVO_NO_SUCH_TOKEN"],
        &["ack", "1", "--at", "http://ops.example:9095", "--token", "file:token"],
        &["ack", "1", "--at", "127.0.0.1:9095", "--token", "file:token"],
        &["ack", "1", "--state", "state", "--at", "http://127.0.0.1:9095", "--token", "file:token"],
        &["silence", "add", "--for", "2h", "--why", "x"],
        &["actions", "1", "abort", "1"],
    ] {
        folder.write("token", TOKEN);
        let ran = at_night(&folder, arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}: {}", ran.shown());
        assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
        told.push_str(&format!("$ {}\n{}\n", arguments.join(" "), ran.stderr));
    }
    insta::assert_snapshot!("nobody", told);
    let elsewhere = Folder::with(&[]);
    let nowhere = at_night(&elsewhere, &["incidents"]);
    assert!(nowhere.stderr.starts_with("error: which process is meant is not said"), "{}", nowhere.stderr);
    let named =
        elsewhere.command(&["incidents"]).env("NOVAEVO_STATE", folder.path("state")).output().unwrap();
    assert!(named.status.success(), "{named:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_shift_by_the_socket() {
    let folder = Folder::with(&[]);
    let process = Process::start(&folder.path("state")).await;
    let run = |arguments: &[&str]| at_night(&folder, arguments);
    let listed = run(&["incidents"]);
    assert_eq!((listed.code, listed.stderr.as_str()), (0, ""), "{}", listed.shown());
    assert!(listed.stdout.contains("1  open   critical"), "{}", listed.stdout);
    let page = run(&["incidents", "1"]).stdout;
    assert!(page.ends_with("\nnext: novaevo-policy ack 1\n"), "{page}");

    let acked = run(&["ack", "1", "7"]);
    assert_eq!(acked.code, 1, "one of them is unknown");
    let lines: Vec<_> = acked.stdout.lines().collect();
    assert!(
        lines[0].starts_with("done: incident 1 is acknowledged by ") && lines[0].ends_with("CET"),
        "{lines:?}"
    );
    assert_eq!(lines[1], "unknown: incident 7 is not known");
    let again = run(&["ack", "1"]);
    assert_eq!(again.code, 0, "{}", again.shown());
    assert!(again.stdout.starts_with("nothing changed: incident 1 is acknowledged by "), "{}", again.stdout);

    let waits = run(&["actions"]);
    assert!(waits.stdout.contains("waits for an approval until "), "{}", waits.stdout);
    let page = run(&["actions", "1"]).stdout;
    let next = page.lines().last().unwrap().strip_prefix("next: novaevo-policy ").unwrap();
    let refused = run(&["approve", "1", "--hash", "0000"]);
    assert!(refused.code == 1 && refused.stdout.starts_with("refused: "), "{}", refused.shown());
    let approved = run(&next.split(' ').collect::<Vec<_>>());
    assert_eq!(approved.code, 0, "{}", approved.shown());
    assert!(approved.stdout.starts_with("done: run 1 is approved by "), "{}", approved.stdout);
    let aborted = json(&run(&["actions", "abort", "9", "--format", "json"]));
    assert_eq!(aborted["came"], "unknown");

    let silence = [
        "silence",
        "add",
        "--alert",
        "gateway_slow",
        "--label",
        "region=eu",
        "--for",
        "2h",
        "--why",
        "known",
    ];
    let silenced = run(&silence);
    let wanted = r#"done: silence 1 of alert=gateway_slow region="eu" holds until "#;
    assert!(silenced.code == 0 && silenced.stdout.starts_with(wanted), "{}", silenced.shown());
    assert!(run(&silence).stdout.starts_with(wanted), "the same one");
    assert_eq!(run(&["silence", "list"]).stdout.lines().count(), 2);
    assert_eq!(run(&["silence", "end", "1"]).code, 0);
    let over = run(&["silence", "end", "1"]);
    assert_eq!(
        (over.code, over.stdout.as_str()),
        (0, "nothing changed: silence 1 is over or was never there\n")
    );

    let resolved = run(&["resolve", "1"]);
    assert!(resolved.stdout.starts_with("done: incident 1 is resolved by "), "{}", resolved.shown());
    assert!(run(&["journal", "verify"]).stdout.starts_with("the audit trail is whole: "));
    let copied = run(&["journal", "backup", "copy.sqlite"]);
    assert_eq!(copied.code, 0, "the process writes where the one who asks stands: {}", copied.shown());
    assert!(folder.path("copy.sqlite").is_file());

    process.end().await;
    let after = run(&["incidents", "1"]);
    assert!(
        after
            .stderr
            .starts_with("no process is heard at `state/control.sock`; this is what its journal says")
    );
    assert!(after.stdout.contains("resolved by "), "{}", after.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_port_a_token_says_who_acts() {
    let folder = Folder::with(&[]);
    let process = Process::start(&folder.path("state")).await;
    folder.write("token", TOKEN);
    folder.write("wrong", "nobody-s-secret-0123456789");
    let at = |arguments: &[&str], token: &str| {
        at_night(&folder, &[arguments, &["--at", &process.address, "--token", token]].concat())
    };
    let done = at(&["resolve", "1"], "file:token");
    assert_eq!(
        (done.code, done.stdout.as_str()),
        (0, "done: incident 1 is resolved by boris\n"),
        "{}",
        done.shown()
    );
    let wrong = at(&["incidents"], "file:wrong");
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.stderr.contains("this token is nobody's\nhelp: its configuration names the tokens"),
        "{}",
        wrong.stderr
    );
    let backup = at(&["journal", "backup", "copy.sqlite"], "file:token");
    assert!(
        backup.code == 2 && backup.stderr.contains("this is for the control socket alone"),
        "{}",
        backup.stderr
    );
    let address = process.address.clone();
    process.end().await;
    let gone = at_night(&folder, &["incidents", "--at", &address, "--token", "file:token"]);
    assert!(
        gone.code == 2 && gone.stderr.contains("does it run, and does its configuration say"),
        "{}",
        gone.stderr
    );
    for ran in [done, wrong, backup, gone] {
        assert!(!ran.shown().contains("secret-0123"), "{}", ran.shown());
    }
}
