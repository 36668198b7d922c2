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
fn lag_is_that_of_the_last_tick_or_of_the_one_overdue() {
    let mut status = Status { tick_ms: 5_000, closed_after_ms: 30, ..Status::default() };
    assert_eq!(status.lag_ms(5_000), None);
    status.last_tick_ms = Some(10_000);
    assert_eq!(status.lag_ms(10_040), Some(30));
    assert_eq!(status.lag_ms(15_000), Some(30));
    assert_eq!(status.lag_ms(16_500), Some(1_500));
    assert_eq!(status.lag_ms(3_000), Some(30));
}

#[test]
fn a_source_not_yet_asked_is_not_up() {
    let source = |up| SourceStatus { up, ..SourceStatus::default() };
    let sources = vec![source(None), source(Some(true)), source(Some(false))];
    assert_eq!(Status { sources, ..Status::default() }.sources_up(), (1, 3));
}
