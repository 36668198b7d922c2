//! The recordings in the repository's `tests/recordings`: nine times the same samples, and a wrong clock.
//!
//! `UPDATE_RECORDINGS=1 cargo test -p nvp-history` writes the other eight anew from the plain OpenMetrics text.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use nvp_formats::{Batch, DropReason, RecordingFormat, WireKind};
use nvp_history::{Options, Recording};

const CUT: &str = "online-boutique-cut";
const FORMATS: [(&str, RecordingFormat); 3] = [
    ("om", RecordingFormat::OpenMetrics),
    ("dump", RecordingFormat::TsdbDump),
    ("jsonl", RecordingFormat::JsonLines),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/recordings")
}

fn open(name: &str) -> Recording {
    Recording::open(&folder().join(name), Options::default(), &mut |_, _| {}).unwrap()
}

/// All samples of a recording, by series, with the bits of their values.
fn samples(recording: &Recording) -> Vec<(String, Vec<(i64, u64)>)> {
    let table = recording.table();
    let series = table.ids().map(|id| {
        let samples = recording.samples_of(id).map(|(instant, value)| (instant, value.to_bits()));
        (table.key(id).unwrap().to_string(), samples.collect())
    });
    let mut series: Vec<_> = series.collect();
    series.sort();
    series
}

#[test]
fn each_format_and_packing_gives_the_same_samples() {
    let plain = open(&format!("{CUT}.om"));
    let wanted = samples(&plain);
    for (extension, format) in FORMATS {
        let mut text = Vec::new();
        plain.write(format, &mut text).unwrap();
        let name = format!("{CUT}.{extension}");
        if std::env::var_os("UPDATE_RECORDINGS").is_some() {
            let path = folder().join(&name);
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            gzip.write_all(&text).unwrap();
            fs::write(path.with_extension(format!("{extension}.gz")), gzip.finish().unwrap()).unwrap();
            fs::write(path.with_extension(format!("{extension}.zst")), zstd::encode_all(&*text, 19).unwrap())
                .unwrap();
            if format != RecordingFormat::OpenMetrics {
                fs::write(path, &text).unwrap();
            }
        }
        for packing in ["", ".gz", ".zst"] {
            let recording = open(&format!("{name}{packing}"));
            assert_eq!(recording.format(), format, "{name}{packing}");
            assert_eq!(samples(&recording), wanted, "{name}{packing}");
            assert_eq!(recording.dropped().total(), 0, "{name}{packing}");
            let kinds = recording.table().ids().all(|id| recording.table().kind(id) == WireKind::Gauge);
            assert_eq!(kinds, format == RecordingFormat::OpenMetrics, "{name}{packing}");
        }
    }
}

#[test]
fn the_cut_is_what_its_readme_says() {
    let recording = open(&format!("{CUT}.om"));
    assert_eq!((recording.table().len(), recording.samples()), (43, 2_174));
    assert_eq!(recording.span_ms(), (1_661_140_279_000, 1_661_143_279_000));
    assert!(recording.memory_bytes() < 1 << 20);
    assert!(recording.outliers().is_empty());
}

#[test]
fn it_plays_in_order_whatever_the_steps() {
    let recording = open(&format!("{CUT}.om.gz"));
    let mut whole = Batch::default();
    assert_eq!(recording.in_time_order().fill_until(i64::MAX, &mut whole) as u64, recording.samples());
    assert!(whole.instants.is_sorted());
    for step_ms in [1_000, 60_000, 7_777_777] {
        let (mut cursor, mut stepped) = (recording.in_time_order(), Batch::default());
        while let Some(next_ms) = cursor.next_ms() {
            cursor.fill_until(next_ms + step_ms, &mut stepped);
        }
        let bits = |batch: &Batch| batch.iter().map(|(s, t, v)| (s, t, v.to_bits())).collect::<Vec<_>>();
        assert_eq!(bits(&stepped), bits(&whole), "in steps of {step_ms} ms");
    }
}

#[test]
fn a_clock_that_is_ahead_is_left_out_and_named() {
    let recording = open("clock-200000000s-late.om");
    let found: Vec<_> = recording.outliers().iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        ["`service=\"adservice\"` is 200000000 s ahead of the rest: 60 samples of 1 series left out"]
    );
    assert_eq!(recording.dropped().get(DropReason::ClockOutlier), 60);
    assert_eq!((recording.samples(), recording.span_ms()), (60, (1_661_140_279_000, 1_661_143_819_000)));

    let kept = Options { clock_gap_ms: None, ..Options::default() };
    let path = folder().join("clock-200000000s-late.om");
    let recording = Recording::open(&path, kept, &mut |_, _| {}).unwrap();
    assert_eq!((recording.samples(), recording.outliers().len()), (120, 0));
}

#[test]
fn progress_ends_where_the_file_ends() {
    let path = folder().join(format!("{CUT}.om"));
    let bytes = fs::metadata(&path).unwrap().len();
    let mut told = Vec::new();
    Recording::open(&path, Options::default(), &mut |read, total| told.push((read, total))).unwrap();
    assert!(told.is_sorted() && told.iter().all(|&(read, total)| read <= total && total == bytes));
    assert_eq!(told.last(), Some(&(bytes, bytes)));
}
