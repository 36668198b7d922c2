use std::sync::Arc;

use nvp_drive::feed::Feed;
use nvp_drive::generation::{self, Generation};
use nvp_drive::load::{self, Stdlib};
use nvp_formats::{Batch, SeriesKey, SeriesTable, WireKind};
use nvp_kernels::Mode;

use super::{Roster, Rows, shown};
use crate::view::model::{RowView, Tone};

const POLICY: &str = r#"
use std.severities
defaults { absent holds }
metric load: number { labels host  every 1s }
metric room: ratio { labels host, disk  every 1s }
metric bare: number { every 1s }
alert busy on load { yellow when > 5  red when > 9 }
alert tight on room { red when < 10%  yellow when < 20% for 5s }
alert quiet on bare { yellow when < 0 }
"#;

fn generation(policy: &str) -> Generation {
    let stdlib = Stdlib::built_in();
    let set = load::load_text("test", policy, &stdlib);
    let checked = generation::check(&set, &stdlib);
    Generation::new(Arc::new(checked.policy.expect("the policy is sound")), Mode::Off).unwrap()
}

type Sample<'t> = (&'t str, &'t [(&'t str, &'t str)], f64);

struct Watched {
    feed: Feed,
    table: SeriesTable,
    roster: Roster,
    now_ms: i64,
}

impl Watched {
    fn start() -> Self {
        Self::of(POLICY)
    }

    fn of(policy: &str) -> Self {
        let generation = generation(policy);
        let mut feed = Feed::new(&generation.plan, &generation.program).unwrap();
        feed.open(0, "test", 0, &mut |_| {});
        let roster = Roster::new(Arc::clone(&generation.plan), &generation.policy);
        Self { feed, table: SeriesTable::default(), roster, now_ms: 1_600_000_000_000 }
    }

    fn tick(&mut self, samples: &[Sample<'_>]) -> Rows {
        self.now_ms += 1_000;
        let mut batch = Batch::default();
        for (name, labels, value) in samples {
            let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let id = self.table.intern(&SeriesKey::new(*name, labels), WireKind::Gauge).unwrap();
            batch.push(id, self.now_ms, *value);
        }
        self.feed.samples(0, &self.table, &batch, &mut |_| {});
        self.feed.close(0, self.now_ms, &mut |_| {});
        self.roster.look(self.feed.engine())
    }
}

fn brief(rows: &[RowView]) -> Vec<String> {
    let brief = |row: &RowView| {
        format!("{} {} [{}] {} {}", row.level.word, row.alert, row.labels, row.value, row.threshold)
    };
    rows.iter().map(brief).collect()
}

#[test]
fn the_worst_first_then_the_nearest() {
    let mut watched = Watched::start();
    let rows = watched.tick(&[
        ("load", &[("host", "a")], 6.0),
        ("load", &[("host", "b")], 10.0),
        ("load", &[("host", "c")], 1.0),
        ("load", &[("host", "d")], 4.5),
        ("room", &[("host", "a"), ("disk", "x")], 0.15),
        ("room", &[("host", "b"), ("disk", "y")], 0.5),
        ("bare", &[], 3.0),
    ]);
    assert_eq!(
        brief(&rows.standing),
        [
            "red busy [host=b] 10 > 9",
            "yellow busy [host=a] 6 > 9",
            "pending tight [disk=x host=a] 15 % < 20 %",
        ]
    );
    assert_eq!(
        brief(&rows.nearest),
        [
            "ok busy [host=d] 4.5 > 5",
            "ok busy [host=c] 1 > 5",
            "ok tight [disk=y host=b] 50 % < 20 %",
            "ok quiet [] 3 < 0",
        ]
    );
    assert_eq!((rows.ok, rows.missing, rows.standing_more), (4, 0, 0));
    assert_eq!(rows.standing[0].level.tone, Tone::Critical);
    assert_eq!(rows.common, "");
}

#[test]
fn labels_that_all_rows_share_are_said_once() {
    let mut watched = Watched::start();
    let rows = watched.tick(&[
        ("load", &[("host", "a")], 6.0),
        ("room", &[("host", "a"), ("disk", "x\u{1b}")], 0.5),
        ("bare", &[], 3.0),
    ]);
    assert_eq!(rows.common, "host=a");
    assert_eq!(brief(&rows.standing), ["yellow busy [] 6 > 9"]);
    assert_eq!(rows.nearest.iter().map(|row| &*row.labels).collect::<Vec<_>>(), ["disk=x\u{fffd}", ""]);
}

#[test]
fn history_is_kept_and_missing_values_are_gaps() {
    let mut watched = Watched::start();
    for value in [1.0, 2.0, f64::NAN] {
        watched.tick(&[("load", &[("host", "a")], value)]);
    }
    let rows = watched.tick(&[("load", &[("host", "b")], 2.0)]);
    let a = rows.nearest.iter().find(|row| &*row.labels == "host=a").unwrap();
    assert_eq!(a.history.iter().map(|value| value.to_string()).collect::<Vec<_>>(), ["1", "2", "NaN", "NaN"]);
    assert_eq!((a.value.as_str(), rows.missing), ("missing", 2), "the row without labels is always there");
    for _ in 0..100 {
        watched.tick(&[("load", &[("host", "b")], 2.0)]);
    }
    let rows = watched.tick(&[]);
    assert!(rows.nearest.iter().all(|row| row.history.len() <= 60));
}

#[test]
fn a_window_that_has_not_seen_its_span_is_warming() {
    let mut watched = Watched::of(
        "use std.severities\ndefaults { absent holds }\nmetric load: number { labels host  every 1s }\n\
         alert lately on avg(load over 3s) { yellow when > 5 }",
    );
    let mut value = |load: f64| {
        let rows = watched.tick(&[("load", &[("host", "a")], load)]);
        rows.nearest.first().map(|row| row.value.clone()).unwrap_or_default()
    };
    assert_eq!([value(1.0), value(2.0), value(3.0)], ["warming", "warming", "2"]);
    let gone: Vec<String> = (0..9).map(|_| value(f64::NAN)).collect();
    assert_eq!(gone.last().map(String::as_str), Some("missing"));
}

#[test]
fn of_very_many_rows_only_the_most_telling_are_listed() {
    let mut watched = Watched::start();
    let hosts: Vec<String> = (0..25_000).map(|host| format!("h{host:05}")).collect();
    let labels: Vec<[(&str, &str); 1]> = hosts.iter().map(|host| [("host", host.as_str())]).collect();
    let samples: Vec<Sample<'_>> = labels
        .iter()
        .enumerate()
        .map(|(place, labels)| ("load", labels.as_slice(), if place % 5 == 0 { 6.0 } else { 1.0 }))
        .collect();
    let rows = watched.tick(&samples);
    assert_eq!((rows.standing.len(), rows.standing_more), (2_000, 3_000));
    assert_eq!((rows.nearest.len(), rows.ok), (500, 20_001));
    assert!(watched.roster.kept_count <= 20_000);
}

#[test]
fn empty_labels_are_not_shown() {
    let labels = [("a", ""), ("b", "1")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(shown(&labels, &[]), "b=1");
    assert_eq!(shown(&labels, &labels), "");
}
