//! What those who were told hear afterwards, also when the process was killed meanwhile: an acknowledgement, the resolution, in the thread,
//! the alert and the ticket that are there.

use std::time::Duration;

use nvp_journal::Page;
use nvp_journal::reader::{NotificationFilter, NotificationRow, Reader};
use nvp_journal::words::ReasonKind;
use rustix::process::Signal;

use super::fakes::http::Server;
use super::fakes::pagerduty::{self, PagerDuty, State};
use super::fakes::slack::{self, Slack};
use super::fakes::tickets::{self, Tickets};
use super::peers::{Exporter, LONG, Process};
use crate::harness::Folder;

const KEY: &str = "0123456789abcdef0123456789abcdef";

const POLICY: &str = r#"
use std.severities
defaults { absent holds  labels instance }
metric load: number { every 1s  stale 5s }
service plant { tier 1  owner crew }
team crew
channel pager
channel room
channel mail
channel jira
escalation all_hands {
  N1  crew by pager, room, mail for 10m
  acknowledged holds 30m
}
provider valve {
  read   opening(pipe: text) -> number
  write  turn(pipe: text, to: number)
         undo turn(pipe, to: before.opening(pipe))  idempotent  probe opening(pipe) == to  locks pipe
}
alert busy on load {
  red when > 5
  says    "load is {value}"
  service plant
  at red escalate all_hands
  at red run relieve(instance)
}
playbook relieve(instance: text) {
  limit    1 per instance every 30m
  autonomy auto
  step open { do valve.turn("main", to: 2)  timeout 10s }
  on success { ticket jira "the valve is open" }
}
"#;

struct World {
    folder: Folder,
    _exporter: Exporter,
    pager: Server<PagerDuty>,
    room: Server<Slack>,
    jira: Server<Tickets>,
}

impl World {
    async fn new() -> Self {
        let folder = Folder::with(&[]);
        let exporter = Exporter::start(9.0).await;
        let (pager, room, jira) =
            (pagerduty::start(&[KEY]).await, slack::start("xoxb-secret").await, tickets::start().await);
        folder.write("policy.nvp", POLICY);
        folder.write("valve", "1");
        folder.write("key", KEY);
        folder.write("slack", "xoxb-secret");
        folder.write("jira", "T0KEN");
        let text = format!(
            r##"
[[scrape]]
url = "{exporter}"
interval = "1s"

[channel.pager]
kind = "pagerduty"
url  = "{pager}"
routing_key = "file:DIR/key"

[channel.room]
kind  = "slack"
url   = "{room}"
token = "file:DIR/slack"

[channel.mail]
kind = "standard_output"

[channel.jira]
kind   = "ticket"
url    = "{jira}/issue"
bearer = "file:DIR/jira"
id     = "/key"
json   = {{ summary = "{{{{ subject }}}}" }}
[channel.jira.close]
url     = "{jira}/issue/{{{{ id }}}}/transitions"
json    = {{ transition = {{ id = "31" }} }}

[team.crew]
room = "#ops"

[provider.valve]
kind = "exec"
directory = "DIR"
[provider.valve.read.opening]
run    = ["/bin/cat", "valve"]
answer = "number"
[provider.valve.write.turn]
run    = ["/bin/sh", "-c", "printf %s \"$1\" > valve.new && mv valve.new valve", "turn", "{{to}}"]
"##,
            exporter = exporter.url(),
            pager = pager.url(),
            room = room.url(),
            jira = jira.url(),
        );
        folder.write("watch.toml", text.replace("DIR", &folder.path("").display().to_string()));
        Self { folder, _exporter: exporter, pager, room, jira }
    }

    fn start(&self) -> Process {
        let arguments = ["policy.nvp", "--config", "watch.toml", "--state", "state", "--format", "json"];
        Process::start(&self.folder.path(""), &arguments)
    }

    /// Waits until these notifications, each by its channel and reason, are told, and gives all: nothing tells a reader that there is more.
    async fn until_told(&self, wanted: &[(&str, ReasonKind)]) -> Vec<NotificationRow> {
        let path = self.folder.path("state/journal.sqlite");
        let all = || {
            let reader = Reader::open(&path).ok()?;
            reader.notifications(&NotificationFilter::default(), Page::default()).ok()
        };
        let is_told = |row: &NotificationRow| row.accepted_ms.or(row.sent_ms).is_some();
        let waiting = async {
            loop {
                let rows = all().unwrap_or_default();
                let is_there = |(channel, reason): &(&str, ReasonKind)| {
                    let is_it = |row: &&NotificationRow| row.notification.channel == *channel && is_told(row);
                    rows.iter().filter(is_it).any(|row| row.notification.reason.kind() == *reason)
                };
                if wanted.iter().all(is_there) {
                    return rows;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let waited = tokio::time::timeout(LONG, waiting).await;
        waited.unwrap_or_else(|_| panic!("not all of {wanted:?} were told: {:#?}", all()))
    }

    fn verb(&self, arguments: &[&str], wanted: &str) {
        let ran = self.folder.run(arguments);
        assert!(ran.code == 0 && ran.stdout.contains(wanted), "{}", ran.shown());
    }

    fn states(&self) -> Vec<State> {
        self.pager.look(|pager| pager.alerts.iter().map(|alert| alert.state).collect())
    }

    /// The first line of each message in the room, with whether it is in the first one's thread.
    fn messages(&self) -> Vec<(String, bool)> {
        self.room.look(|slack| {
            let first = slack.messages[0]["ts"].clone();
            let line = |text: &str| text.lines().next().unwrap().to_owned();
            let said = |m: &serde_json::Value| (line(m["text"].as_str().unwrap()), m["thread_ts"] == first);
            slack.messages.iter().map(said).collect()
        })
    }
}

#[tokio::test]
async fn who_was_told_hears_of_the_acknowledgement_and_of_the_end_where_it_was_told_through_a_kill() {
    use ReasonKind::{Acknowledged, Page, Resolved, Ticket};
    let world = World::new().await;
    let process = world.start();
    let told = world.until_told(&[("pager", Page), ("room", Page), ("mail", Page), ("jira", Ticket)]).await;
    let remote = |rows: &[NotificationRow], channel: &str| {
        rows.iter().find(|row| row.notification.channel == channel).and_then(|row| row.remote.clone())
    };
    assert_eq!(remote(&told, "jira").as_deref(), Some("OPS-1"));
    assert_eq!(remote(&told, "room").as_deref(), Some("C0PS12345/1800000000.000100"));
    assert_eq!(remote(&told, "pager"), world.pager.look(|pager| Some(pager.alerts[0].dedup_key.clone())));
    assert_eq!(remote(&told, "mail"), None);

    world.verb(&["ack", "1"], "done: incident 1 is acknowledged by ");
    let told = world.until_told(&[("pager", Acknowledged), ("room", Acknowledged)]).await;
    assert_eq!(world.states(), [State::Acknowledged]);
    let others = |row: &&NotificationRow| !["pager", "room"].contains(&&*row.notification.channel);
    let is_shown = |row: &NotificationRow| row.notification.reason.kind() == Acknowledged;
    assert!(!told.iter().filter(others).any(is_shown), "nobody else is told: {told:#?}");
    // Once more changes nothing.
    let ran = world.folder.run(&["ack", "1"]);
    assert!(ran.stdout.contains("nothing changed: "), "{}", ran.shown());

    process.signal(Signal::KILL);
    assert_eq!(process.end().await.0, -1);
    let process = world.start();
    let path = world.folder.path("state/control.sock");
    let heard = async {
        while world.folder.run(&["incidents"]).code != 0
            || tokio::net::UnixStream::connect(&path).await.is_err()
        {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(LONG, heard).await.unwrap();
    world.verb(&["resolve", "1"], "done: incident 1 is resolved by ");
    world
        .until_told(&[("pager", Resolved), ("room", Resolved), ("mail", Resolved), ("jira", Resolved)])
        .await;
    assert_eq!(world.states(), [State::Resolved]);
    let messages = world.messages();
    let is_threaded: Vec<bool> = messages.iter().map(|(_, is_threaded)| *is_threaded).collect();
    assert_eq!(is_threaded, [false, true, true], "{messages:?}");
    assert!(messages[1].0.starts_with("acknowledged by "), "{messages:?}");
    assert!(messages[2].0.starts_with("[RESOLVED] "), "{messages:?}");
    world.jira.look(|jira| {
        assert_eq!((jira.tickets.len(), jira.closed.as_slice()), (1, &["OPS-1".to_owned()][..]))
    });
    process.signal(Signal::TERM);
    let (code, said) = process.end().await;
    assert_eq!((code, said.contains("ERROR"), said.contains(KEY)), (0, false, false), "{said}");
}
