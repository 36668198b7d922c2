use std::fs::{self, OpenOptions};
use std::path::Path;

use proptest::prelude::*;

use super::{InputLog, LogError, LogOptions, snapshot};

const SMALL: LogOptions = LogOptions { segment_bytes: 100 };

fn record(number: u64) -> Vec<u8> {
    vec![b'a' + (number % 26) as u8; (number * 7 % 40) as usize]
}

fn written(folder: &Path, options: LogOptions, count: u64) {
    let (mut log, found) = InputLog::open(folder, options).unwrap();
    for number in found.next..found.next + count {
        assert_eq!(log.append(&record(number)).unwrap(), number);
        log.flush().unwrap();
    }
}

fn all(log: &InputLog, from: u64) -> Result<Vec<(u64, Vec<u8>)>, LogError> {
    let mut records = log.read_from(from)?;
    let mut found = Vec::new();
    while let Some((number, bytes)) = records.read_next()? {
        found.push((number, bytes.to_vec()));
    }
    Ok(found)
}

fn wanted(from: u64, to: u64) -> Vec<(u64, Vec<u8>)> {
    (from..to).map(|number| (number, record(number))).collect()
}

#[test]
fn what_was_flushed_is_there_again_over_segments_and_openings() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), SMALL, 20);
    written(folder.path(), SMALL, 20);
    let (log, found) = InputLog::open(folder.path(), SMALL).unwrap();
    assert_eq!((found.first, found.next, found.torn_bytes), (0, 40, 0));
    assert_eq!(all(&log, 0).unwrap(), wanted(0, 40));
    assert_eq!(all(&log, 17).unwrap(), wanted(17, 40));
    assert_eq!(all(&log, 40).unwrap(), []);
    assert!(super::segment::starts(folder.path()).unwrap().len() > 5);
}

#[test]
fn what_was_not_flushed_is_not_promised() {
    let folder = tempfile::tempdir().unwrap();
    let (mut log, _) = InputLog::open(folder.path(), SMALL).unwrap();
    log.append(b"kept").unwrap();
    log.flush().unwrap();
    log.append(b"lost").unwrap();
    drop(log);
    let (log, found) = InputLog::open(folder.path(), SMALL).unwrap();
    assert_eq!((found.next, all(&log, 0).unwrap()), (1, vec![(0, b"kept".to_vec())]));
}

#[test]
fn a_crash_at_any_byte_leaves_the_records_before_it() {
    let whole = tempfile::tempdir().unwrap();
    written(whole.path(), LogOptions::default(), 12);
    let name = super::segment::path(Path::new(""), 0);
    let bytes = fs::read(whole.path().join(&name)).unwrap();
    for length in 0..bytes.len() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(&name), &bytes[..length]).unwrap();
        let (mut log, found) = InputLog::open(folder.path(), LogOptions::default()).unwrap();
        assert_eq!(all(&log, 0).unwrap(), wanted(0, found.next), "cut at {length}");
        // It goes on where it stopped, and what is written then is whole.
        let next = log.append(&record(found.next)).unwrap();
        log.flush().unwrap();
        assert_eq!(all(&log, 0).unwrap(), wanted(0, next + 1), "cut at {length}");
    }
}

proptest! {
    // Each case waits for the disk some fifty times.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_broken_byte_is_never_read_as_a_record(at in 0_usize..4_000, bit in 0_u8..8) {
        let folder = tempfile::tempdir().unwrap();
        written(folder.path(), SMALL, 30);
        let starts = super::segment::starts(folder.path()).unwrap();
        let path = super::segment::path(folder.path(), starts[at % starts.len()]);
        let mut bytes = fs::read(&path).unwrap();
        let place = at % bytes.len();
        bytes[place] ^= 1 << bit;
        fs::write(&path, &bytes).unwrap();
        match InputLog::open(folder.path(), SMALL) {
            // The last frames cannot be told from torn ones; what is left is what was written.
            Ok((log, found)) => prop_assert_eq!(all(&log, 0).unwrap(), wanted(0, found.next)),
            Err(error) => prop_assert!(matches!(error, LogError::Broken { .. }), "{}", error),
        }
    }
}

#[test]
fn a_missing_segment_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), SMALL, 30);
    let starts = super::segment::starts(folder.path()).unwrap();
    fs::remove_file(super::segment::path(folder.path(), starts[2])).unwrap();
    let error = InputLog::open(folder.path(), SMALL).unwrap_err();
    assert!(error.to_string().contains("records before it are missing"), "{error}");
}

#[test]
fn one_writes_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let (log, _) = InputLog::open(folder.path(), SMALL).unwrap();
    let error = InputLog::open(folder.path(), SMALL).unwrap_err();
    assert_eq!(error, LogError::Locked { folder: folder.path().to_owned() });
    drop(log);
    InputLog::open(folder.path(), SMALL).unwrap();
}

#[test]
fn after_a_disk_that_is_full_nothing_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let (mut log, _) = InputLog::open(folder.path(), SMALL).unwrap();
    log.segment.write_to(OpenOptions::new().write(true).open("/dev/full").unwrap());
    log.append(b"one").unwrap();
    let error = log.flush().unwrap_err();
    assert!(error.to_string().contains("No space left"), "{error}");
    let stopped = log.append(b"two").unwrap_err();
    assert!(stopped.to_string().starts_with("nothing is written since this failed"), "{stopped}");
    assert_eq!(log.flush().unwrap_err(), stopped);
}

#[test]
fn what_no_snapshot_needs_goes() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), SMALL, 30);
    for next in [9, 19, 29] {
        snapshot::write(folder.path(), next, format!("state {next}").as_bytes()).unwrap();
    }
    let (mut log, _) = InputLog::open(folder.path(), SMALL).unwrap();
    let keep = snapshot::write(folder.path(), 30, b"state 30").unwrap();
    assert_eq!(keep, 29, "the one before the last is kept too");
    assert!(log.remove_before(keep).unwrap() > 3);
    assert_eq!(all(&log, keep).unwrap(), wanted(keep, 30));
    assert!(matches!(log.read_from(0), Err(LogError::Gone { wanted: 0, .. })));
    written_after(&mut log);
}

fn written_after(log: &mut InputLog) {
    assert_eq!(log.append(&record(30)).unwrap(), 30);
    log.flush().unwrap();
    assert_eq!(all(log, 30).unwrap(), wanted(30, 31));
}

#[test]
fn a_broken_snapshot_is_passed_over_and_told() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(snapshot::read(folder.path()).unwrap(), None);
    snapshot::write(folder.path(), 7, b"seven").unwrap();
    snapshot::write(folder.path(), 8, b"eight").unwrap();
    assert_eq!(snapshot::read(folder.path()).unwrap().unwrap().state, b"eight");
    let path = folder.path().join(format!("{:020}.snapshot", 8));
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, bytes).unwrap();
    let read = snapshot::read(folder.path()).unwrap().unwrap();
    assert_eq!((read.next, read.state.as_slice()), (7, b"seven".as_slice()));
    assert!(read.passed_over[0].to_string().contains("the checksum does not match"));
    fs::remove_file(folder.path().join(format!("{:020}.snapshot", 7))).unwrap();
    assert!(snapshot::read(folder.path()).is_err(), "what is there is not silently begun anew");
}
