//! What is written is found again: by number, in pages, by filters, as views.

use nvp_journal::reader::{ActionFilter, IncidentFilter, NotificationFilter, PAGE_ROWS_MAX, TrailFilter};
use nvp_journal::words::{
    ActionEnd, ActionState, CallOutcome, IncidentState, NotificationState, Severity, Subject,
};
use nvp_journal::{
    ActionEvent, Batch, Change, Delivery, Health, IncidentEvent, Notification, Options, Outcome, Page,
    Position, Reader,
};

use crate::sample::{MIDNIGHT_MS, Place, alone, night, notification, numbered, opened, written};

#[test]
fn an_incident_stands_as_its_events_say() {
    let place = Place::new();
    let reader = written(&place).reader().unwrap();
    let incident = reader.incident(1).unwrap().unwrap();
    assert_eq!(incident.state, IncidentState::Resolved);
    assert_eq!(incident.services, ["api_gateway", "database", "payments"]);
    assert_eq!(
        (incident.severity, incident.priority, incident.cause.as_deref()),
        (Some(Severity::Critical), Some(1), Some("database"))
    );
    assert_eq!(incident.owner.as_deref(), Some("operations"));
    assert_eq!(incident.opened_ms, MIDNIGHT_MS);
    assert_eq!(
        (incident.acknowledged_ms, incident.acknowledged_by.as_deref(), incident.acknowledged_until_ms),
        (Some(MIDNIGHT_MS + 20_000), Some("anna"), None)
    );
    assert_eq!((incident.reopened_ms, incident.times_reopened), (Some(MIDNIGHT_MS + 2_000_000), 1));
    assert_eq!(
        (incident.resolved_ms, incident.resolved_by.as_deref()),
        (Some(MIDNIGHT_MS + 2_200_000), Some("anna"))
    );
    assert_eq!(reader.incident(2).unwrap(), None);
}

#[test]
fn a_timeline_tells_every_event_again() {
    let place = Place::new();
    let reader = written(&place).reader().unwrap();
    let told = reader.timeline(1, Page { after: None, rows: PAGE_ROWS_MAX }).unwrap();
    let events: Vec<IncidentEvent> =
        told.iter().map(|entry| serde_json::from_value(entry.detail.clone()).unwrap()).collect();
    let wanted: Vec<IncidentEvent> = night()
        .into_iter()
        .filter_map(|change| match change {
            Change::Incident { event, .. } => Some(event),
            _ => None,
        })
        .collect();
    assert_eq!(events, wanted);
    for (entry, event) in told.iter().zip(&wanted) {
        assert_eq!(entry.kind, event.kind());
        assert_eq!(entry.detail["kind"], event.kind(), "the word in the detail is the one in the column");
        assert_eq!(entry.actor.as_deref(), event.actor());
        assert_eq!(entry.text, event.text());
    }
    let positions: Vec<Position> = told.iter().filter_map(|entry| entry.position).collect();
    assert!(positions.is_sorted() && positions.len() == told.len());
}

#[test]
fn a_run_is_shown_with_its_whole_journal() {
    let place = Place::new();
    let reader = written(&place).reader().unwrap();
    let action = reader.action(1).unwrap().unwrap();
    assert_eq!((action.state, action.end), (ActionState::Ended, Some(ActionEnd::RollbackFailed)));
    assert_eq!(action.playbook, "relieve_connection_pool");
    assert_eq!(action.rolling_back_why.as_deref(), Some("verify was false"));
    let journal = reader.action_journal(1, Page::default()).unwrap();
    let mut events = Vec::new();
    for entry in journal.iter().filter(|entry| entry.kind != "call") {
        let event: ActionEvent = serde_json::from_value(entry.detail.clone()).unwrap();
        assert_eq!(entry.kind, event.kind());
        assert_eq!(entry.detail["kind"], event.kind());
        events.push(event);
    }
    let wanted: Vec<ActionEvent> = night()
        .into_iter()
        .filter_map(|change| match change {
            Change::Action { event, .. } => Some(event),
            _ => None,
        })
        .collect();
    assert_eq!(events, wanted);
    let calls = reader.calls(1, Page::default()).unwrap();
    let outcomes: Vec<_> = calls.iter().map(|call| (call.call.number, call.outcome)).collect();
    assert_eq!(outcomes, [(1, Some(CallOutcome::Done)), (2, Some(CallOutcome::Unknown))]);
    let wanted: Vec<_> = night()
        .into_iter()
        .filter_map(|change| match change {
            Change::Call(call) => Some(call),
            _ => None,
        })
        .collect();
    assert_eq!(calls.iter().map(|call| call.call.clone()).collect::<Vec<_>>(), wanted);
    assert_eq!(reader.approvals(1).unwrap()[0].approved_by, "boris");
    assert_eq!(reader.calls_not_ended(Page::default()).unwrap(), []);
}

#[test]
fn a_call_without_an_end_is_found_after_a_restart() {
    let place = Place::new();
    let until_the_call: Vec<Change> = night()
        .into_iter()
        .take_while(|change| {
            !matches!(change, Change::Action { event: ActionEvent::Ended { call: 2, .. }, .. })
        })
        .collect();
    let journal = place.open();
    journal.write(numbered(until_the_call, 3).into_iter().collect()).unwrap().durable().unwrap();
    drop(journal);
    let journal = place.open();
    let reader = journal.reader().unwrap();
    let open = reader.calls_not_ended(Page::default()).unwrap();
    assert_eq!(open.iter().map(|call| call.call.number).collect::<Vec<_>>(), [2]);
    let read = nvp_journal::Call { number: 3, write: None, ..open[0].call.clone() };
    journal.write(alone(Change::Call(read))).unwrap().durable().unwrap();
    assert_eq!(reader.writes_not_ended(Page::default()).unwrap(), open, "a read is none");
    let unended = ActionFilter { is_unended: true, ..ActionFilter::default() };
    assert_eq!(reader.actions(&unended, Page::default()).unwrap()[0].state, ActionState::RollingBack);
    // An end that comes twice does not change what was noted first.
    let ended = |outcome| Change::Action {
        action: 1,
        at_ms: MIDNIGHT_MS + 99_000,
        event: ActionEvent::Ended { call: 2, outcome },
    };
    journal.write(alone(ended(Outcome::Done))).unwrap().durable().unwrap();
    journal.write(alone(ended(Outcome::Failed { why: "late".into() }))).unwrap().durable().unwrap();
    assert_eq!(reader.calls(1, Page::default()).unwrap()[1].outcome, Some(CallOutcome::Done));
}

#[test]
fn steps_of_a_delivery_are_kept_apart() {
    let place = Place::new();
    let journal = written(&place);
    let reader = journal.reader().unwrap();
    let row = reader.notification(1).unwrap().unwrap();
    assert_eq!(row.notification, notification(1, 1));
    assert_eq!(row.state, NotificationState::Acknowledged);
    assert_eq!(
        [row.accepted_ms, row.sent_ms, row.delivered_ms, row.seen_ms, row.acknowledged_ms, row.failed_ms],
        [Some(MIDNIGHT_MS + 3_000), None, Some(MIDNIGHT_MS + 5_000), None, Some(MIDNIGHT_MS + 20_000), None]
    );
    // The e-mail was never sent: an acknowledgement does not make it one that was.
    let mail = reader.notification(2).unwrap().unwrap();
    assert_eq!((mail.state, mail.acknowledged_ms), (NotificationState::Waiting, None));
    let step = |delivery, at_s: i64| {
        let at_ms = MIDNIGHT_MS + at_s * 1_000;
        journal
            .write(alone(Change::Delivery { notification: 2, at_ms, delivery }))
            .unwrap()
            .durable()
            .unwrap();
        reader.notification(2).unwrap().unwrap().state
    };
    // Late, twice and out of order: the gravest news stands, the first instant counts.
    assert_eq!(step(Delivery::Sent, 50), NotificationState::Sent);
    assert_eq!(step(Delivery::Accepted, 51), NotificationState::Sent);
    assert_eq!(step(Delivery::Failed { why: "bounced".into() }, 52), NotificationState::Failed);
    assert_eq!(step(Delivery::Delivered, 53), NotificationState::Delivered);
    assert_eq!(step(Delivery::Sent, 54), NotificationState::Delivered);
    assert_eq!(step(Delivery::Seen, 55), NotificationState::Seen);
    let row = reader.notification(2).unwrap().unwrap();
    assert_eq!((row.sent_ms, row.failed_why.as_deref()), (Some(MIDNIGHT_MS + 50_000), Some("bounced")));
}

#[test]
fn lists_come_in_pages_that_miss_and_repeat_nothing() {
    let place = Place::new();
    let journal = place.open();
    let many: Batch = numbered((1..=250).map(opened).collect(), 50).into_iter().collect();
    journal.write(many).unwrap().durable().unwrap();
    let resolved = |incident| Change::Incident {
        incident,
        at_ms: MIDNIGHT_MS,
        event: IncidentEvent::Resolved { by: None },
    };
    for number in (1..=250).step_by(5) {
        journal.write(alone(resolved(number))).unwrap().durable().unwrap();
    }
    let reader = journal.reader().unwrap();
    let filter = IncidentFilter { is_unresolved: true, ..IncidentFilter::default() };
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = reader.incidents(&filter, Page { after, rows: 7 }).unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.number);
        seen.extend(page.iter().map(|incident| incident.number));
        // What is opened meanwhile is newer than all that is still to come.
        if seen.len() == 14 {
            journal.write(alone(opened(251))).unwrap().durable().unwrap();
        }
    }
    let wanted: Vec<u64> = (1..=250).rev().filter(|number| number % 5 != 1).collect();
    assert_eq!(seen, wanted);
}

#[test]
fn filters_hold() {
    let place = Place::new();
    let reader = written(&place).reader().unwrap();
    let incidents = |filter: IncidentFilter| reader.incidents(&filter, Page::default()).unwrap().len();
    let none = IncidentFilter::default;
    assert_eq!(incidents(none()), 1);
    assert_eq!(incidents(IncidentFilter { service: Some("payments".into()), ..none() }), 1);
    assert_eq!(incidents(IncidentFilter { service: Some("pay".into()), ..none() }), 0);
    assert_eq!(incidents(IncidentFilter { is_unresolved: true, ..none() }), 0);
    assert_eq!(
        incidents(IncidentFilter {
            state: Some(IncidentState::Resolved),
            owner: Some("operations".into()),
            ..none()
        }),
        1
    );
    assert_eq!(incidents(IncidentFilter { severity: Some(Severity::Minor), ..none() }), 0);
    assert_eq!(incidents(IncidentFilter { opened_from_ms: Some(MIDNIGHT_MS), ..none() }), 1);
    assert_eq!(incidents(IncidentFilter { opened_before_ms: Some(MIDNIGHT_MS), ..none() }), 0);
    let mails = NotificationFilter { channel: Some("email".into()), ..NotificationFilter::default() };
    assert_eq!(reader.notifications(&mails, Page::default()).unwrap()[0].notification.number, 2);
    let ends = ActionFilter { end: Some(ActionEnd::Succeeded), ..ActionFilter::default() };
    assert_eq!(reader.actions(&ends, Page::default()).unwrap(), []);
    let by_anna = TrailFilter { actor: Some("anna".into()), ..TrailFilter::default() };
    let deeds: Vec<String> =
        reader.trail(&by_anna, Page::default()).unwrap().into_iter().map(|entry| entry.kind).collect();
    assert_eq!(deeds, ["acknowledged", "silenced", "unsilenced", "resolved"]);
    let rosters = TrailFilter { subject: Some(Subject::Roster), ..TrailFilter::default() };
    assert_eq!(reader.trail(&rosters, Page::default()).unwrap().len(), 1);
    let silent = |at_ms| reader.silences(at_ms, Page::default()).unwrap().len();
    assert_eq!((silent(None), silent(Some(MIDNIGHT_MS + 60_000)), silent(Some(MIDNIGHT_MS - 1))), (1, 1, 0));
    assert_eq!(silent(Some(MIDNIGHT_MS + 2_100_000)), 0, "it was ended before its time");
}

#[test]
fn what_is_older_than_the_journal_is_still_told() {
    let place = Place::new();
    let journal = place.open();
    let resolved = Change::Incident { incident: 7, at_ms: 5, event: IncidentEvent::Resolved { by: None } };
    let ended = Change::Action { action: 9, at_ms: 5, event: ActionEvent::StepDone { step: "a".into() } };
    for change in [resolved, ended, Change::Notify(notification(3, 8))] {
        journal.write(alone(change)).unwrap().durable().unwrap();
    }
    let reader = journal.reader().unwrap();
    assert_eq!(reader.incident(7).unwrap().unwrap().state, IncidentState::Resolved);
    assert_eq!(reader.action(9).unwrap().unwrap().state, ActionState::Planned);
    assert_eq!(reader.outbox(Page::default()).unwrap()[0].notification.incident, Some(8));
}

#[test]
fn a_batch_that_cannot_be_stored_harms_no_other() {
    let place = Place::new();
    let journal = place.open();
    let other = Notification { key: "another".into(), ..notification(1, 1) };
    let mut bad = Batch::new();
    bad.push(opened(5));
    bad.push(Change::Notify(notification(1, 1)));
    bad.push(Change::Notify(other));
    let before = journal.write(alone(opened(4))).unwrap();
    let refused = journal.write(bad).unwrap();
    let after = journal.write(alone(opened(6))).unwrap();
    assert!(before.durable().is_ok());
    let told = refused.durable().unwrap_err().to_string();
    assert_eq!(told, "a change cannot be stored: notification 1 is another one already");
    assert_eq!(after.durable().unwrap().written, 1);
    let reader = journal.reader().unwrap();
    assert_eq!(reader.incident(5).unwrap(), None, "nothing of it was written");
    assert!(reader.incident(6).unwrap().is_some());
    assert_eq!(journal.health(), Health::Working);
    assert_eq!(journal.statistics().batches_refused, 1);
    for change in [opened(u64::MAX), Change::Notify(Notification { priority: 9, ..notification(2, 1) })] {
        assert!(journal.write(alone(change)).unwrap().durable().is_err());
    }
    let long = Notification { lines: vec!["x".repeat(2 << 20)], ..notification(3, 1) };
    assert!(journal.write(alone(Change::Notify(long))).unwrap().durable().is_err());
    assert!(journal.verify(&[]).is_ok());
}

#[test]
fn a_full_queue_says_so_and_takes_more_when_it_is_not() {
    let place = Place::new();
    let options = Options { queue_changes_max: 10, ..Options::default() };
    let journal = nvp_journal::Journal::open(&place.path, options).unwrap();
    // Somebody else's transaction keeps the writer waiting.
    let other = rusqlite::Connection::open(&place.path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let batch = || -> Batch { numbered((1..=4).map(opened).collect(), 1).into_iter().collect() };
    let taken = [journal.write(batch()).unwrap(), journal.write(batch()).unwrap()];
    let error = journal.write(batch()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "8 changes wait to be written, 4 more are too many; wait until some are durable"
    );
    other.execute_batch("ROLLBACK").unwrap();
    for ticket in taken {
        ticket.durable().unwrap();
    }
    assert_eq!(journal.write(batch()).unwrap().durable().unwrap().skipped, 4);
    assert_eq!(journal.statistics().changes_waiting, 0);
}

#[test]
fn a_ticket_can_be_awaited() {
    use std::future::Future;
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context, Poll, Wake, Waker};

    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let place = Place::new();
    let journal = place.open();
    let mut ticket = pin!(journal.write(alone(opened(1))).unwrap());
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let durable = loop {
        match ticket.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(durable) => break durable.unwrap(),
            Poll::Pending => std::thread::park(),
        }
    };
    assert_eq!(durable.head, journal.head());
    assert_eq!(durable.written, 1);
}

#[test]
fn a_copy_is_whole_and_replaces_nothing() {
    let place = Place::new();
    let journal = written(&place);
    let copy = place.beside(".copy");
    let head = journal.backup(&copy).unwrap();
    assert_eq!(head, journal.head());
    assert!(journal.backup(&copy).unwrap_err().to_string().contains("there is a file already"));
    assert!(!place.beside(".copy.part").exists());
    let reader = Reader::open(&copy).unwrap();
    assert_eq!(reader.incident(1).unwrap(), journal.reader().unwrap().incident(1).unwrap());
    assert!(matches!(
        reader.verify(&[head]).unwrap(),
        nvp_journal::Verification::Whole { heads_compared: 1, .. }
    ));
    // A copy is a journal: it can be written on.
    let again = nvp_journal::Journal::open(&copy, Options::default()).unwrap();
    assert_eq!(again.position(), journal.position());
    again.write(alone(opened(2))).unwrap().durable().unwrap();
}
