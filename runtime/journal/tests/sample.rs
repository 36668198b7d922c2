//! A night: an incident, its calls, a playbook's run, a silence, as a journal gets them.

use std::path::{Path, PathBuf};

use nvp_journal::words::{ActionEnd, Severity};
use nvp_journal::{
    ActionEvent, Batch, Call, Change, Delivery, IncidentEvent, Journal, Notification, Options, Outcome,
    Position, ProcessEvent, Reason, Silence, WriteIntent,
};
use serde_json::json;

/// 2026-11-23 00:00 UTC.
pub const MIDNIGHT_MS: i64 = 1_795_392_000_000;

/// A journal in a folder of its own.
pub struct Place {
    _folder: tempfile::TempDir,
    pub path: PathBuf,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal.sqlite");
        Self { _folder: folder, path }
    }

    pub fn open(&self) -> Journal {
        Journal::open(&self.path, Options::default()).expect("it opens")
    }

    pub fn beside(&self, ending: &str) -> PathBuf {
        beside(&self.path, ending)
    }
}

pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(ending);
    name.into()
}

/// A notification of an incident.
pub fn notification(number: u64, incident: u64) -> Notification {
    Notification {
        number,
        key: format!("{incident}/standard/N1/1/sms/anna/{number}"),
        made_ms: MIDNIGHT_MS + 2_000,
        incident: Some(incident),
        reason: Reason::Page { ladder: "standard".into(), rung: "N1".into(), attempt: 1 },
        channel: "sms".into(),
        team: Some("operations".into()),
        person: Some("anna".into()),
        severity: Severity::Critical,
        priority: 1,
        title: "gateway p95 in eu is 612 ms".into(),
        lines: vec!["api_gateway, probably because of database".into(), "since 00:00".into()],
        labels: vec![("region".into(), "eu".into())],
        runbook: Some("https://example.org/runbooks/gateway".into()),
        alerts: 3,
        since_ms: MIDNIGHT_MS,
        acknowledgements: 0,
    }
}

pub fn opened(incident: u64) -> Change {
    Change::Incident {
        incident,
        at_ms: MIDNIGHT_MS,
        event: IncidentEvent::Opened {
            title: format!("gateway is slow ({incident})"),
            services: vec!["api_gateway".into(), "database".into()],
            owner: Some("operations".into()),
        },
    }
}

pub fn incident(at_s: i64, event: IncidentEvent) -> Change {
    Change::Incident { incident: 1, at_ms: MIDNIGHT_MS + at_s * 1_000, event }
}

pub fn action(at_s: i64, event: ActionEvent) -> Change {
    Change::Action { action: 1, at_ms: MIDNIGHT_MS + at_s * 1_000, event }
}

fn named(name: &str, value: serde_json::Value) -> (String, serde_json::Value) {
    (name.to_owned(), value)
}

fn call(number: u64, is_undo: bool) -> Change {
    Change::Call(Call {
        number,
        action: 1,
        intended_ms: MIDNIGHT_MS + 9_000,
        provider: "pgbouncer".into(),
        operation: "set_pool_size".into(),
        arguments: vec![named("db", json!("eu")), named("to", json!(150))],
        write: Some(WriteIntent {
            step: "grow_pool".into(),
            is_undo,
            attempt: 1,
            key: format!("1/grow_pool/0/{is_undo}"),
            fences: vec![("pgbouncer/eu".into(), 7)],
        }),
        timeout_ms: 30_000,
    })
}

/// What the run does, in order.
fn run() -> Vec<Change> {
    let intent = |call, is_undo| ActionEvent::Intent {
        call,
        step: "grow_pool".into(),
        is_undo,
        write: "pgbouncer.set_pool_size(eu, to: 150)".into(),
        attempt: 1,
        key: format!("1/grow_pool/0/{is_undo}"),
    };
    vec![
        action(
            4,
            ActionEvent::Planned {
                playbook: "relieve_connection_pool".into(),
                arguments: vec![named("region", json!("eu"))],
                incident: Some(1),
                source_hash: "9f".repeat(32),
                requested: None,
            },
        ),
        incident(4, IncidentEvent::Remedy { action: 1, playbook: "relieve_connection_pool".into() }),
        action(4, ActionEvent::Found { name: "pool_saturated".into(), value: json!(true) }),
        action(
            4,
            ActionEvent::Looked {
                clause: "require".into(),
                condition: "pool_saturated and cpu_normal".into(),
                is: Some(true),
                values: vec![named("avg(cpu)", json!(0.41)), named("errors", json!(null))],
            },
        ),
        action(5, ActionEvent::Proposed { until_ms: MIDNIGHT_MS + 1_800_000 }),
        action(8, ActionEvent::Approved { by: "boris".into(), why: None }),
        action(8, ActionEvent::Locked { locks: vec![("pgbouncer/eu".into(), 7)] }),
        action(8, ActionEvent::Started),
        action(
            8,
            ActionEvent::Snapshot {
                step: "grow_pool".into(),
                item: 0,
                values: vec![named("pgbouncer.pool_size(eu)", json!(100))],
            },
        ),
        action(9, intent(1, false)),
        call(1, false),
        action(10, ActionEvent::Ended { call: 1, outcome: Outcome::Done }),
        action(10, ActionEvent::StepAnswered { step: "grow_pool".into() }),
        action(10, ActionEvent::StepDone { step: "grow_pool".into() }),
        action(11, ActionEvent::RollingBack { why: "verify was false".into() }),
        action(11, intent(2, true)),
        call(2, true),
        action(
            12,
            ActionEvent::Ended { call: 2, outcome: Outcome::Unknown { why: "no answer in 30s".into() } },
        ),
        action(
            13,
            ActionEvent::Drift {
                step: "grow_pool".into(),
                values: vec![("pgbouncer.pool_size(eu)".into(), json!(150), json!(180))],
            },
        ),
        action(13, ActionEvent::UndoFailed { step: "grow_pool".into(), why: "drift".into() }),
        action(
            14,
            ActionEvent::End { end: ActionEnd::RollbackFailed, why: Some("somebody else changed it".into()) },
        ),
    ]
}

/// All of it, in order.
pub fn night() -> Vec<Change> {
    let silence = Silence {
        key: "cli-1".into(),
        alert: Some("gateway_slow".into()),
        service: None,
        labels: vec![("region".into(), "eu".into())],
        from_ms: MIDNIGHT_MS,
        to_ms: MIDNIGHT_MS + 3_600_000,
        why: "known, being replaced".into(),
    };
    let delivered = |at_s: i64, delivery| Change::Delivery {
        notification: 1,
        at_ms: MIDNIGHT_MS + at_s * 1_000,
        delivery,
    };
    let mut night = vec![
        Change::Process { at_ms: MIDNIGHT_MS, event: ProcessEvent::Started },
        Change::Roster {
            at_ms: MIDNIGHT_MS,
            roster: json!({"teams": {"operations": {"members": ["anna"]}}}),
        },
        opened(1),
        incident(
            0,
            IncidentEvent::Alert {
                alert: "gateway_slow".into(),
                labels: vec![("region".into(), "eu".into())],
                service: Some("payments".into()),
                level: Some("red".into()),
                says: "gateway p95 in eu is 612 ms".into(),
            },
        ),
        incident(1, IncidentEvent::Cause { service: "database".into() }),
        incident(1, IncidentEvent::Priority { priority: 1, severity: Severity::Critical }),
        incident(2, IncidentEvent::Rung { ladder: "standard".into(), rung: "N1".into(), attempt: 1 }),
        Change::Notify(notification(1, 1)),
        incident(2, IncidentEvent::Notified { notification: 1 }),
        Change::Notify(Notification { channel: "email".into(), ..notification(2, 1) }),
        delivered(3, Delivery::Accepted),
        delivered(5, Delivery::Delivered),
    ];
    night.extend(run());
    night.extend([
        incident(20, IncidentEvent::Acknowledged { by: "anna".into(), until_ms: MIDNIGHT_MS + 1_820_000 }),
        Change::Silenced { silence: 1, at_ms: MIDNIGHT_MS + 30_000, by: "anna".into(), what: silence },
        incident(1_820, IncidentEvent::AcknowledgementEnded),
        incident(1_900, IncidentEvent::Resolved { by: None }),
        incident(2_000, IncidentEvent::Reopened),
        Change::Unsilenced { silence: 1, at_ms: MIDNIGHT_MS + 2_100_000, by: "anna".into() },
        incident(2_200, IncidentEvent::Resolved { by: Some("anna".into()) }),
    ]);
    night
}

/// Numbers changes as the effects of inputs, so many of each.
pub fn numbered(changes: Vec<Change>, of_each: usize) -> Vec<(Position, Change)> {
    let at =
        |place: usize| Position { input: 10 + (place / of_each) as u64, ordinal: (place % of_each) as u32 };
    changes.into_iter().enumerate().map(|(place, change)| (at(place), change)).collect()
}

/// One change that follows from no input.
pub fn alone(change: Change) -> Batch {
    let mut batch = Batch::new();
    batch.push(change);
    batch
}

/// A journal with the night in it.
pub fn written(place: &Place) -> Journal {
    let journal = place.open();
    let batch: Batch = numbered(night(), 4).into_iter().collect();
    let ticket = journal.write(batch).expect("it is taken");
    ticket.durable().expect("it is durable");
    journal
}
