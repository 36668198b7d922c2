use nvp_journal::{Change, IncidentEvent as IncidentRow};
use nvp_respond::effect::{Effects, Event, IncidentEvent, Intent, Notification, Reason, Record};
use nvp_respond::severity::Severity;

use super::{changes, notification, restored};

fn page(number: u64) -> Notification {
    Notification {
        number,
        key: format!("key {number}"),
        incident: Some(7),
        reason: Reason::Page { ladder: "standard".into(), rung: "N1".into(), attempt: 2 },
        channel: "slack".into(),
        team: Some("database".into()),
        person: Some("anna".into()),
        severity: Severity::Critical,
        priority: 1,
        title: "the pool is full".into(),
        lines: vec!["p95 is 700 ms".into(), "since 12:00".into()],
        labels: vec![("instance".into(), "db-1".into())],
        runbook: Some("https://runbooks.example/pool".into()),
        alerts: 3,
        since_ms: 1_000,
        acknowledgements: 2,
    }
}

fn record(event: IncidentEvent) -> Record {
    Record { at_ms: 5_000, event: Event::Incident(7, event) }
}

#[test]
fn a_notification_comes_back_from_the_outbox_as_it_was() {
    assert_eq!(restored(&notification(&page(4), 5_000)), page(4));
}

#[test]
fn an_intent_stands_before_what_speaks_of_it_and_rows_of_alerts_stand_last() {
    let alert = IncidentEvent::Alert {
        alert: "pool_full".into(),
        labels: vec![].into(),
        level: Some("red".into()),
        says: "".into(),
    };
    let opened =
        IncidentEvent::Opened { title: "pool".into(), services: vec!["database".into()], owner: None };
    let effects = Effects {
        intents: vec![Intent::Notify(page(4)), Intent::Notify(page(5))],
        records: vec![record(opened), record(alert), record(IncidentEvent::Notified(5))],
    };
    let words: Vec<String> = changes(&effects, None, 6_000)
        .map(|change| match &change {
            Change::Incident { event, .. } => event.kind().to_owned(),
            Change::Notify(notification) => {
                format!("notify {} at {}", notification.number, notification.made_ms)
            }
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(words, ["opened", "notify 5 at 5000", "notified", "notify 4 at 6000", "alert"]);
    assert!(matches!(
        changes(&effects, None, 6_000).last(),
        Some(Change::Incident { event: IncidentRow::Alert { .. }, .. })
    ));
}
