//! Alerts that are answered: a real program behind a provider, a real receiver behind a channel, a real journal, and kills in between.

use std::path::Path;
use std::time::Duration;

use nvp_journal::reader::{ActionFilter, IncidentFilter, NotificationFilter, Reader};
use nvp_journal::words::{ActionEnd, IncidentState, NotificationState};
use nvp_journal::{Page, Verification};
use rustix::process::Signal;
use serde_json::Value;

use super::peers::{Exporter, Process, Receiver};
use crate::harness::Folder;

/// A load that a valve takes away. The valve is a file, turned by a real program.
const POLICY: &str = r#"
use std.severities
defaults { absent holds  labels instance }
metric load: number { every 1s  stale 5s }
service plant { tier 1  owner crew }
team crew
channel hook
escalation all_hands {
  N0  automatic  at most 3m
  N1  crew by hook for 1m  every 30s
  acknowledged holds 30m
}
provider valve {
  read   opening(pipe: text) -> number
  write  turn(pipe: text, to: number)
         undo turn(pipe, to: before.opening(pipe))  idempotent  probe opening(pipe) == to  locks pipe
}
alert busy on load {
  yellow  when > 3
  red     when > 5
  says    "load is {value}"
  service plant
  at yellow escalate all_hands
  at red    run relieve(instance)
}
playbook relieve(instance: text) {
  require  load{instance} > 5
  limit    1 per instance every 30m
  autonomy auto
  step open { do valve.turn("main", to: 2)  timeout 10s }
  verify   load{instance} < 3 for 2s within LIMIT
  on failure { escalate to N1 }
}
"#;

/// The configuration: the provider is `cat` and a program of ours, the channel a webhook.
fn configuration(receiver: &Receiver) -> String {
    format!(
        r#"
[channel.hook]
kind = "webhook"
url  = "http://{}/hook"

[team.crew]

[provider.valve]
kind = "exec"
[provider.valve.read.opening]
run    = ["/bin/cat", "valve"]
answer = "number"
[provider.valve.write.turn]
run    = ["/bin/sh", "-c", "printf %s \"$1\" > valve.new && mv valve.new valve", "turn", "{{to}}"]
"#,
        receiver.address
    )
}

struct Plant {
    folder: Folder,
    exporter: Exporter,
    receiver: Receiver,
}

impl Plant {
    async fn new(limit: &str) -> Self {
        let folder = Folder::with(&[]);
        folder.write("policy.nvp", POLICY.replace("LIMIT", limit));
        folder.write("valve", "1");
        let (exporter, receiver) = (Exporter::start(1.0).await, Receiver::start().await);
        let directory = format!("\ndirectory = {:?}\n", folder.path(""));
        let text =
            configuration(&receiver).replace("kind = \"exec\"\n", &format!("kind = \"exec\"{directory}"));
        folder.write(
            "watch.toml",
            format!("{text}[[scrape]]\nurl = \"{}\"\ninterval = \"1s\"\n", exporter.url()),
        );
        Self { folder, exporter, receiver }
    }

    fn start(&self) -> Process {
        let folder = self.folder.path("");
        let arguments = ["policy.nvp", "--config", "watch.toml", "--state", "kept", "--format", "json"];
        Process::start(&folder, &arguments)
    }

    fn journal(&self) -> Reader {
        Reader::open(&self.folder.path("kept/journal.sqlite")).unwrap()
    }

    /// Waits until the journal says so: nothing tells a reader that there is more.
    async fn until<T>(&self, what: &str, mut asked: impl FnMut(&Reader) -> Option<T>) -> T {
        let path = self.folder.path("kept/journal.sqlite");
        let waiting = async {
            loop {
                if let Some(found) = Reader::open(Path::new(&path)).ok().and_then(|reader| asked(&reader)) {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let waited = tokio::time::timeout(super::peers::LONG, waiting).await;
        waited.unwrap_or_else(|_| panic!("never: {what}\n{}", self.trail()))
    }

    fn trail(&self) -> String {
        let rows = self.journal().trail(&Default::default(), Page { after: None, rows: 1_000 }).unwrap();
        rows.iter()
            .rev()
            .map(|row| format!("{} {:?} {:?} {}\n", row.at_ms, row.subject, row.number, row.text))
            .collect()
    }

    fn valve(&self) -> String {
        self.folder.read("valve")
    }
}

fn end(reader: &Reader) -> Option<ActionEnd> {
    reader.actions(&ActionFilter::default(), Page::default()).unwrap().first()?.end
}

fn state(reader: &Reader) -> Option<IncidentState> {
    Some(reader.incidents(&IncidentFilter::default(), Page::default()).unwrap().first()?.state)
}

fn sent(reader: &Reader) -> usize {
    let all = reader.notifications(&NotificationFilter::default(), Page::default()).unwrap();
    all.iter()
        .filter(|row| row.state == NotificationState::Sent || row.state == NotificationState::Accepted)
        .count()
}

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
