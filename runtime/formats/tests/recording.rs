//! Recordings: each case of `tests/recordings` is a file in one of the formats; and what is written is read back.

use nvp_formats::{
    Batch, Dropped, Limits, RecordingFormat, RecordingParser, SeriesKey, SeriesTable, WireKind, sniff, write,
};
use proptest::prelude::*;

use crate::corpus;

const FORMATS: [RecordingFormat; 3] =
    [RecordingFormat::OpenMetrics, RecordingFormat::TsdbDump, RecordingFormat::JsonLines];

/// What comes out of a recording cut into chunks of `chunk_bytes`.
fn read(
    format: RecordingFormat,
    limits: Limits,
    bytes: &[u8],
    chunk_bytes: usize,
) -> (SeriesTable, Batch, Dropped) {
    let (mut table, mut batch, mut dropped) = (SeriesTable::with_limit(12), Batch::default(), Dropped::new());
    let mut parser = RecordingParser::new(format, limits);
    for chunk in bytes.chunks(chunk_bytes) {
        parser.feed(chunk, &mut table, &mut batch, &mut dropped);
    }
    parser.finish(&mut table, &mut batch, &mut dropped);
    (table, batch, dropped)
}

#[test]
fn the_corpus_is_read_as_it_says_however_it_is_cut() {
    for path in corpus::cases("recordings") {
        let limits =
            Limits { line_bytes_max: 160, json_line_bytes_max: 170, labels_max: 3, ..Limits::default() };
        corpus::check(&path, |blocks| {
            let [block] = blocks else { panic!("{}: one block, please", path.display()) };
            let bytes = corpus::bytes(&block.text);
            let format = sniff(&bytes);
            let found = format.map_or("no recording", RecordingFormat::name);
            assert_eq!(found, block.word, "{}: is taken for another format", path.display());
            let Some(format) = format else { return String::new() };
            let (table, batch, dropped) = read(format, limits, &bytes, usize::MAX);
            let whole = corpus::shown(&table, &batch, &dropped);
            for chunk_bytes in 1..40 {
                let (table, batch, dropped) = read(format, limits, &bytes, chunk_bytes);
                let cut = corpus::shown(&table, &batch, &dropped);
                assert_eq!(cut, whole, "{}: in chunks of {chunk_bytes} bytes", path.display());
            }
            whole
        });
    }
}

prop_compose! {
    fn any_series()(
        name in "[a-zA-Z_:][a-zA-Z0-9_:]{0,6}",
        labels in prop::collection::btree_map("[a-zA-Z_.][a-zA-Z0-9_.é]{0,4}", ".{1,6}", 0..4),
        samples in prop::collection::vec((-4_102_444_800_000_i64..4_102_444_800_000, prop::num::f64::ANY), 1..12),
    ) -> (SeriesKey, Vec<(i64, f64)>) {
        let labels = labels.into_iter().filter(|(n, _)| n != "__name__");
        (SeriesKey::new(name, labels), samples)
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(all in prop::collection::vec(any_series(), 1..6), kind in 0_usize..7, chunk_bytes in 1_usize..200) {
        let kinds = [
            WireKind::Unknown, WireKind::Gauge, WireKind::Counter, WireKind::Histogram, WireKind::Summary,
            WireKind::Info, WireKind::StateSet,
        ];
        for format in FORMATS {
            let mut bytes = Vec::new();
            let mut wanted = Vec::new();
            for (key, samples) in &all {
                let (instants, values): (Vec<_>, Vec<_>) = samples.iter().copied().unzip();
                write::series(&mut bytes, format, key, kinds[kind], &instants, &values).unwrap();
                wanted.extend(samples.iter().map(|&(t, v)| (key.clone(), t, if v.is_nan() { f64::NAN } else { v }.to_bits())));
            }
            write::end(&mut bytes, format).unwrap();
            prop_assert_eq!(sniff(&bytes), Some(format));
            let (table, batch, dropped) = read(format, Limits::default(), &bytes, chunk_bytes);
            prop_assert_eq!(dropped.total(), 0, "{:?}", dropped);
            let got: Vec<_> = batch.iter().map(|(s, t, v)| (table.key(s).unwrap(), t, v.to_bits())).collect();
            prop_assert_eq!(got, wanted);
        }
    }
}

#[test]
fn kinds_are_written_and_read_back() {
    let all = [
        ("a_total", WireKind::Counter),
        ("b", WireKind::Gauge),
        ("c_bucket", WireKind::Histogram),
        ("d_count", WireKind::Summary),
        ("e_info", WireKind::Info),
        ("f", WireKind::StateSet),
        ("g", WireKind::Unknown),
    ];
    let mut bytes = Vec::new();
    for (name, kind) in all {
        let key = SeriesKey::new(name, []);
        write::series(&mut bytes, RecordingFormat::OpenMetrics, &key, kind, &[1_500], &[1.0]).unwrap();
    }
    let (table, _, dropped) = read(RecordingFormat::OpenMetrics, Limits::default(), &bytes, 7);
    assert_eq!(dropped, Dropped::new());
    let kinds: Vec<_> = table.ids().map(|id| (table.name(id).unwrap(), table.kind(id))).collect();
    assert_eq!(kinds, all);
}

#[test]
fn a_line_of_a_gibibyte_takes_no_memory() {
    let (mut table, mut batch, mut dropped) = (SeriesTable::default(), Batch::default(), Dropped::new());
    let mut parser = RecordingParser::new(RecordingFormat::OpenMetrics, Limits::default());
    let chunk = vec![b'x'; 1 << 20];
    for _ in 0..1_024 {
        parser.feed(&chunk, &mut table, &mut batch, &mut dropped);
    }
    parser.feed(b" 1 1\nup 1 1661140279\n", &mut table, &mut batch, &mut dropped);
    parser.finish(&mut table, &mut batch, &mut dropped);
    assert_eq!((batch.len(), dropped.total(), parser.lines()), (1, 1, 2));
}
