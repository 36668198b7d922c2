//! A plant whose load a valve takes away: what the tests of answered alerts watch and turn.

use std::path::Path;
use std::time::Duration;

use nvp_journal::Page;
use nvp_journal::reader::{ActionFilter, Entry, IncidentFilter, NotificationFilter, Reader};
use nvp_journal::words::{ActionEnd, IncidentState};

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

/// The plant, the process that watches it, and those whom it tells.
pub struct Plant {
    pub folder: Folder,
    pub exporter: Exporter,
    pub receiver: Receiver,
}

impl Plant {
    /// With this limit for the playbook's `verify`.
    pub async fn new(limit: &str) -> Self {
        Self::with(limit, |_| Exporter::start(1.0)).await
    }

    /// One whose load is taken away by the valve, if that `helps`, and which is in trouble from the beginning.
    pub async fn in_trouble(limit: &str, helps: bool) -> Self {
        Self::with(limit, |folder: &Folder| {
            let valve = folder.path("valve");
            Exporter::of(9.0, move |load| {
                let is_open = std::fs::read_to_string(&valve).is_ok_and(|text| text == "2");
                if is_open && helps { 1.0 } else { load }
            })
        })
        .await
    }

    async fn with<F: Future<Output = Exporter>>(limit: &str, exporter: impl FnOnce(&Folder) -> F) -> Self {
        let folder = Folder::with(&[]);
        folder.write("policy.nvp", POLICY.replace("LIMIT", limit));
        folder.write("valve", "1");
        let (exporter, receiver) = (exporter(&folder).await, Receiver::start().await);
        let directory = format!("\ndirectory = {:?}\n", folder.path(""));
        let text =
            configuration(&receiver).replace("kind = \"exec\"\n", &format!("kind = \"exec\"{directory}"));
        folder.write(
            "watch.toml",
            format!("{text}[[scrape]]\nurl = \"{}\"\ninterval = \"1s\"\n", exporter.url()),
        );
        Self { folder, exporter, receiver }
    }

    pub fn start(&self) -> Process {
        let folder = self.folder.path("");
        let arguments = ["policy.nvp", "--config", "watch.toml", "--state", "kept", "--format", "json"];
        Process::start(&folder, &arguments)
    }

    pub fn journal(&self) -> Reader {
        Reader::open(&self.folder.path("kept/journal.sqlite")).unwrap()
    }

    /// Waits until the journal says so: nothing tells a reader that there is more.
    pub async fn until<T>(&self, what: &str, mut asked: impl FnMut(&Reader) -> Option<T>) -> T {
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

    /// What happened, a line each.
    pub fn trail(&self) -> String {
        let Ok(journal) = Reader::open(&self.folder.path("kept/journal.sqlite")) else {
            return String::new();
        };
        let rows = journal.trail(&Default::default(), Page { after: None, rows: 1_000 }).unwrap();
        let line = |row: &Entry| format!("{} {:?} {:?} {}\n", row.at_ms, row.subject, row.number, row.text);
        rows.iter().rev().map(line).collect()
    }

    pub fn valve(&self) -> String {
        self.folder.read("valve")
    }
}

/// How the first run ended.
pub fn end(reader: &Reader) -> Option<ActionEnd> {
    reader.actions(&ActionFilter::default(), Page::default()).unwrap().first()?.end
}

/// How the newest incident stands.
pub fn state(reader: &Reader) -> Option<IncidentState> {
    Some(reader.incidents(&IncidentFilter::default(), Page::default()).unwrap().first()?.state)
}

/// How many notifications were told.
pub fn sent(reader: &Reader) -> usize {
    let all = reader.notifications(&NotificationFilter::default(), Page::default()).unwrap();
    all.iter().filter(|row| row.sent_ms.or(row.accepted_ms).is_some()).count()
}
