//! A real process, operated by the verbs: over its socket, with a token over its port, after a kill, and when it is gone.

use std::net::TcpListener;

use rustix::process::Signal;
use serde_json::Value;

use super::peers::{Exporter, LONG, Process, Receiver};
use crate::harness::{Folder, Ran};

const TOKEN: &str = "anna-s-own-secret-0123456789";

/// A valve that somebody must let be turned.
const POLICY: &str = r#"
use std.severities
defaults { absent holds  labels instance }
metric load: number { every 1s  stale 5s }
service plant { tier 1  owner crew }
team crew
channel hook
escalation all_hands {
  N1  crew by hook for 10m
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
  limit     1 per instance every 30m
  autonomy  propose
  approval  by crew within 30m
  step open { do valve.turn("main", to: 2)  timeout 10s }
}
"#;

struct Plant {
    folder: Folder,
    exporter: Exporter,
    _receiver: Receiver,
    address: String,
}

impl Plant {
    async fn new() -> Self {
        let folder = Folder::with(&[]);
        let (exporter, receiver) = (Exporter::start(1.0).await, Receiver::start().await);
        // Free a moment ago, and asked for by nobody else in these tests.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        folder.write("policy.nvp", POLICY);
        folder.write("valve", "1");
        folder.write("token", TOKEN);
        folder.write(
            "watch.toml",
            format!(
                r#"
[control]
listen = "{port}"
[control.token.anna]
secret = "file:{token}"

[[scrape]]
url = "{url}"
interval = "1s"

[channel.hook]
kind = "webhook"
url  = "http://{hook}/hook"
[person.anna]
[team.crew]
members = ["anna"]

[provider.valve]
kind = "exec"
directory = {directory:?}
[provider.valve.read.opening]
run    = ["/bin/cat", "valve"]
answer = "number"
[provider.valve.write.turn]
run    = ["/bin/sh", "-c", "printf %s \"$1\" > valve.new && mv valve.new valve", "turn", "{{to}}"]
"#,
                token = folder.path("token").display(),
                url = exporter.url(),
                hook = receiver.address,
                directory = folder.path(""),
            ),
        );
        Self { folder, exporter, _receiver: receiver, address: format!("http://{port}") }
    }

    fn start(&self) -> Process {
        let arguments = ["policy.nvp", "--config", "watch.toml", "--state", "state", "--format", "json"];
        Process::start(&self.folder.path(""), &arguments)
    }

    /// A verb at the socket, in the folder in which `state` is.
    fn verb(&self, arguments: &[&str]) -> Ran {
        self.folder.run(arguments)
    }

    /// A verb with Anna's token.
    fn anna(&self, arguments: &[&str]) -> Ran {
        self.folder.run(&[arguments, &["--at", &self.address, "--token", "file:token"]].concat())
    }

    /// Asks until the answer is what is waited for: nothing tells who asks that there is more.
    async fn until(&self, arguments: &[&str], wanted: impl Fn(&Value) -> bool) -> Value {
        let waiting = async {
            loop {
                let ran = self.verb(&[arguments, &["--format", "json"]].concat());
                if let Ok(answer) = serde_json::from_str(&ran.stdout)
                    && wanted(&answer)
                {
                    return answer;
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        let waited = tokio::time::timeout(LONG, waiting).await;
        waited.unwrap_or_else(|_| panic!("never: {arguments:?}\n{}", self.verb(arguments).shown()))
    }
}

fn good(ran: &Ran, wanted: &str) {
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert!(ran.stdout.contains(wanted), "`{wanted}` is not in {}", ran.shown());
}

#[tokio::test]
async fn people_operate_a_process_through_a_kill() {
    let plant = Plant::new().await;
    let process = plant.start();
    plant.exporter.set(9.0);
    let waits = plant.until(&["actions"], |answer| answer["actions"][0]["state"] == "proposed").await;
    let hash = waits["actions"][0]["source_hash"].as_str().unwrap().to_owned();
    let incident = plant
        .until(&["incidents", "1"], |answer| {
            answer["notifications"].as_array().is_some_and(|all| all.len() == 2)
        })
        .await;
    let reasons: Vec<_> =
        incident["notifications"].as_array().unwrap().iter().map(|one| &one["reason"]).collect();
    assert!(
        reasons.contains(&&Value::from("page")) && reasons.contains(&&Value::from("approval")),
        "{incident}"
    );

    let stranger = plant.verb(&["approve", "1"]);
    assert_eq!(stranger.code, 1, "{}", stranger.shown());
    assert!(stranger.stdout.contains("run 1 is approved by `crew`, and "), "{}", stranger.shown());
    good(&plant.anna(&["approve", "1", "--hash", &hash]), "done: run 1 is approved by anna\n");
    plant.until(&["actions", "1"], |answer| answer["action"]["end"] == "succeeded").await;
    assert_eq!(plant.folder.read("valve"), "2");

    let start = ["actions", "start", "relieve", "instance=two", "--incident", "1", "--why", "it is back"];
    let asked = plant.anna(&start);
    good(&asked, "done: run 2 of relieve(instance: \"two\") is asked for by anna\n");
    assert!(asked.stdout.contains("novaevo-policy actions 2 shows how it goes"), "{}", asked.shown());
    good(
        &plant.anna(&start),
        "nothing changed: that is run 2 already; a further one needs another key (anna)\n",
    );
    plant.until(&["actions", "2"], |answer| answer["action"]["state"] == "proposed").await;
    let own = plant.anna(&["approve", "2"]);
    let why = "refused: run 2 was asked for by anna: somebody else approves it (anna)";
    assert!(own.code == 1 && own.stdout.contains(why), "{}", own.shown());
    good(&plant.verb(&["actions", "2"]), "by anna: it is back");
    good(&plant.verb(&["actions", "abort", "2"]), "done: run 2 is aborted by ");

    good(&plant.verb(&["ack", "1"]), "done: incident 1 is acknowledged by ");
    good(&plant.anna(&["ack", "1"]), "nothing changed: incident 1 is acknowledged by ");
    good(
        &plant.anna(&["silence", "add", "--alert", "busy", "--for", "1h", "--why", "known"]),
        "done: silence 1 ",
    );
    process.signal(Signal::KILL);
    assert_eq!(process.end().await.0, -1);
    let gone = plant.verb(&["ack", "1"]);
    assert!(
        gone.code == 2 && gone.stderr.contains("no process is heard at `state/control.sock`"),
        "{}",
        gone.shown()
    );
    good(&plant.verb(&["incidents"]), "acknowledged");

    let process = plant.start();
    plant.until(&["silence", "list"], |answer| answer["silences"][0]["number"] == 1).await;

    let known = plant.until(&["ack", "1"], |answer| answer["came"] == "already").await;
    assert_eq!(known["durable"], true, "what was acknowledged before the kill is so after it: {known}");
    good(&plant.anna(&["silence", "end", "1"]), "done: silence 1 is ended by anna\n");
    good(&plant.anna(&["resolve", "1"]), "done: incident 1 is resolved by anna\n");
    good(&plant.verb(&["journal", "backup", "copy.sqlite"]), "copied to ");
    good(&plant.verb(&["journal", "verify"]), "the audit trail is whole: ");
    process.signal(Signal::TERM);
    let (code, said) = process.end().await;
    assert_eq!((code, said.contains("ERROR"), said.contains(TOKEN)), (0, false, false), "{said}");
    assert!(!plant.folder.path("state/control.sock").exists());
    good(&plant.verb(&["journal", "verify", "copy.sqlite"]), "the audit trail is whole: ");
}
