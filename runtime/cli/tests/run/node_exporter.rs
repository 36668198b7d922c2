//! The real node_exporter, from Debian's package `prometheus-node-exporter`; `tests/run` installs it.

use std::process::Stdio;

use rustix::process::Signal;
use tokio::process::Command;

use super::peers::{Process, get_until};
use crate::harness::Folder;

#[tokio::test]
async fn the_hosts_policies_read_a_real_exporter() {
    // A free port; between here and the exporter's start nobody else is likely to take it.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let listen = format!("127.0.0.1:{port}");
    let _exporter = Command::new("prometheus-node-exporter")
        .arg(format!("--web.listen-address={listen}"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the package prometheus-node-exporter is installed");
    let folder = Folder::with(&[]);
    folder.write("load.nvp", "use std.severities\nuse std.node_exporter\nalert any_load on node_load1 { yellow when >= 0  absent holds }\n");
    let url = format!("http://{listen}/metrics");
    let mut process =
        Process::start(folder.path("").as_path(), &["load.nvp", "--scrape", &url, "--listen", "127.0.0.1:0"]);
    let address = process.address().await;
    let line = process.line().await;
    assert!(line.contains(&format!("ok → yellow  any_load{{instance=\"{listen}\"}}")), "{line}");
    let up = format!("novaevo_policy_source_up{{source=\"{url}\"}} 1\n");
    let metrics = get_until(&address, "/metrics", |_, text| text.contains(&up)).await;
    for line in metrics.lines().filter(|line| line.starts_with("novaevo_policy_samples_dropped_total")) {
        assert!(line.ends_with(" 0") || line.contains("not_a_number"), "{line}");
    }
    process.signal(Signal::TERM);
    assert_eq!(process.end().await.0, 0);
}
