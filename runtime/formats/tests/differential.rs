//! Exposition text against the crate `prometheus-parse`: the same samples, but for the differences listed here, each with what
//! the format says.

use std::collections::{BTreeMap, BTreeSet};

use nvp_formats::{Batch, Dropped, Exposition, Limits, SeriesKey, SeriesTable, SourceLabels, TextFormat};
use prometheus_parse::{Scrape, Value};

/// Samples by series: instant and bits of the value (any NaN as one).
type Samples = BTreeMap<SeriesKey, BTreeSet<(i64, u64)>>;

const NOW_MS: i64 = 1_661_140_279_000;

fn bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}

fn ours(body: &str) -> Samples {
    let (mut table, mut batch, mut dropped) = (SeriesTable::default(), Batch::default(), Dropped::new());
    let mut target = Exposition::new(Limits::default(), SourceLabels::default());
    // Twice: what is remembered must read as what is new.
    for _ in 0..2 {
        batch.clear();
        target.parse(body.as_bytes(), TextFormat::Prometheus, NOW_MS, &mut table, &mut batch, &mut dropped);
    }
    let mut samples = Samples::new();
    for (series, instant, value) in batch.iter() {
        samples.entry(table.key(series).unwrap()).or_default().insert((instant, bits(value)));
    }
    samples
}

fn theirs(body: &str) -> Samples {
    let now = chrono::DateTime::from_timestamp_millis(NOW_MS).unwrap();
    let scrape = Scrape::parse_at(body.lines().map(|line| Ok(line.to_owned())), now).unwrap();
    let mut samples = Samples::new();
    for sample in scrape.samples {
        let labels: Vec<_> = sample.labels.iter().map(|(n, v)| (n.clone(), v.clone())).collect();
        let mut add = |name: &str, extra: Option<(&str, f64)>, value: f64| {
            let extra = extra.map(|(label, bound)| (label.to_owned(), bound_text(bound)));
            let key = SeriesKey::new(name, labels.iter().cloned().chain(extra));
            samples.entry(key).or_default().insert((sample.timestamp.timestamp_millis(), bits(value)));
        };
        match sample.value {
            Value::Counter(value) | Value::Gauge(value) | Value::Untyped(value) => {
                add(&sample.metric, None, value)
            }
            Value::Histogram(buckets) => {
                for bucket in buckets {
                    add(&format!("{}_bucket", sample.metric), Some(("le", bucket.less_than)), bucket.count);
                }
            }
            Value::Summary(quantiles) => {
                for quantile in quantiles {
                    add(&sample.metric, Some(("quantile", quantile.quantile)), quantile.count);
                }
            }
        }
    }
    samples
}

/// Bounds are texts to us and numbers to them; bodies here write them in this one way.
fn bound_text(bound: f64) -> String {
    if bound.is_infinite() { "+Inf".to_owned() } else { bound.to_string() }
}

/// What both read must be equal.
fn agree(body: &str) {
    assert_eq!(ours(body), theirs(body), "of\n{body}");
}

#[test]
fn plain_bodies_are_read_the_same() {
    agree("");
    agree("\n# a comment\n  \nup 1\n");
    agree("up 1");
    agree("# TYPE a counter\na_total{x=\"1\"} 5\na_total{x=\"2\"} +Inf\na NaN\n");
    agree("  up  \t 1   1661140279123  \nother{a=\"b\"} -1e-3\n");
    agree("b{a=\"x\",c=\"y\",} 0.1\nb{a=\"\"} 3\n");
    agree("up 1\r\nleft 2\r\n");
    agree("n nan\ni inf\nm -Inf\nx 1_0\ny 0x10\nz\n");
    agree(
        "# TYPE h histogram\nh_bucket{le=\"0.5\",p=\"a\"} 1\nh_bucket{le=\"+Inf\",p=\"a\"} 2\nh_sum{p=\"a\"} 3\n\
         h_count{p=\"a\"} 2\n# TYPE s summary\ns{quantile=\"0.9\"} 4\ns_sum 5\ns_count 6\n",
    );
}

/// Where the two differ: a body, what we read of it and what they do, and what decides.
///
/// The sentences are those of Prometheus' page on exposition formats, in our words.
const DIFFERENCES: &[(&str, &str, &str, &str)] = &[
    (
        "a{b=\"x,y\"} 1\n",
        "a{b=\"x,y\"}",
        "a{b=\"x\"}",
        "a label's value is any sequence of UTF-8 characters in double quotes: a comma is one of them",
    ),
    ("a{b=\"x=y\"} 1\n", "a{b=\"x=y\"}", "a", "so is an equals sign"),
    ("a{b=\"x}y\"} 1\n", "a{b=\"x}y\"}", "", "so is a closing brace"),
    (
        "a{b=\"x\\\\y\"} 1\n",
        "a{b=\"x\\\\y\"}",
        "a{b=\"x\\\\\\\\y\"}",
        "a backslash in a label's value is written as two",
    ),
    (
        "a{b=\"x\\\"\"} 1\n",
        "a{b=\"x\\\"\"}",
        "a{b=\"x\\\\\"}",
        "a double quote is written with a backslash before it",
    ),
    (
        "a{b=\"x\\ny\"} 1\n",
        "a{b=\"x\\ny\"}",
        "a{b=\"x\\\\ny\"}",
        "a line feed is written as a backslash and an n",
    ),
    (
        "a{ b = \"x\" } 1\n",
        "a{b=\"x\"}",
        "a{\" b \"=\" \\\"x\\\" \"}",
        "tokens may be separated by any number of blanks",
    ),
    ("a {b=\"x\"} 1\n", "a{b=\"x\"}", "", "so may the name and the opening brace"),
    ("a{} 1\n", "a", "", "the labels between the braces are optional"),
    ("a:b 1\n", "a:b", "", "a metric's name may have colons"),
    ("1a 1\n", "", "{\"1a\"}", "a metric's name does not begin with a digit"),
    ("é 1\n", "", "{\"é\"}", "a metric's name is of ASCII letters, digits, underscores and colons"),
    ("a{b=x} 1\n", "", "a{b=\"x\"}", "a label's value stands in double quotes"),
    ("a 1 2 3\n", "", "a", "after the timestamp the line ends"),
    (
        "a 1 soon\n",
        "",
        "a",
        "the timestamp is a whole number of milliseconds: one that is none makes the line unreadable",
    ),
    ("a 1 1.5\n", "", "a", "the timestamp is a whole number of milliseconds"),
    ("a 1e999\n", "", "a", "the value is what Go's ParseFloat takes: too large a number is an error there"),
    (
        "a{b=\"1\",b=\"2\"} 1\n",
        "",
        "a{b=\"2\"}",
        "each line has a unique combination of name and labels: a label that stands twice has no meaning",
    ),
    (
        "a 1\na 2\n",
        "a",
        "a",
        "each line has a unique combination: of a repeated one Prometheus takes the first, they keep both",
    ),
];

#[test]
fn each_difference_is_decided_by_the_format() {
    let names = |samples: &Samples| samples.keys().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    for (body, wanted_ours, wanted_theirs, sentence) in DIFFERENCES {
        assert_eq!(names(&ours(body)), *wanted_ours, "ours of {body:?}: {sentence}");
        assert_eq!(names(&theirs(body)), *wanted_theirs, "theirs of {body:?}: {sentence}");
    }
    assert_eq!(ours("a 1\na 2\n").values().next().map(BTreeSet::len), Some(1));
    assert_eq!(theirs("a 1\na 2\n").values().next().map(BTreeSet::len), Some(2));
}

proptest::proptest! {
    /// Bodies of the part of the format that has no difference: words without the marks above, each series once.
    #[test]
    fn generated_bodies_are_read_the_same(
        lines in proptest::collection::btree_map(
            ("[a-zA-Z_][a-zA-Z0-9_]{0,6}", proptest::collection::btree_map("[a-zA-Z_][a-zA-Z0-9_]{0,4}", "[^\",=}\\\\\\p{C}]{1,6}", 0..4)),
            (proptest::num::f64::ANY, proptest::option::of(0_i64..4_102_444_800_000), "[ \t]{1,2}"),
            0..30,
        )
    ) {
        let mut body = String::new();
        for ((name, labels), (value, timestamp, blank)) in lines {
            let labels: Vec<_> = labels.into_iter().filter(|(n, _)| n != "__name__").collect();
            let key = SeriesKey::new(name, labels);
            body += &format!("{key}{blank}{value}");
            body += &timestamp.map(|t| format!("{blank}{t}")).unwrap_or_default();
            body += "\n";
        }
        proptest::prop_assert_eq!(ours(&body), theirs(&body));
    }
}
