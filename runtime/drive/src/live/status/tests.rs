use std::time::Duration;

use super::{Durations, SourceStatus, Status};

#[test]
fn durations_fall_into_the_bucket_that_bounds_them() {
    let mut durations = Durations::default();
    for ms in [0, 1, 2, 100, 60_000] {
        durations.note(Duration::from_millis(ms));
    }
    assert_eq!(durations.buckets, [1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0]);
    assert_eq!(durations.count, 5);
    assert!((durations.sum_s - 60.103).abs() < 1e-9);
}

#[test]
fn lag_begins_with_the_first_tick_and_is_never_negative() {
    let mut status = Status::default();
    assert_eq!(status.lag_ms(5_000), None);
    status.last_tick_ms = Some(4_000);
    assert_eq!(status.lag_ms(5_500), Some(1_500));
    assert_eq!(status.lag_ms(3_000), Some(0));
}

#[test]
fn a_source_not_yet_asked_is_not_up() {
    let source = |up| SourceStatus { up, ..SourceStatus::default() };
    let sources = vec![source(None), source(Some(true)), source(Some(false))];
    assert_eq!(Status { sources, ..Status::default() }.sources_up(), (1, 3));
}
