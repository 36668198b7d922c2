//! A status with everything in it.

use std::sync::Arc;
use std::time::Duration;

use nvp_act::Results;
use nvp_drive::live::status::{
    AnswersStatus, DestinationStatus, Durability, Durations, LaneStatus, QueueStatus, SourceStatus,
    StateStatus, Status,
};

/// A run in the middle of its work, with names that need escaping.
pub fn full() -> Arc<Status> {
    let mut evaluation = Durations::default();
    [1, 3, 40, 9_000].into_iter().for_each(|ms| evaluation.note(Duration::from_millis(ms)));
    Arc::new(Status {
        now_ms: 1_600_000_012_000,
        started_ms: 1_600_000_000_000,
        files: 3,
        alert_rules: 21,
        tick_ms: 5_000,
        ticks: 4,
        last_tick_ms: Some(1_600_000_010_000),
        closed_after_ms: 250,
        evaluation,
        series: 1_234,
        rows: 77,
        state_bytes: vec![("columns", 4_096), ("windows", 65_536)],
        decisions: 9,
        standing: vec![("pending".into(), 1), ("yellow".into(), 2), ("red".into(), 0)],
        batches: QueueStatus { waiting: 1, room: 64 },
        sources: vec![
            SourceStatus {
                name: "host".into(),
                up: Some(true),
                collected: 12,
                last_duration_s: 0.004,
                samples: 4_321,
                dropped: vec![("late", 2), ("bad_line", 1)],
                ..SourceStatus::default()
            },
            SourceStatus {
                name: "http://a:9100/\"m\\n\"\n".into(),
                up: Some(false),
                why: "it hangs".into(),
                failed: 3,
                skipped: 1,
                last_duration_s: 10.0,
                ..SourceStatus::default()
            },
        ],
        destinations: vec![DestinationStatus {
            name: "https://example.org".into(),
            waiting: 5,
            results: Results {
                offered: 9,
                delivered: 2,
                retried: 7,
                refused: 1,
                expired: 1,
                dropped: 0,
                failing: true,
            },
        }],
        state: Some(StateStatus {
            durability: Durability::Failing { why: "no space".into() },
            records: 1_234,
            snapshots: 3,
            failures: 1,
        }),
        answers: Some(AnswersStatus {
            open: Vec::new(),
            incidents: 3,
            actions: 2,
            halted: Some("no space".into()),
            entries_waiting: 5,
            calls: 1,
            channels: vec![LaneStatus {
                channel: "chat".into(),
                kind: "webhook",
                in_hand: 4,
                told: 17,
                failed: 1,
                retried: 6,
                template_failures: 2,
                is_failing: true,
            }],
        }),
        ..Status::default()
    })
}
