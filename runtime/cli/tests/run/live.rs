//! Decisions of real runs over real sockets, and how they end.

use std::fs;

use rustix::process::Signal;

use super::peers::{Exporter, POLICY, Process, Receiver, get, get_until};
use crate::harness::Folder;

fn folder() -> Folder {
    let folder = Folder::with(&[]);
    folder.write("policy.nvp", POLICY);
    folder
}

#[tokio::test]
async fn decisions_go_to_standard_output_and_webhook_and_are_counted() {
    let (folder, exporter, mut receiver) = (folder(), Exporter::start(9.0).await, Receiver::start().await);
    let hook = format!("http://{}/hook", receiver.address);
    let arguments = [
        "policy.nvp",
        "--scrape",
        &exporter.url(),
        "--webhook",
        &hook,
        "--format",
        "json",
        "--listen",
        "127.0.0.1:0",
    ];
    let mut process = Process::start(folder.path("").as_path(), &arguments);
    let address = process.address().await;
    assert_eq!(get(&address, "/healthz").await.0, 200);

    let line = process.line().await;
    assert_eq!(receiver.next().await, line);
    let decision: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&decision["decision"], &decision["name"]), (&"alert".into(), &"busy".into()));
    assert_eq!((&decision["from"], &decision["to"]), (&"ok".into(), &"red".into()));
    assert_eq!(decision["labels"]["instance"], exporter.address.to_string());
    assert_eq!((&decision["why"]["value"], &decision["why"]["says"]), (&9.0.into(), &"load is 9".into()));
    assert_eq!(decision["at"].as_i64().unwrap() % 1_000, 0);

    get_until(&address, "/readyz", |code, _| code == 200).await;
    let delivered = format!(
        "novaevo_policy_destination_decisions_total{{destination=\"http://{}\",result=\"delivered\"}} 1\n",
        receiver.address
    );
    let metrics = get_until(&address, "/metrics", |_, text| text.contains(&delivered)).await;
    let up = format!("novaevo_policy_source_up{{source=\"{}\"}} 1\n", exporter.url());
    for wanted in ["novaevo_policy_alerts{level=\"red\"} 1\n", "novaevo_policy_decisions_total 1\n", &up] {
        assert!(metrics.contains(wanted), "{wanted} is not in\n{metrics}");
    }

    exporter.set(1.0);
    let decision: serde_json::Value = serde_json::from_str(&process.line().await).unwrap();
    assert_eq!((&decision["from"], &decision["to"]), (&"red".into(), &"ok".into()));
    process.signal(Signal::TERM);
    let (code, said) = process.end().await;
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("ERROR") && !said.contains("WARN"), "{said}");
}

#[tokio::test]
async fn people_get_lines_where_there_is_no_terminal() {
    let (folder, exporter) = (folder(), Exporter::start(9.0).await);
    let mut process = Process::start(folder.path("").as_path(), &["policy.nvp", "--scrape", &exporter.url()]);
    let line = process.line().await;
    let wanted = format!("  ok → red  busy{{instance=\"{}\"}}  load is 9", exporter.address);
    assert!(line.ends_with(&wanted), "{line}");
    process.signal(Signal::INT);
    let (code, said) = process.end().await;
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains(&format!("watching {} with 1 alert of policy.nvp; Ctrl-C ends", exporter.address)),
        "{said}"
    );
    assert!(said.contains("1 decision; 1 red"), "{said}");
}

#[tokio::test]
async fn a_reader_that_goes_away_is_a_good_end() {
    let (folder, exporter) = (folder(), Exporter::start(9.0).await);
    let arguments = ["policy.nvp", "--scrape", &exporter.url(), "--format", "json"];
    let mut process = Process::start(folder.path("").as_path(), &arguments);
    process.line().await;
    drop(process.stdout.take());
    exporter.set(1.0);
    let (code, said) = process.end().await;
    assert_eq!((code, said.as_str()), (0, ""));
}

#[tokio::test]
async fn an_unreachable_webhook_is_one_line_and_stops_nothing() {
    let (folder, exporter) = (folder(), Exporter::start(9.0).await);
    // Nobody listens at the discard port of a machine of today.
    fs::write(folder.path("config.toml"), format!("[[scrape]]\nurl = \"{}\"\ninterval = \"1s\"\n\n[[webhook]]\nurl = \"http://127.0.0.1:9/T0KEN\"\n", exporter.url())).unwrap();
    let arguments = ["policy.nvp", "--config", "config.toml", "--format", "json"];
    let mut process = Process::start(folder.path("").as_path(), &arguments);
    for load in [1.0, 9.0, 1.0, 9.0] {
        process.line().await;
        exporter.set(load);
    }
    process.says("the webhook does not take decisions").await;
    process.signal(Signal::TERM);
    let (code, said) = process.end().await;
    assert_eq!(code, 0, "{said}");
    assert_eq!(said.matches("the webhook does not take decisions").count(), 1, "{said}");
    assert!(said.contains("http://127.0.0.1:9 ") && !said.contains("T0KEN"), "{said}");
}

#[tokio::test]
async fn a_target_that_is_not_there_is_one_line_and_time_goes_on() {
    let folder = folder();
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = format!("http://{nobody}/metrics?key=T0KEN");
    let mut process = Process::start(
        folder.path("").as_path(),
        &["policy.nvp", "--scrape", &url, "--listen", "127.0.0.1:0"],
    );
    let address = process.address().await;
    let line = process.says("the source gives nothing").await;
    assert!(
        line.contains(&format!("http://{nobody}/metrics")) && line.contains("onnection refused"),
        "{line}"
    );
    // Nothing comes, and time goes on all the same.
    let ticks = |text: &str| {
        let line = text.lines().find(|line| line.starts_with("novaevo_policy_ticks_total ")).unwrap();
        line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()
    };
    let before = ticks(&get(&address, "/metrics").await.1);
    get_until(&address, "/metrics", |_, text| ticks(text) >= before + 2).await;
    process.signal(Signal::HUP);
    let (code, said) = process.end().await;
    assert_eq!(code, 0, "{said}");
    assert_eq!(said.matches("the source gives nothing").count(), 1, "{said}");
    assert!(!said.contains("T0KEN"), "{said}");
}
