//! A plant whose load a valve takes away: what the tests of answered alerts watch and turn.

use std::time::Duration;

use nvp_journal::Page;
use nvp_journal::reader::{ActionFilter, Entry, IncidentFilter, NotificationFilter, Reader, TrailFilter};
use nvp_journal::words::{ActionEnd, IncidentState, Subject};

use tokio::sync::watch;

use super::peers::{Exporter, LONG, Process, Receiver};
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

/// What comes of it when the valve is turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The load goes away.
    Helps,
    /// So it does, and the program takes its time.
    HelpsSlowly,
    /// The load stays.
    DoesNotHelp,
    /// The program says that it cannot.
    Fails,
    /// The program hangs for longer than it is waited for, and then turns the valve.
    HangsBefore,
    /// The program turns the valve, and then hangs for longer than it is waited for; the load goes away.
    HangsAfter,
}

impl Trouble {
    pub const ALL: [Self; 6] =
        [Self::Helps, Self::HelpsSlowly, Self::DoesNotHelp, Self::Fails, Self::HangsBefore, Self::HangsAfter];

    pub fn is_helped(self) -> bool {
        matches!(self, Self::Helps | Self::HelpsSlowly | Self::HangsAfter)
    }

    pub fn hangs(self) -> bool {
        matches!(self, Self::HangsBefore | Self::HangsAfter)
    }

    /// The program that turns the valve and writes down what it does; its arguments are the write's key, the attempt, and to what.
    fn program(self) -> String {
        let (before, after) = match self {
            Self::Helps | Self::DoesNotHelp => ("", ""),
            Self::HelpsSlowly => ("sleep 0.2", ""),
            Self::Fails => (r#"[ "$3" = 2 ] && { say failed "$@"; exit 3; }"#, ""),
            Self::HangsBefore => (r#"[ "$3" = 2 ] && sleep 3"#, ""),
            Self::HangsAfter => ("", r#"[ "$3" = 2 ] && sleep 3"#),
        };
        format!(
            r#"
say() {{ printf '%s\n' "$1 $$ $2 $3 $4" >> writes; }}
say begun "$@"
{before}
printf %s "$3" > "valve.$$" && mv "valve.$$" valve && say wrote "$@"
{after}
exit 0
"#
        )
    }
}

/// The plant, the process that watches it, and those whom it tells.
pub struct Plant {
    pub folder: Folder,
    pub exporter: Exporter,
    pub receiver: Receiver,
    /// How often the load was looked at; the greatest number there was.
    looks: watch::Receiver<u64>,
}

impl Plant {
    /// With this limit for the playbook's `verify`.
    pub async fn new(limit: &str) -> Self {
        Self::with(limit, 1.0, |load, _| load).await
    }

    /// One whose load is taken away by the valve, if that `helps`, and which is in trouble from the beginning.
    pub async fn in_trouble(limit: &str, helps: bool) -> Self {
        Self::with(limit, 9.0, move |load, valve: &str| if valve == "2" && helps { 1.0 } else { load }).await
    }

    /// One in trouble from the beginning, whose program writes down who turned the valve when.
    pub async fn logged(limit: &str, trouble: Trouble) -> Self {
        let plant = Self::in_trouble(limit, trouble.is_helped()).await;
        let policy = plant.folder.read("policy.nvp");
        let timeout = if trouble.hangs() { "timeout 1s" } else { "timeout 10s" };
        plant.folder.write("policy.nvp", policy.replace("timeout 10s", timeout));
        plant.folder.write("turn.sh", trouble.program());
        let text = plant.folder.read("watch.toml");
        let (before, _) = text.split_once("run    = [\"/bin/sh\"").unwrap();
        let (_, after) = text.split_once("[[scrape]]").unwrap();
        let run = r#"run    = ["/bin/sh", "turn.sh", "{intent.key}", "{intent.attempt}", "{to}"]"#;
        plant.folder.write("watch.toml", format!("{before}{run}\nfailed = [3]\n[[scrape]]{after}"));
        plant
    }

    /// With a load that shows as what is made of it and of how the valve stands.
    async fn with(
        limit: &str,
        load: f64,
        shown: impl Fn(f64, &str) -> f64 + Clone + Send + Sync + 'static,
    ) -> Self {
        let folder = Folder::with(&[]);
        folder.write("policy.nvp", POLICY.replace("LIMIT", limit));
        folder.write("valve", "1");
        let (valve, (looked, looks)) = (folder.path("valve"), watch::channel(0));
        let exporter = Exporter::of(load, move |load| {
            looked.send_modify(|looks| *looks += 1);
            shown(load, &std::fs::read_to_string(&valve).unwrap_or_default())
        });
        let (exporter, receiver) = (exporter.await, Receiver::start().await);
        let directory = format!("\ndirectory = {:?}\n", folder.path(""));
        let text =
            configuration(&receiver).replace("kind = \"exec\"\n", &format!("kind = \"exec\"{directory}"));
        folder.write(
            "watch.toml",
            format!("{text}[[scrape]]\nurl = \"{}\"\ninterval = \"1s\"\n", exporter.url()),
        );
        Self { folder, exporter, receiver, looks }
    }

    /// Waits until the load was looked at so often from now on.
    pub async fn looked_at(&mut self, times: u64) {
        let until = *self.looks.borrow() + times;
        let looked = tokio::time::timeout(LONG, self.looks.wait_for(|looks| *looks >= until)).await;
        looked.unwrap().unwrap();
    }

    pub fn start(&self) -> Process {
        let folder = self.folder.path("");
        let arguments = ["policy.nvp", "--config", "watch.toml", "--state", "kept", "--format", "json"];
        Process::start(&folder, &arguments)
    }

    /// Waits until the journal says that it has started: from then on it can be asked to end.
    pub async fn starts_again(&self) -> Process {
        let path = self.folder.path("kept/journal.sqlite");
        let before = Reader::open(&path).map_or(0, |reader| starts(&reader));
        let process = self.start();
        self.until("it has started again", |reader| (starts(reader) > before).then_some(())).await;
        process
    }

    pub fn journal(&self) -> Reader {
        Reader::open(&self.folder.path("kept/journal.sqlite")).unwrap()
    }

    /// Waits until the journal says so: nothing tells a reader that there is more. It is read when its log has grown, which costs little
    /// to ask.
    pub async fn until<T>(&self, what: &str, mut asked: impl FnMut(&Reader) -> Option<T>) -> T {
        let (path, log) =
            (self.folder.path("kept/journal.sqlite"), self.folder.path("kept/journal.sqlite-wal"));
        let waiting = async {
            let mut read = None;
            let mut round = 0_u64;
            loop {
                let now = std::fs::metadata(&log).ok().map(|log| (log.len(), log.modified().unwrap()));
                // The system's clock of files is coarse: what was written in one of its ticks looks the same.
                if (round.is_multiple_of(10) || read != Some(now))
                    && let Ok(reader) = Reader::open(&path)
                {
                    if let Some(found) = asked(&reader) {
                        return found;
                    }
                    read = Some(now);
                }
                round += 1;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let waited = tokio::time::timeout(LONG, waiting).await;
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

/// What it said was wrong, but for a source that a loaded machine was too slow to answer for.
pub fn errors(said: &str) -> Vec<&str> {
    let is_wrong = |line: &&str| line.contains("ERROR") && !line.contains("the source gives nothing");
    said.lines().filter(is_wrong).collect()
}

/// How the first run ended.
pub fn end(reader: &Reader) -> Option<ActionEnd> {
    reader.actions(&ActionFilter::default(), Page::default()).unwrap().first()?.end
}

/// How the newest incident stands.
pub fn state(reader: &Reader) -> Option<IncidentState> {
    Some(reader.incidents(&IncidentFilter::default(), Page::default()).unwrap().first()?.state)
}

/// How often the journal knows the process to have been started.
pub fn starts(reader: &Reader) -> usize {
    let filter = TrailFilter { kind: Some("started".to_owned()), ..TrailFilter::default() };
    let rows = reader.trail(&filter, Page { after: None, rows: 1_000 }).unwrap();
    rows.iter().filter(|row| row.subject == Subject::Process).count()
}

/// How many notifications were told.
pub fn sent(reader: &Reader) -> usize {
    let all = reader.notifications(&NotificationFilter::default(), Page::default()).unwrap();
    all.iter().filter(|row| row.sent_ms.or(row.accepted_ms).is_some()).count()
}
