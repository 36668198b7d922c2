//! Alerts that are answered: a real program behind a provider, a real receiver behind a channel, a real journal, and kills in between.

use nvp_journal::reader::{ActionFilter, Reader};
use nvp_journal::words::{ActionEnd, IncidentState};
use nvp_journal::{Page, Verification};
use rustix::process::Signal;
use serde_json::Value;

use super::peers::Process;
use super::plant::{Plant, end, sent, state};

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

#[tokio::test]
async fn while_the_journal_cannot_be_written_people_are_called_and_playbooks_stand_still() {
    let mut plant = Plant::new("5s").await;
    let mut process = plant.start();
    plant
        .until("it has begun", |reader| {
            (!reader.trail(&Default::default(), Page::default()).unwrap().is_empty()).then_some(())
        })
        .await;
    // Somebody takes the file away, and puts something in its place that is none.
    let (journal, away) = (plant.folder.path("kept/journal.sqlite"), plant.folder.path("away"));
    std::fs::rename(&journal, &away).unwrap();
    std::fs::create_dir(&journal).unwrap();
    plant.exporter.set(9.0);
    let page: Value = serde_json::from_str(&plant.receiver.next().await).unwrap();
    assert_eq!(page["novaevo"]["reason"], "page", "{page}");
    process.says("the journal cannot be written: pages go out").await;
    assert_eq!(plant.valve(), "1", "nothing is done that is not written down first");
    for deed in [&["ack", "1"][..], &["silence", "add", "--alert", "busy", "--for", "1s", "--why", "known"]] {
        let ran = plant.folder.run(&[deed, &["--state", "kept"]].concat());
        assert_eq!(ran.code, 1, "{}", ran.shown());
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(said.contains("done: ") && said.contains("this is not in the journal"), "{said}");
    }
    std::fs::remove_dir(&journal).unwrap();
    std::fs::rename(&away, &journal).unwrap();
    process.says("the journal can be written again").await;
    plant.until("the page is noted", |reader| (sent(reader) >= 1).then_some(())).await;
    plant.exporter.set(1.0);
    plant.until("it is over", |reader| state(reader).filter(|it| *it == IncidentState::Resolved)).await;
    process.signal(Signal::TERM);
    assert_eq!(process.end().await.0, 0);
    let verified = plant.journal().verify(&[]).unwrap();
    assert!(matches!(verified, Verification::Whole { .. }), "{verified:?}\n{}", plant.trail());
}

#[tokio::test]
async fn a_process_that_died_while_it_stood_still_acts_again_when_it_can() {
    let mut plant = Plant::new("60s").await;
    let policy = plant.folder.read("policy.nvp");
    plant.folder.write("policy.nvp", policy.replace("limit    1 per", "limit    3 per"));
    let mut process = plant.start();
    let has_begun = |reader: &Reader| !reader.trail(&Default::default(), Page::default()).unwrap().is_empty();
    plant.until("it has begun", |reader| has_begun(reader).then_some(())).await;
    let (journal, away) = (plant.folder.path("kept/journal.sqlite"), plant.folder.path("away"));
    std::fs::rename(&journal, &away).unwrap();
    std::fs::create_dir(&journal).unwrap();
    plant.exporter.set(9.0);
    process.says("the journal cannot be written").await;
    plant.receiver.next().await;
    plant.exporter.set(1.0);
    while !plant.receiver.next().await.contains("\"status\":\"resolved\"") {}
    process.signal(Signal::KILL);
    process.end().await;
    std::fs::remove_dir(&journal).unwrap();
    std::fs::rename(&away, &journal).unwrap();
    let process = plant.start();
    plant.exporter.set(9.0);
    plant
        .until("the valve is turned", |reader| {
            let runs = reader.actions(&ActionFilter::default(), Page::default()).unwrap();
            let calls = |run: u64| reader.calls(run, Page::default()).unwrap();
            let is_turned =
                |run: u64| calls(run).iter().any(|call| call.call.write.is_some() && call.ended_ms.is_some());
            runs.iter().any(|run| is_turned(run.number)).then_some(())
        })
        .await;
    plant.exporter.set(1.0);
    plant.until("the run succeeds", |reader| end(reader).filter(|end| *end == ActionEnd::Succeeded)).await;
    stopped(process).await;
}

/// All bytes of all files below a folder.
fn bytes_below(folder: &std::path::Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(bytes_below(&path));
        } else if let Ok(bytes) = std::fs::read(&path) {
            all.push((path, bytes));
        }
    }
    all
}

#[tokio::test]
async fn a_secret_is_in_no_log_no_row_and_no_answer() {
    const SECRET: &str = "hush-4c1f9a7e2b";
    let mut plant = Plant::new("5s").await;
    // The program knows the secret and tells it, and fails.
    let text = plant.folder.read("watch.toml");
    let text = text
        .replace("kind = \"webhook\"", "kind = \"webhook\"\nbearer = \"env:HUSH\"\nsecret = \"env:HUSH\"");
    let text =
        text.replace("[provider.valve.read", "environment = { TOKEN = \"env:HUSH\" }\n[provider.valve.read");
    let text =
        text.replace("printf %s", "echo \\\"$TOKEN\\\" \\\"$TOKEN\\\" >&2; echo $TOKEN; exit 3; printf %s");
    plant.folder.write("watch.toml", text);
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_novaevo-policy"));
    let arguments = ["policy.nvp", "--config", "watch.toml", "--state", "kept", "--format", "json"];
    command.arg("run").args(arguments).env("HUSH", SECRET);
    let mut process = Process::spawn(&plant.folder.path(""), command);
    let mut stdout = process.stdout.take().unwrap();
    plant.exporter.set(9.0);
    let page = plant.receiver.next().await;
    assert!(!page.contains(SECRET), "{page}");
    plant.until("the run has ended", end).await;
    let mut said = String::new();
    for verb in [
        &["incidents", "1"][..],
        &["actions", "1"],
        &["incidents", "--format", "json"],
        &["journal", "verify"],
    ] {
        let ran = plant.folder.run(&[verb, &["--state", "kept"]].concat());
        assert_eq!(ran.code, 0, "{}", ran.shown());
        said += &ran.shown();
    }
    process.signal(Signal::TERM);
    while let Some(line) = stdout.next_line().await.unwrap() {
        said += &line;
    }
    let (code, logged) = process.end().await;
    assert_eq!(code, 0, "{logged}");
    said += &logged;
    said += &plant.folder.run(&["explain", "plan", "policy.nvp"]).shown();
    assert!(
        said.contains("exit code 3") || said.contains("ended with 3"),
        "the failure itself is told: {said}"
    );
    assert!(!said.contains(SECRET), "{said}");
    for (path, bytes) in bytes_below(&plant.folder.path("kept")) {
        let is_there = bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
        assert!(!is_there, "in {}", path.display());
    }
}
