use nvp_formats::{SeriesKey, WireKind};

use super::*;
use crate::generation;
use crate::load::{Stdlib, load_text};

const POLICY: &str = r#"
unit requests
metric http_requests: counter of requests { labels service, code }
metric latency: histogram of s { labels service  source "http_latency_seconds" }
metric temperature: number { labels room }
metric fed: number { labels room = "where" }
"#;

fn found(series: &[(&str, &[(&str, &str)])]) -> Vec<(String, MissingPart)> {
    let stdlib = Stdlib::built_in();
    let set = load_text("test.nvp", POLICY, &stdlib);
    let checked = generation::check(&set, &stdlib);
    let policy = checked.policy.unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
    let mut table = SeriesTable::default();
    for (name, labels) in series {
        let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        table.intern(&SeriesKey::new(*name, labels), WireKind::Unknown).unwrap();
    }
    let own = set.files.iter().map(|file| file.id).collect();
    unfed(&policy, &own, &table).into_iter().map(|unfed| (unfed.metric, unfed.missing)).collect()
}

#[test]
fn metrics_without_data_name_what_is_near() {
    let series: &[(&str, &[(&str, &str)])] = &[
        ("http_requests_total", &[("service", "a"), ("code", "200")]),
        ("http_latency_seconds_bucket", &[("svc", "a"), ("le", "0.1")]),
        ("temprature", &[("room", "a")]),
        ("fed", &[("where", "a")]),
    ];
    let names = |name: &str| vec![name.to_owned()];
    assert_eq!(
        found(series),
        [
            (
                "http_requests".to_owned(),
                MissingPart::Series {
                    names: names("http_requests"),
                    near: Some("http_requests_total".into())
                }
            ),
            ("latency".to_owned(), MissingPart::Label { name: "service".into(), near: None }),
            (
                "temperature".to_owned(),
                MissingPart::Series { names: names("temperature"), near: Some("temprature".into()) }
            ),
        ]
    );
}

#[test]
fn a_wire_with_nothing_leaves_everything_unfed() {
    assert_eq!(found(&[]).len(), 4);
}
