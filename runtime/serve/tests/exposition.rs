//! Our own metrics before foreign eyes: our parser and `promtool`.

use std::process::Stdio;

use nvp_drive::live::status::Status;
use nvp_formats::{Batch, Dropped, Exposition, Limits, SeriesTable, SourceLabels, TextFormat};
use nvp_serve::own_metrics;
use tokio::io::AsyncWriteExt as _;

use crate::status;

const NOW_MS: i64 = 1_600_000_012_500;

#[test]
fn the_whole_text() {
    let text = own_metrics::text(&status::full(), NOW_MS).unwrap();
    let version = concat!("version=\"", env!("CARGO_PKG_VERSION"), "\"");
    insta::assert_snapshot!(text.replace(version, "version=\"VERSION\""));
}

#[test]
fn our_own_reader_takes_every_line() {
    for status in [status::full(), Status::default().into()] {
        let text = own_metrics::text(&status, NOW_MS).unwrap();
        let (mut table, mut batch, mut dropped) = (SeriesTable::default(), Batch::default(), Dropped::new());
        let mut reader = Exposition::new(Limits::default(), SourceLabels::default());
        reader.parse(text.as_bytes(), TextFormat::Prometheus, NOW_MS, &mut table, &mut batch, &mut dropped);
        assert_eq!(dropped, Dropped::new());
        let samples = text.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(batch.len(), samples);
        assert_eq!(table.len(), samples, "two lines are of one series");
    }
}

/// `promtool` comes with Debian's package `prometheus`; `tests/run` installs it.
#[tokio::test]
async fn promtool_finds_nothing_to_complain_of() {
    for status in [status::full(), Status::default().into()] {
        let text = own_metrics::text(&status, NOW_MS).unwrap();
        let mut promtool = tokio::process::Command::new("promtool")
            .args(["check", "metrics"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = promtool.stdin.take().unwrap();
        input.write_all(text.as_bytes()).await.unwrap();
        drop(input);
        let output = promtool.wait_with_output().await.unwrap();
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &*String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{said}\n{text}");
    }
}
