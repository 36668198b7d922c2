//! Scrapes: each case of `tests/exposition` is one target, scraped once per block, at 1,000 ms, 2,000 ms, ….

use std::fmt::Write as _;

use nvp_formats::{
    Batch, DropReason, Dropped, Exposition, LabelConflict, Limits, SeriesTable, SourceLabels, TextFormat,
};

use crate::corpus;

fn labels(text: &str, conflict: LabelConflict) -> SourceLabels {
    let pairs = text.lines().map(|line| line.split_once('=').unwrap());
    SourceLabels { labels: pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).collect(), conflict }
}

#[test]
fn the_corpus_is_read_as_it_says() {
    for path in corpus::cases("exposition") {
        let limits = Limits {
            line_bytes_max: 256,
            labels_max: 4,
            name_bytes_max: 24,
            label_value_bytes_max: 16,
            ..Limits::default()
        };
        let mut target = Exposition::new(limits, SourceLabels::default());
        let (mut table, mut scrapes) = (SeriesTable::with_limit(12), 0);
        corpus::check(&path, |blocks| {
            let mut text = String::new();
            for block in blocks {
                let format = match block.word.as_str() {
                    "labels" => {
                        target = Exposition::new(limits, labels(&block.text, LabelConflict::Rename));
                        continue;
                    }
                    "labels honored" => {
                        target = Exposition::new(limits, labels(&block.text, LabelConflict::Honor));
                        continue;
                    }
                    "failed" => {
                        target.failed();
                        scrapes += 1;
                        for series in target.gone() {
                            writeln!(text, "- {}", table.key(series).unwrap()).unwrap();
                        }
                        continue;
                    }
                    "openmetrics" => TextFormat::OpenMetrics,
                    "prometheus" => TextFormat::Prometheus,
                    other => panic!("{}: no block is called `{other}`", path.display()),
                };
                scrapes += 1;
                let (mut batch, mut dropped) = (Batch::default(), Dropped::new());
                let body = corpus::bytes(&block.text);
                let scraped =
                    target.parse(&body, format, scrapes * 1_000, &mut table, &mut batch, &mut dropped);
                assert_eq!(scraped.samples, batch.len());
                text += &corpus::shown(&table, &batch, &dropped);
                for series in target.gone() {
                    writeln!(text, "- {}", table.key(series).unwrap()).unwrap();
                }
                text += if scraped.complete { "" } else { "incomplete\n" };
            }
            text
        });
    }
}

/// What a fresh reader makes of a body is what one makes of it that remembers other bodies.
fn same_without_memory(bodies: &[String]) {
    let mut table = SeriesTable::default();
    let mut remembers = Exposition::new(Limits::default(), SourceLabels::default());
    for body in bodies {
        let mut fresh = Exposition::new(Limits::default(), SourceLabels::default());
        let mut outs = [(Batch::default(), Dropped::new()), (Batch::default(), Dropped::new())];
        for (target, (batch, dropped)) in [&mut remembers, &mut fresh].into_iter().zip(&mut outs) {
            target.parse(body.as_bytes(), TextFormat::Prometheus, 7, &mut table, batch, dropped);
        }
        let [(a, a_dropped), (b, b_dropped)] = &outs;
        assert_eq!(corpus::shown(&table, a, a_dropped), corpus::shown(&table, b, b_dropped), "of {body:?}");
    }
}

#[test]
fn memory_never_shows() {
    let lines =
        |range: std::ops::Range<usize>| range.map(|i| format!("m{{a=\"{i}\"}} {i}\n")).collect::<Vec<_>>();
    let mut shuffled = lines(0..100);
    shuffled.reverse();
    shuffled.rotate_left(13);
    same_without_memory(&[
        lines(0..100).concat(),
        lines(0..100).concat(),
        shuffled.concat(),
        lines(50..150).concat(),
        format!("{}m{{a=\"5\"}} 9\n", lines(0..10).concat()),
        "m 1\nm{a=\"1\"} 2\nm {a=\"1\"} 3\nma 1\n".into(),
        "m {a=\"1\"} 3\nm{a=\"1\"} 2\nm 1\nma 1\n".into(),
    ]);
}

proptest::proptest! {
    #[test]
    fn memory_never_shows_in_anything(bodies in proptest::collection::vec(r#"((a|ab|a\{b="1"\}|a \{b="1"\}|a\{b="1",c="2"\}|ab\{\}|"x)[ \t]?(1|2|NaN|x)?( 5)?\n){0,12}"#, 1..5)) {
        same_without_memory(&bodies);
    }
}

#[test]
fn targets_whose_series_come_and_go_do_not_grow() {
    let mut table = SeriesTable::default();
    let mut target = Exposition::new(Limits::default(), SourceLabels::default());
    let mut most = 0;
    for scrape in 0..200 {
        let body: String = (0..500).map(|i| format!("pod_up{{pod=\"{}\"}} 1\n", scrape * 500 + i)).collect();
        let (mut batch, mut dropped) = (Batch::default(), Dropped::new());
        target.parse(body.as_bytes(), TextFormat::Prometheus, scrape, &mut table, &mut batch, &mut dropped);
        assert_eq!(batch.len(), 500);
        assert_eq!(target.gone().count(), if scrape == 0 { 0 } else { 500 });
        most = most.max(target.memory_bytes());
    }
    assert!(most < 1 << 20, "{most} bytes");
}

#[test]
fn a_hostile_line_is_given_up_early() {
    let limits = Limits::default();
    let many: String = (0..10_000).map(|i| format!("l{i}=\"{i}\",")).collect();
    let long = "v".repeat(1 << 20);
    let body = format!("m{{{many}}} 1\nm{{a=\"{}\"}} 1\nm{{a=\"{long}\"}} 1\nok 1\n", "v".repeat(5_000));
    let (mut table, mut batch, mut dropped) = (SeriesTable::default(), Batch::default(), Dropped::new());
    let mut target = Exposition::new(limits, SourceLabels::default());
    target.parse(body.as_bytes(), TextFormat::Prometheus, 1, &mut table, &mut batch, &mut dropped);
    assert_eq!((batch.len(), table.len()), (1, 1));
    let seen: Vec<_> = dropped.iter().map(|(reason, count, _)| (reason, count)).collect();
    assert_eq!(
        seen,
        [(DropReason::LineTooLong, 1), (DropReason::TooManyLabels, 1), (DropReason::LabelTooLong, 1)]
    );
    assert!(target.memory_bytes() < 1 << 16);
}

#[test]
fn content_types_name_the_format() {
    for (content_type, wanted) in [
        ("application/openmetrics-text; version=1.0.0; charset=utf-8", TextFormat::OpenMetrics),
        ("Application/OpenMetrics-Text", TextFormat::OpenMetrics),
        ("text/plain; version=0.0.4", TextFormat::Prometheus),
        ("", TextFormat::Prometheus),
    ] {
        assert_eq!(TextFormat::from_content_type(content_type), wanted, "{content_type}");
    }
}
