//! Metrics that nothing feeds, and pages that are no metrics.

use axum::Router;
use axum::response::Html;
use rustix::process::Signal;

use super::peers::{Exporter, POLICY, Process, serve};
use crate::harness::Folder;

#[tokio::test]
async fn a_metric_without_data_is_told_once() {
    let exporter = Exporter::start(1.0).await;
    let folder = Folder::with(&[]);
    let more = "metric loda: number { every 1s }\nalert lost on loda { red when > 5 }\n\
                metric queue_length: number { every 1s }\nalert queueing on queue_length { red when > 5 }\n";
    folder.write("policy.nvp", format!("{POLICY}{more}"));
    let mut process = Process::start(folder.path("").as_path(), &["policy.nvp", "--scrape", &exporter.url()]);
    process.says("`queue_length` has had no data since the start: look at its `source`").await;
    process.signal(Signal::INT);
    let (code, said) = process.end().await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("`loda` has had no data since the start: there is `load`"), "{said}");
    assert_eq!(said.matches("has had no data").count(), 2, "once each, and nothing of `load`: {said}");
}

#[tokio::test]
async fn a_page_that_is_no_metrics_is_told() {
    let listing = "<!DOCTYPE html>\n<html>\n<body>\n<h1>Directory listing for /</h1>\n</body>\n</html>\n";
    let address = serve(Router::new().fallback(move || async move { Html(listing) })).await;
    let folder = Folder::with(&[]);
    folder.write("policy.nvp", POLICY);
    let url = format!("http://{address}/");
    let mut process =
        Process::start(folder.path("").as_path(), &["policy.nvp", "--scrape", &url, "--no-view"]);
    let told = process.says("WARN").await;
    for wanted in [&*url, "lines that are not of the format", "<!DOCTYPE html>"] {
        assert!(told.contains(wanted), "{told}");
    }
    process.says("`load` has had no data since the start").await;
    process.signal(Signal::INT);
    let (code, said) = process.end().await;
    assert_eq!((code, said.matches("not of the format").count()), (0, 1), "{said}");
}
