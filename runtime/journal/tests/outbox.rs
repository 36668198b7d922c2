//! A page is never lost, and a second message on a channel without a key is known as one.

use nvp_journal::reader::Remote;
use nvp_journal::words::{AttemptResult, NotificationState};
use nvp_journal::{AttemptEnd, Change, IncidentEvent, Journal, Notification, Page};

use crate::sample::{MIDNIGHT_MS, Place, alone, notification, opened};

fn begun(journal: &Journal, attempt: u32) {
    let change = Change::AttemptBegun { notification: 1, attempt, at_ms: i64::from(attempt) * 10 };
    journal.write(alone(change)).unwrap().durable().unwrap();
}

fn ended(journal: &Journal, attempt: u32, end: AttemptEnd) {
    let change = Change::AttemptEnded { notification: 1, attempt, at_ms: i64::from(attempt) * 10 + 5, end };
    journal.write(alone(change)).unwrap().durable().unwrap();
}

fn waiting(journal: &Journal) -> Vec<u64> {
    let rows = journal.reader().unwrap().outbox(Page::default()).unwrap();
    rows.into_iter().map(|row| row.notification.number).collect()
}

#[test]
fn what_was_not_sent_is_found_after_a_restart_in_order() {
    let place = Place::new();
    let journal = place.open();
    for number in [1, 2, 3] {
        journal.write(alone(Change::Notify(notification(number, 1)))).unwrap().durable().unwrap();
    }
    begun(&journal, 1);
    ended(&journal, 1, AttemptEnd::Accepted { remote: None });
    drop(journal);
    let journal = place.open();
    assert_eq!(waiting(&journal), [2, 3]);
    let row = journal.reader().unwrap().notification(1).unwrap().unwrap();
    assert_eq!((row.state, row.accepted_ms, row.attempts), (NotificationState::Accepted, Some(15), 1));
}

#[test]
fn an_attempt_cut_by_a_crash_makes_the_next_one_a_repeat_and_only_that() {
    let place = Place::new();
    let journal = place.open();
    journal.write(alone(Change::Notify(notification(1, 1)))).unwrap().durable().unwrap();
    begun(&journal, 1);
    ended(&journal, 1, AttemptEnd::Retry { why: "429".into(), not_before_ms: 19 });
    let row = |journal: &Journal| journal.reader().unwrap().outbox(Page::default()).unwrap().remove(0);
    assert_eq!((row(&journal).not_before_ms, row(&journal).is_next_a_repeat()), (Some(19), false));
    begun(&journal, 2);
    drop(journal);

    let journal = place.open();
    assert_eq!(journal.found().attempts_interrupted, 1);
    let found = row(&journal);
    assert_eq!((found.attempts, found.last_result), (2, Some(AttemptResult::Interrupted)));
    assert!(found.is_next_a_repeat());
    begun(&journal, 3);
    begun(&journal, 3);
    ended(&journal, 3, AttemptEnd::Sent { remote: Some("C1/2".into()) });
    ended(&journal, 3, AttemptEnd::Failed { why: "said twice".into() });
    assert_eq!(waiting(&journal), [] as [u64; 0]);
    drop(journal);

    let journal = place.open();
    assert_eq!(journal.found().attempts_interrupted, 0);
    let reader = journal.reader().unwrap();
    let attempts = reader.attempts(1).unwrap();
    let told: Vec<_> = attempts.iter().map(|one| (one.attempt, one.result, one.is_repeat)).collect();
    assert_eq!(
        told,
        [
            (1, AttemptResult::Retry, false),
            (2, AttemptResult::Interrupted, false),
            (3, AttemptResult::Sent, true)
        ]
    );
    assert_eq!(reader.notification(1).unwrap().unwrap().repeats, 1);
}

#[test]
fn an_answer_that_never_came_makes_the_next_one_a_repeat_too() {
    let place = Place::new();
    let journal = place.open();
    journal.write(alone(Change::Notify(notification(1, 1)))).unwrap().durable().unwrap();
    begun(&journal, 1);
    ended(&journal, 1, AttemptEnd::Unknown { why: "no answer in 10s".into(), not_before_ms: 30 });
    assert_eq!(waiting(&journal), [1]);
    begun(&journal, 2);
    ended(&journal, 2, AttemptEnd::Failed { why: "no such number".into() });
    assert_eq!(waiting(&journal), [] as [u64; 0]);
    let attempts = journal.reader().unwrap().attempts(1).unwrap();
    assert!(attempts[1].is_repeat);
}

#[test]
fn a_doubt_outlives_attempts_of_which_all_is_known() {
    let place = Place::new();
    let journal = place.open();
    journal.write(alone(Change::Notify(notification(1, 1)))).unwrap().durable().unwrap();
    begun(&journal, 1);
    drop(journal);
    let journal = place.open();
    begun(&journal, 2);
    ended(&journal, 2, AttemptEnd::Retry { why: "429".into(), not_before_ms: 30 });
    drop(journal);
    let journal = place.open();
    let reader = journal.reader().unwrap();
    let found = reader.outbox(Page::default()).unwrap().remove(0);
    assert_eq!((found.last_result, found.doubts), (Some(AttemptResult::Retry), 1));
    assert!(found.is_next_a_repeat(), "the first may have been sent");
    begun(&journal, 3);
    assert!(reader.attempts(1).unwrap()[2].is_repeat);
}

#[test]
fn two_attempts_at_once_and_ends_of_nothing_are_refused() {
    let place = Place::new();
    let journal = place.open();
    journal.write(alone(Change::Notify(notification(1, 1)))).unwrap().durable().unwrap();
    begun(&journal, 1);
    let refused = |change| journal.write(alone(change)).unwrap().durable().unwrap_err().to_string();
    refused(Change::AttemptBegun { notification: 1, attempt: 2, at_ms: 0 });
    refused(Change::AttemptBegun { notification: 77, attempt: 1, at_ms: 0 });
    let end = Change::AttemptEnded {
        notification: 1,
        attempt: 5,
        at_ms: 0,
        end: AttemptEnd::Sent { remote: None },
    };
    assert_eq!(refused(end), "a change cannot be stored: attempt 5 of notification 1 was never begun");
    assert_eq!(waiting(&journal), [1]);
}

#[test]
fn what_others_call_what_they_were_told_is_found_for_incidents_that_may_go_on() {
    let place = Place::new();
    let journal = place.open();
    let write = |change: Change| journal.write(alone(change)).unwrap().durable().unwrap();
    let tell = |number: u64, incident: u64, channel: &str, remote: Option<&str>| {
        let made = Notification { channel: channel.into(), ..notification(number, incident) };
        write(Change::Notify(made));
        write(Change::AttemptBegun { notification: number, attempt: 1, at_ms: 10 });
        if let Some(remote) = remote {
            let end = AttemptEnd::Sent { remote: Some(remote.to_owned()) };
            write(Change::AttemptEnded { notification: number, attempt: 1, at_ms: 20, end });
        }
    };
    let resolved = |incident: u64, at_ms: i64| {
        write(Change::Incident { incident, at_ms, event: IncidentEvent::Resolved { by: None } });
    };
    for incident in 1..=4 {
        write(opened(incident));
    }
    // Open: the first and the last by each channel.
    tell(1, 1, "room", Some("C1/1"));
    tell(2, 1, "room", Some("C1/2"));
    tell(3, 1, "pager", Some("incident-1"));
    tell(4, 1, "room", Some("C1/3"));
    tell(5, 1, "room", None);
    // Resolved long ago, resolved lately, and resolved long ago with something still to be told.
    tell(6, 2, "room", Some("C1/4"));
    resolved(2, MIDNIGHT_MS);
    tell(7, 3, "room", Some("C1/5"));
    resolved(3, MIDNIGHT_MS + 60_000);
    tell(8, 4, "room", Some("C1/6"));
    tell(9, 4, "room", None);
    resolved(4, MIDNIGHT_MS);
    let found = journal.reader().unwrap().remotes(MIDNIGHT_MS + 60_000).unwrap();
    let line = |one: &Remote| format!("{} {} {}", one.incident, one.channel, one.remote);
    let found: Vec<_> = found.iter().map(line).collect();
    assert_eq!(found, ["1 room C1/1", "1 pager incident-1", "1 room C1/3", "3 room C1/5", "4 room C1/6"]);
    assert_eq!(journal.reader().unwrap().notification(1).unwrap().unwrap().remote.as_deref(), Some("C1/1"));
}
