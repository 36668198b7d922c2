//! How runs end when several signals come, and what is said then.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::peers::{Exporter, LONG, POLICY, Process};
use crate::harness::Folder;

fn folder() -> Folder {
    let folder = Folder::with(&[]);
    folder.write("policy.nvp", POLICY);
    folder
}

#[tokio::test]
async fn several_signals_at_once_are_one_end() {
    let (folder, exporter) = (folder(), Exporter::start(9.0).await);
    let mut process = Process::start(folder.path("").as_path(), &["policy.nvp", "--scrape", &exporter.url()]);
    process.line().await;
    let mut output = process.stdout.take().unwrap();
    // Of different kinds, so that the system cannot make one of them.
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        process.signal(signal);
    }
    let (code, said) = process.end().await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("watched policy.nvp for "), "{said}");
    let rest = tokio::time::timeout(LONG, output.next_line()).await.unwrap().unwrap();
    assert_eq!(rest, None, "nothing is written after the decisions");
}

#[tokio::test]
async fn who_keeps_asking_ends_a_run_that_takes_its_time() {
    let (folder, exporter) = (folder(), Exporter::start(9.0).await);
    // Whoever connects waits for an answer until the run gives up, which takes longer than a person's patience.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let hook = format!("http://{}/", silent.local_addr().unwrap());
    let arguments = ["policy.nvp", "--scrape", &exporter.url(), "--webhook", &hook];
    let mut process = Process::start(folder.path("").as_path(), &arguments);
    process.line().await;
    let mut output = process.stdout.take().unwrap();
    let pid = Pid::from_raw(i32::try_from(process.id()).unwrap()).unwrap();
    let end = process.end();
    tokio::pin!(end);
    let mut patience = tokio::time::interval(Duration::from_millis(100));
    let (code, said) = loop {
        tokio::select! {
            ended = &mut end => break ended,
            _ = patience.tick() => drop(kill_process(pid, Signal::INT)),
        }
    };
    assert_eq!(code, 130, "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
    while let Some(line) = tokio::time::timeout(LONG, output.next_line()).await.unwrap().unwrap() {
        assert!(!line.contains('\u{1b}'), "there is no view whose screen could be left: {line:?}");
    }
}

#[tokio::test]
async fn with_a_log_of_json_everything_on_standard_error_is_json() {
    let (folder, exporter) = (folder(), Exporter::start(9.0).await);
    let arguments = ["policy.nvp", "--scrape", &exporter.url(), "--log-format", "json"];
    let mut process = Process::start(folder.path("").as_path(), &arguments);
    process.line().await;
    process.signal(Signal::INT);
    let (code, said) = process.end().await;
    assert_eq!(code, 0, "{said}");
    let records: Vec<serde_json::Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("`{line}` is no JSON")))
        .collect();
    for wanted in ["watching ", "watched policy.nvp for "] {
        let is_said = |record: &&serde_json::Value| {
            record["fields"]["message"].as_str().is_some_and(|text| text.starts_with(wanted))
        };
        assert_eq!(records.iter().filter(is_said).count(), 1, "{wanted}: {said}");
    }
}
