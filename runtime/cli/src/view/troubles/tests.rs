use std::time::{Duration, Instant};

use nvp_act::Results;
use nvp_drive::live::status::{DestinationStatus, SourceStatus, Status};

use super::Troubles;

fn source(name: &str, up: bool, why: &str, late: u64) -> SourceStatus {
    SourceStatus {
        name: name.into(),
        up: Some(up),
        why: why.into(),
        dropped: vec![("late", late), ("not_a_number", 7)],
        ..SourceStatus::default()
    }
}

#[test]
fn the_worst_is_said_first() {
    let destination = DestinationStatus {
        name: "http://hook".into(),
        waiting: 3,
        results: Results { failing: true, dropped: 2, expired: 1, ..Results::default() },
    };
    let status = Status {
        sources: vec![
            source("host", true, "filesystem: `/mnt` hangs", 0),
            source("http://a", false, "it hangs", 0),
        ],
        destinations: vec![destination],
        conflicts: 1,
        ..Status::default()
    };
    let troubles = Troubles::default().of(&status, Instant::now());
    assert_eq!(
        troubles,
        [
            "http://a gives nothing: it hangs",
            "http://hook does not take decisions: 3 decisions waiting, 3 lost",
            "host does not give all: filesystem: `/mnt` hangs",
            "1 row missing: several series have the same labels",
        ]
    );
}

#[test]
fn what_is_left_out_is_said_for_a_minute_each_time_it_grows() {
    let mut troubles = Troubles::default();
    let status = |late| Status { sources: vec![source("host", true, "", late)], ..Status::default() };
    let start = Instant::now();
    let mut at = |late, seconds| troubles.of(&status(late), start + Duration::from_secs(seconds));
    assert!(at(0, 0).is_empty());
    assert_eq!(at(1_200, 1), ["left out of host: 1,200 late"]);
    assert_eq!(at(1_200, 60).len(), 1);
    assert!(at(1_200, 61).is_empty());
    assert_eq!(at(1_201, 62).len(), 1);
}

#[test]
fn what_is_left_out_is_said_in_words_of_its_number() {
    let mut source = source("host", true, "", 0);
    source.dropped = vec![("bad_line", 384), ("bad_value", 1)];
    let status = Status { sources: vec![source], ..Status::default() };
    let said = "left out of host: 384 lines that are not of the format, 1 value that is no number";
    assert_eq!(Troubles::default().of(&status, Instant::now()), [said]);
}
