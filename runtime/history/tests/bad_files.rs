//! Files that are no recordings, broken ones, and ones that mean harm.

use std::io::Write as _;

use nvp_formats::{DropReason, RecordingFormat};
use nvp_history::{Options, Recording, RecordingError};

fn open(bytes: &[u8]) -> Result<Recording, RecordingError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    Recording::open(file.path(), Options::default(), &mut |_, _| {})
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// An error's text and help, with the file's name taken out.
fn error(opened: Result<Recording, RecordingError>) -> String {
    let error = opened.unwrap_err();
    let path = error.path().display().to_string();
    format!("{error}; {}", error.help()).replace(&path, "FILE")
}

#[test]
fn what_is_no_recording_is_refused_with_its_reason() {
    assert!(
        error(open(b""))
            .starts_with("the recording `FILE` is empty; record something first: OpenMetrics text")
    );
    assert!(error(open(b" \n\n")).starts_with("the recording `FILE` is empty"));
    assert!(error(open(&gzip(b""))).starts_with("the recording `FILE` is empty"));
    let prose = error(open(b"Dear all,\nplease find attached\n"));
    assert!(prose.starts_with("`FILE` is not a recording: none of its first lines is a sample; "), "{prose}");
    assert!(prose.ends_with("this begins with `Dear all,`"), "{prose}");
    let only_comments = error(open(b"# TYPE a gauge\n# EOF\n"));
    assert_eq!(
        only_comments,
        "the recording `FILE` has no usable sample in its 2 lines; it has comments only: record samples with their timestamps"
    );
    assert_eq!(
        error(open(b"up 1\nup 2\n")),
        "the recording `FILE` has no usable sample in its 2 lines; 2 samples without a timestamp, first in line 1: `up 1`"
    );
    let folder = Recording::open(&std::env::temp_dir(), Options::default(), &mut |_, _| {});
    assert!(error(folder).starts_with("cannot open the recording `FILE`: it is a folder; name a file: "));
    let missing = Recording::open("/nowhere/at/all".as_ref(), Options::default(), &mut |_, _| {});
    assert!(error(missing).ends_with("look whether the path is right and the file may be read"));
}

#[test]
fn the_order_of_samples_does_not_matter_and_repeats_are_counted() {
    let recording = open(b"a 3 30\nb 1 10\na 1 10\na 2 20\na 9 10\nb 2 5\n").unwrap();
    let of = |id| recording.samples_of(id).collect::<Vec<_>>();
    assert_eq!(of(0), [(10_000, 1.0), (20_000, 2.0), (30_000, 3.0)]);
    assert_eq!(of(1), [(5_000, 2.0), (10_000, 1.0)]);
    assert_eq!(recording.dropped().get(DropReason::Duplicate), 1);
    assert_eq!(recording.dropped().example(DropReason::Duplicate).unwrap().text, "a at 10000 ms");
}

#[test]
fn what_is_cut_keeps_its_beginning() {
    let text: String =
        (0..10_000).map(|i| format!("m{{i=\"{}\"}} {i} {}\n", i % 10, 1_661_140_279 + i)).collect();
    let cut = open(&text.as_bytes()[..text.len() - 4]).unwrap();
    assert_eq!((cut.samples(), cut.dropped().get(DropReason::Cut)), (9_999, 1));

    let packed = gzip(text.as_bytes());
    let cut = open(&packed[..packed.len() / 2]).unwrap();
    assert!((1_000..9_000).contains(&cut.samples()), "{} samples", cut.samples());
    assert!(cut.dropped().get(DropReason::Cut) >= 1);

    let packed = zstd::encode_all(text.as_bytes(), 3).unwrap();
    let cut = open(&packed[..packed.len() - 10]).unwrap();
    assert!(cut.samples() < 10_000 && cut.dropped().get(DropReason::Cut) >= 1);

    let joined = [gzip(&text.as_bytes()[..5_000]), gzip(&text.as_bytes()[5_000..])].concat();
    assert_eq!(open(&joined).unwrap().samples(), 10_000);
}

#[test]
fn a_damaged_packing_is_an_error_with_its_place() {
    let text: String = (0..100_000)
        .map(|i| format!("m{{i=\"{}\"}} {} {}\n", i % 10, i * 7919 % 1_000, 1_661_140_279 + i))
        .collect();
    let mut packed = gzip(text.as_bytes());
    let middle = packed.len() / 2;
    packed[middle..middle + 200].fill(0xff);
    let damaged = error(open(&packed));
    assert!(damaged.starts_with("cannot read the recording `FILE` past line "), "{damaged}");
    assert!(
        damaged.ends_with("the file seems to be damaged: copy it again, or unpack what can be saved of it"),
        "{damaged}"
    );
}

#[test]
fn a_file_that_unpacks_to_a_gibibyte_takes_no_memory() {
    let mut packed = flate2::write::GzEncoder::new(b"".to_vec(), flate2::Compression::fast());
    packed.write_all(b"up 1 1661140279\nup{a=\"").unwrap();
    for _ in 0..1_024 {
        packed.write_all(&[b'x'; 1 << 20]).unwrap();
    }
    packed.write_all(b"\"} 1 1661140279\nup 2 1661140339\n").unwrap();
    let recording = open(&packed.finish().unwrap()).unwrap();
    assert_eq!((recording.samples(), recording.dropped().get(DropReason::LineTooLong)), (2, 1));
    assert!(recording.memory_bytes() < 1 << 20);
}

#[test]
fn limits_are_counted() {
    let text: String =
        (0..100).map(|i| format!("m{{i=\"{}\"}} {i} {}\n", i % 10, 1_661_140_279 + i)).collect();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let options = Options { series_max: 5, samples_max: 30, ..Options::default() };
    let recording = Recording::open(file.path(), options, &mut |_, _| {}).unwrap();
    assert_eq!((recording.samples(), recording.table().len()), (30, 5));
    assert_eq!(recording.dropped().get(DropReason::SeriesLimit), 50);
    assert_eq!(recording.dropped().get(DropReason::SampleLimit), 20);
}

#[test]
fn nothing_in_a_file_makes_it_panic() {
    let seed = b"# TYPE a gauge\na{b=\"c\"} 1 1661140279\n{\"metric\":{\"__name__\":\"a\"},\"values\":[1],\"timestamps\":[1]}\n";
    let packed = [seed.to_vec(), gzip(seed), zstd::encode_all(&seed[..], 3).unwrap()];
    for bytes in packed {
        for place in 0..bytes.len() {
            for change in [0x00, 0xff, bytes[place] ^ 0x10] {
                let mut changed = bytes.clone();
                changed[place] = change;
                if let Ok(recording) = open(&changed) {
                    assert!(recording.samples() > 0);
                    assert!(matches!(
                        recording.format(),
                        RecordingFormat::OpenMetrics | RecordingFormat::JsonLines
                    ));
                }
            }
        }
    }
}
