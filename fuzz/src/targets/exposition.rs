//! Scrapes: the fast way over what was seen before reads as a fresh parser does.

use nvp_formats::{
    Batch, DropReason, Dropped, Exposition, Limits, SeriesKey, SeriesTable, SourceLabels, TextFormat,
};

const SCRAPED_MS: i64 = 1_661_140_279_000;

/// What one body brought: samples by key, the bits of their values, and what was left out.
#[derive(Debug, PartialEq)]
struct Read {
    samples: Vec<(Option<SeriesKey>, i64, u64)>,
    left_out: Vec<(&'static str, u64)>,
    complete: bool,
}

/// The bodies between NULs are scrapes of one target. Each reads as it does to a parser that saw none before, and does so twice.
///
/// # Panics
///
/// When that does not hold.
pub fn exposition(data: &[u8]) {
    let mut bodies: Vec<&[u8]> = data.split(|byte| *byte == 0).take(6).collect();
    // The first comes again at last: by then the lines stand elsewhere than they stood.
    bodies.extend(bodies.first().copied());
    let small = Limits {
        line_bytes_max: 60,
        labels_max: 2,
        name_bytes_max: 12,
        label_value_bytes_max: 9,
        ..Limits::default()
    };
    for format in [TextFormat::Prometheus, TextFormat::OpenMetrics] {
        for limits in [Limits::default(), small] {
            for labels in [SourceLabels::default(), job()] {
                let mut target = Exposition::new(limits, labels.clone());
                let mut table = SeriesTable::default();
                for body in &bodies {
                    let fresh = read(
                        &mut Exposition::new(limits, labels.clone()),
                        &mut SeriesTable::default(),
                        body,
                        format,
                    );
                    for time in ["first", "second"] {
                        let remembered = read(&mut target, &mut table, body, format);
                        assert_eq!(
                            remembered,
                            fresh,
                            "what came before shows in `{}` the {time} time, as {format:?}",
                            body.escape_ascii()
                        );
                    }
                }
            }
        }
    }
}

fn job() -> SourceLabels {
    let labels = vec![("instance".to_owned(), "a:1".to_owned()), ("job".to_owned(), "x".to_owned())];
    SourceLabels { labels, ..SourceLabels::default() }
}

fn read(target: &mut Exposition, table: &mut SeriesTable, body: &[u8], format: TextFormat) -> Read {
    let (mut batch, mut dropped) = (Batch::default(), Dropped::new());
    let scraped = target.parse(body, format, SCRAPED_MS, table, &mut batch, &mut dropped);
    assert_eq!(scraped.samples, batch.len(), "another number of samples than were read");
    let samples =
        batch.iter().map(|(series, instant_ms, value)| (table.key(series), instant_ms, value.to_bits()));
    // That a kind changed is a remark about two scrapes, not about one.
    let left_out = dropped.iter().filter(|(reason, _, _)| *reason != DropReason::TypeChanged);
    Read {
        samples: samples.collect(),
        left_out: left_out.map(|(reason, count, _)| (reason.name(), count)).collect(),
        complete: scraped.complete,
    }
}
