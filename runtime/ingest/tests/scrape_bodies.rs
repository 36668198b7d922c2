//! Reading bodies: what a scrape adds, what ends, and bodies that mean harm.

use std::fmt::Write as _;
use std::time::Duration;

use nvp_formats::{Batch, DropReason, Dropped, Limits, SeriesTable, TextFormat, WireKind, is_stale_marker};
use nvp_ingest::scrape::{Body, Read, Reader, Scrape, ScrapeError};

struct Target {
    reader: Reader,
    table: SeriesTable,
    dropped: Dropped,
    scrapes: i64,
}

impl Target {
    fn new() -> Self {
        let scrape = Scrape::at("http://a:9100/metrics").unwrap();
        let reader = Reader::new(&scrape, Limits::default());
        Self { reader, table: SeriesTable::default(), dropped: Dropped::new(), scrapes: 0 }
    }

    /// Reads one answer: how it went, and the samples one a line.
    fn read(&mut self, fetched: Result<(&str, TextFormat), ScrapeError>) -> (Read, String) {
        self.scrapes += 1;
        let body = fetched.map(|(text, format)| Body { bytes: text.as_bytes().to_vec(), format });
        let mut batch = Batch::default();
        let read = self.reader.read(
            body.as_ref(),
            self.scrapes * 1_000,
            Duration::from_millis(250),
            &mut self.table,
            &mut batch,
            &mut self.dropped,
        );
        (read, self.shown(&batch))
    }

    fn text(&mut self, text: &str) -> (Read, String) {
        self.read(Ok((text, TextFormat::Prometheus)))
    }

    fn shown(&self, batch: &Batch) -> String {
        let mut text = String::new();
        for (series, instant, value) in batch.iter() {
            let key = self.table.key(series).unwrap().to_string();
            let key = key.replace("instance=\"a:9100\",job=\"scrape\"", "…");
            match is_stale_marker(value) {
                true => writeln!(text, "{key} ends @{instant}").unwrap(),
                false => writeln!(text, "{key} {value} @{instant}").unwrap(),
            }
        }
        text
    }
}

#[test]
fn a_scrape_says_how_it_went_and_what_has_ended() {
    let mut target = Target::new();
    let (read, shown) = target.text("a 1\nb{job=\"x\"} 2\nold 3 400\n");
    assert_eq!(read, Read { samples: 3, ended: 0, error: None });
    assert_eq!(
        shown,
        "a{…} 1 @1000\nb{exported_job=\"x\",…} 2 @1000\nold{…} 3 @400\nup{…} 1 @1000\n\
         scrape_duration_seconds{…} 0.25 @1000\nscrape_samples_scraped{…} 3 @1000\n"
    );
    let (read, shown) = target.text("a 2\n");
    assert_eq!(read, Read { samples: 1, ended: 1, error: None });
    assert!(
        shown.starts_with("a{…} 2 @2000\nb{exported_job=\"x\",…} ends @2000\nup{…} 1 @2000\n"),
        "{shown}"
    );
    assert!(target.table.ids().skip(3).all(|id| target.table.kind(id) == WireKind::Gauge));
}

#[test]
fn after_a_failed_scrape_all_has_ended_once() {
    let mut target = Target::new();
    target.text("a 1\nb 2\n");
    let (read, shown) = target.read(Err(ScrapeError::Redirects));
    assert_eq!(read, Read { samples: 0, ended: 2, error: Some(ScrapeError::Redirects) });
    assert!(shown.starts_with("a{…} ends @2000\nb{…} ends @2000\nup{…} 0 @2000\n"), "{shown}");
    assert!(shown.ends_with("scrape_samples_scraped{…} 0 @2000\n"), "{shown}");
    let (read, shown) = target.read(Err(ScrapeError::Redirects));
    assert_eq!((read.ended, shown.lines().count()), (0, 3));
    assert_eq!(target.text("a 1\n").0, Read { samples: 1, ended: 0, error: None });
}

#[test]
fn a_body_that_is_not_whole_is_a_failed_scrape() {
    let mut target = Target::new();
    target.read(Ok(("a 1\nb 2\n# EOF\n", TextFormat::OpenMetrics)));
    let (read, shown) = target.read(Ok(("a 1\nc 3\n", TextFormat::OpenMetrics)));
    assert_eq!(read, Read { samples: 0, ended: 2, error: Some(ScrapeError::NoEnd) });
    assert!(shown.starts_with("a{…} ends @2000\nb{…} ends @2000\nup{…} 0 @2000\n"), "{shown}");
    let (read, shown) = target.read(Ok(("c 3\n# EOF\n", TextFormat::OpenMetrics)));
    assert_eq!((read.samples, read.ended), (1, 0), "{shown}");
}

#[test]
fn a_target_taken_away_ends_whole() {
    let mut target = Target::new();
    target.text("a 1\n");
    let mut batch = Batch::default();
    assert_eq!(target.reader.end(5_000, &mut batch), 4);
    let ended = target.shown(&batch);
    assert!(
        ended.starts_with("a{…} ends @5000\nup{…} ends @5000\n") && ended.lines().count() == 4,
        "{ended}"
    );
    batch.clear();
    assert_eq!(target.reader.end(6_000, &mut batch), 0);
}

#[test]
fn types_that_change_repeats_and_time_that_goes_back_are_samples_all_the_same() {
    let mut target = Target::new();
    target.text("# TYPE a gauge\na 1 5000\n");
    let (read, shown) = target.text("# TYPE a counter\na 2 4000\na 3 4000\n");
    assert_eq!((read.samples, read.error), (1, None));
    assert!(shown.starts_with("a{…} 2 @4000\n"), "{shown}");
    assert_eq!(target.dropped.get(DropReason::TypeChanged), 1);
    assert_eq!(target.dropped.get(DropReason::Duplicate), 1);
    assert_eq!(target.table.kind(0), WireKind::Counter);
}

#[test]
fn ten_thousand_labels_and_a_label_of_a_megabyte_are_left_out() {
    let mut target = Target::new();
    let labels: String = (0..10_000).map(|i| format!("l{i}=\"{i}\",")).collect();
    let body = format!("many{{{labels}}} 1\nlong{{a=\"{}\"}} 1\nok NaN\n", "x".repeat(1 << 20));
    let (read, shown) = target.text(&body);
    assert_eq!(read.samples, 1);
    assert!(shown.starts_with("ok{…} NaN @1000\nup{…} 1 @1000\n"), "{shown}");
    assert_eq!(target.dropped.get(DropReason::TooManyLabels), 1);
    assert_eq!(target.dropped.get(DropReason::LineTooLong), 1);
    assert!(target.table.memory_bytes() < 1 << 16);
}
