//! Providers that are not as they should be, behind a real `run`: programs and servers that hang, flood, lie, answer late, or say a secret
//! back. Whatever they do, nothing is left half done, people are called, and the process goes on watching.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse as _;
use futures_util::{StreamExt as _, stream};
use nvp_journal::Page;
use nvp_journal::reader::ActionFilter;
use nvp_journal::words::{ActionEnd, IncidentState};
use rustix::process::Signal;
use serde_json::Value;

use super::peers::{Process, serve};
use super::plant::{Plant, end, state};

/// More than an answer may have, by far.
const GIBIBYTE: usize = 1 << 30;
/// What the process knows and nobody is told.
const SECRET: &str = "hush-0123456789abcdef";
/// What a debug build may take at most, in KiB: an answer of a gibibyte is not among it.
const MEMORY_KIB_MAX: usize = 600_000;

/// The plant in trouble, with the programs of its valve exchanged: what reads it, and what turns it.
async fn with_programs(read: &str, write: &str) -> Plant {
    let plant = Plant::in_trouble("5s", true).await;
    let text = plant.folder.read("watch.toml");
    let line = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap().to_owned();
    let program =
        |script: &str, more: &str| format!("run = [\"/bin/sh\", \"-c\", {script:?}, \"valve\"{more}]");
    let text = text.replace(&line("run    = [\"/bin/cat\""), &program(read, ""));
    let text = text.replace(&line("run    = [\"/bin/sh\""), &program(write, ", \"{to}\""));
    plant.folder.write("watch.toml", text);
    hurry(&plant);
    plant
}

/// The plant in trouble, with a server behind its valve.
async fn with_server(app: Router) -> Plant {
    let plant = Plant::in_trouble("5s", true).await;
    let text = plant.folder.read("watch.toml");
    let (before, rest) = text.split_once("[provider.valve]").unwrap();
    let (_, after) = rest.split_once("[[scrape]]").unwrap();
    let provider = format!(
        "[provider.valve]\nkind = \"http\"\nbase = \"http://{}\"\nbearer = \"env:HUSH\"\n\
         [provider.valve.read.opening]\npath = \"/valve\"\nat = \"/opening\"\n\
         [provider.valve.write.turn]\npath = \"/valve\"\nbody = {{ to = \"{{to}}\" }}\n",
        serve(app).await
    );
    plant.folder.write("watch.toml", format!("{before}{provider}[[scrape]]{after}"));
    hurry(&plant);
    plant
}

/// Two seconds are long enough for an answer that never comes.
fn hurry(plant: &Plant) {
    let policy = plant.folder.read("policy.nvp");
    assert!(policy.contains("timeout 10s"));
    plant.folder.write("policy.nvp", policy.replace("timeout 10s", "timeout 2s"));
}

fn started(plant: &Plant) -> Process {
    // A shell sets what the harness does not: all that can be logged, and the secret.
    let mut command = tokio::process::Command::new("/bin/sh");
    command.args(["-c", "NOVAEVO_LOG=trace exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_novaevo-policy"), "run"]);
    command.args(["policy.nvp", "--config", "watch.toml", "--state", "kept", "--format", "json"]);
    Process::spawn(&plant.folder.path(""), {
        command.env("HUSH", SECRET);
        command
    })
}

/// What must hold whatever a provider does: the run ends as it must, people are called, the valve is as it was, the process goes on watching
/// and stays small, and what is over is over. Gives all that was said.
async fn ends(mut plant: Plant, wanted: &[ActionEnd]) -> String {
    let mut process = started(&plant);
    let mut stdout = process.stdout.take().unwrap();
    let drained = tokio::spawn(async move {
        let mut said = String::new();
        while let Some(line) = stdout.next_line().await.unwrap() {
            said += &line;
        }
        said
    });
    let page: Value = serde_json::from_str(&plant.receiver.next().await).unwrap();
    assert_eq!(page["status"], "firing", "{page}");
    let found = plant.until("the run ends", end).await;
    assert!(wanted.contains(&found), "{found:?}: {}", plant.trail());
    assert_eq!(plant.valve(), "1", "as it was: {}", plant.trail());
    plant.exporter.set(1.0);
    let is_over = |reader: &_| state(reader).filter(|it| *it == IncidentState::Resolved);
    plant.until("the incident is resolved", is_over).await;
    let memory = memory_kib_most(process.id());
    assert!(memory < MEMORY_KIB_MAX, "{memory} KiB");
    process.signal(Signal::TERM);
    let (code, logged) = process.end().await;
    assert_eq!(code, 0, "{logged}");
    assert!(!logged.contains("panicked"), "{logged}");
    let runs = plant.journal().actions(&ActionFilter::default(), Page::default()).unwrap();
    assert_eq!(runs.len(), 1, "{}", plant.trail());
    let said = format!("{logged}\n{}\n{}\n{}", plant.trail(), drained.await.unwrap(), asked(&plant));
    assert!(!said.contains(SECRET), "{said}");
    said
}

/// What every verb says afterwards; and no file that was kept, or copied, has the secret in it.
fn asked(plant: &Plant) -> String {
    let mut said = String::new();
    for verb in [
        &["incidents", "1", "--state", "kept"][..],
        &["actions", "1", "--state", "kept"],
        &["actions", "--all", "--format", "json", "--state", "kept"],
        &["journal", "backup", "kept/copy.sqlite", "--state", "kept"],
        &["explain", "plan", "policy.nvp"],
        &["check", "policy.nvp", "--config", "watch.toml", "--format", "sarif"],
    ] {
        let ran = plant.folder.run(verb);
        assert_eq!(ran.code, 0, "{}", ran.shown());
        said += &ran.shown();
    }
    let mut todo = vec![plant.folder.path("kept")];
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if let Ok(bytes) = std::fs::read(&path) {
            let is_there = bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
            assert!(!is_there, "the secret is in {}", path.display());
        }
    }
    said
}

/// The most memory that a process had, in KiB.
fn memory_kib_most(pid: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Ends of a run whose write did not happen, or was taken back.
const NOTHING_DONE: [ActionEnd; 1] = [ActionEnd::RolledBack];

#[tokio::test]
async fn a_program_that_hangs_is_given_up_and_its_write_is_looked_for() {
    ends(with_programs("/bin/cat valve", "sleep 600").await, &NOTHING_DONE).await;
}

#[tokio::test]
async fn what_a_program_that_hangs_had_started_is_gone_when_the_run_ends() {
    let plant = with_programs("/bin/cat valve", "sleep 601 & echo $! $$ > pids; wait").await;
    let process = started(&plant);
    plant.until("the run ends", end).await;
    for pid in plant.folder.read("pids").split_whitespace() {
        let is_there = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|it| !it.is_empty());
        assert!(!is_there, "{pid} still runs: {}", plant.trail());
    }
    process.signal(Signal::TERM);
    assert_eq!(process.end().await.0, 0);
}

#[tokio::test]
async fn a_program_that_says_done_and_did_nothing_is_not_believed() {
    let plant = with_programs("/bin/cat valve", "echo turned; exit 0").await;
    ends(plant, &NOTHING_DONE).await;
}

#[tokio::test]
async fn a_program_that_answers_late_is_stopped_and_did_nothing() {
    let plant = with_programs("/bin/cat valve", "sleep 4; printf %s \"$1\" > valve").await;
    ends(plant, &NOTHING_DONE).await;
}

#[tokio::test]
async fn a_program_that_answers_a_gibibyte_is_cut_off() {
    let plant = with_programs("exec head -c 1073741824 /dev/zero", "exit 1").await;
    ends(plant, &NOTHING_DONE).await;
    let plant = with_programs("/bin/cat valve", "head -c 1073741824 /dev/zero; exit 1").await;
    ends(plant, &NOTHING_DONE).await;
}

/// A server whose reads answer as they should, and whose writes do as said.
fn server<F: Future<Output = axum::response::Response> + Send>(
    write: impl Fn() -> F + Clone + Send + Sync + 'static,
) -> Router {
    Router::new().fallback(move |request: Request| {
        let write = write.clone();
        async move {
            if request.method() == Method::GET { "{\"opening\": 1}".into_response() } else { write().await }
        }
    })
}

/// A body of a gibibyte, a piece at a time.
fn flood() -> Body {
    let piece = Bytes::from(vec![b' '; 1 << 16]);
    let pieces = stream::repeat(piece).take(GIBIBYTE >> 16);
    Body::from_stream(pieces.map(Ok::<_, std::io::Error>))
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up_and_its_write_is_looked_for() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let app = server(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        std::future::pending()
    });
    ends(with_server(app).await, &NOTHING_DONE).await;
    assert_eq!(asked.load(Ordering::Relaxed), 1, "a write without `retry` is tried once");
}

#[tokio::test]
async fn a_server_that_says_done_and_did_nothing_is_not_believed() {
    let app = server(|| async { "{\"ok\": true}".into_response() });
    ends(with_server(app).await, &NOTHING_DONE).await;
}

#[tokio::test]
async fn a_server_that_answers_a_gibibyte_is_cut_off() {
    ends(with_server(server(|| async { flood().into_response() })).await, &NOTHING_DONE).await;
    let app = Router::new().fallback(|| async { flood() });
    ends(with_server(app).await, &NOTHING_DONE).await;
}

#[tokio::test]
async fn a_secret_that_the_other_side_says_back_is_told_to_nobody() {
    let app = Router::new().fallback(|request: Request| async move {
        let secret = request.headers()["authorization"].to_str().unwrap().to_owned();
        assert!(secret.ends_with(SECRET), "it is sent");
        if request.method() == Method::GET {
            return format!("{{\"opening\": 1, \"said\": {secret:?}}}").into_response();
        }
        (StatusCode::BAD_REQUEST, [("x-said", secret.clone())], format!("no: {secret}")).into_response()
    });
    let plant = with_server(app).await;
    let said = ends(plant, &NOTHING_DONE).await;
    assert!(said.contains("400"), "the failure itself is told: {said}");
}
