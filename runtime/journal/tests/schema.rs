//! The schema: an old file is carried over, words and checks agree, a file made by any version is a fixture here.

use rusqlite::Connection;

use nvp_journal::words::{
    ActionEnd, ActionState, AttemptResult, CallOutcome, IncidentState, NotificationState, ReasonKind,
    Severity, Subject,
};
use nvp_journal::{APPLICATION_ID, Found, Options, Page, Reader, Reason, STEPS, VERSION, Verification};

use crate::sample::{Place, alone, opened, written};

/// A journal as an older version left it: its steps, and rows as that version wrote them.
fn old(place: &Place, version: usize) {
    let connection = Connection::open(&place.path).unwrap();
    for step in &STEPS[..version] {
        connection.execute_batch(step).unwrap();
    }
    for rows in [include_str!("old/1.sql"), include_str!("old/2.sql")].iter().take(version) {
        connection.execute_batch(rows).unwrap();
    }
    connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    connection.pragma_update(None, "user_version", version as u32).unwrap();
}

#[test]
fn an_old_file_is_carried_over_with_its_rows() {
    for version in 1..VERSION as usize {
        let place = Place::new();
        old(&place, version);
        let told = Reader::open(&place.path).unwrap_err().to_string();
        assert!(told.contains("its schema is older"), "{told}");
        let journal = place.open();
        let found: Found = journal.found();
        assert_eq!((found.is_new, found.migrated_from), (false, Some(version as u32)));
        assert_eq!(found.position.map(|position| (position.input, position.ordinal)), Some((12, 1)));
        let reader = journal.reader().unwrap();
        assert_eq!(reader.incident(1).unwrap().unwrap().title, "gateway is slow");
        assert!(matches!(journal.verify(&[]).unwrap(), Verification::Whole { .. }), "its chain still holds");
        if version >= 2 {
            keeps_its_notifications(&reader);
        }
        journal.write(alone(opened(2))).unwrap().durable().unwrap();
        assert!(matches!(journal.verify(&[]).unwrap(), Verification::Whole { .. }));
        drop(journal);
        // The same schema as a new file has.
        let new = Place::new();
        drop(new.open());
        assert_eq!(objects(&place), objects(&new));
        assert_eq!(place.open().found().migrated_from, None);
    }
}

/// What version 2 knew of notifications is known, and nothing else.
fn keeps_its_notifications(reader: &Reader) {
    let sent = reader.notification(1).unwrap().unwrap();
    assert_eq!(
        sent.notification.reason,
        Reason::Page { ladder: "standard".into(), rung: "N1".into(), attempt: 1 }
    );
    assert_eq!((sent.state, sent.attempts, sent.repeats), (NotificationState::Sent, 2, 1));
    assert_eq!((sent.remote, sent.notification.acknowledgements), (None, 0));
    let attempts: Vec<_> =
        reader.attempts(1).unwrap().iter().map(|one| (one.result, one.is_repeat)).collect();
    assert_eq!(attempts, [(AttemptResult::Interrupted, false), (AttemptResult::Sent, true)]);
    let waiting = reader.outbox(Page::default()).unwrap();
    let waiting: Vec<_> =
        waiting.iter().map(|row| (row.notification.number, &row.notification.reason)).collect();
    assert_eq!(waiting, [(2, &Reason::Approval { action: 1 })]);
}

fn objects(place: &Place) -> Vec<(String, Option<String>)> {
    let connection = Connection::open(&place.path).unwrap();
    let mut statement = connection.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_step_that_fails_leaves_the_file_as_it_was() {
    let place = Place::new();
    old(&place, 1);
    // Somebody has put something where the next step wants to.
    let other = Connection::open(&place.path).unwrap();
    other.execute_batch("CREATE TABLE silences_iso (a)").unwrap();
    drop(other);
    let before = objects(&place);
    assert!(nvp_journal::Journal::open(&place.path, Options::default()).is_err());
    assert_eq!(objects(&place), before);
}

#[test]
fn the_words_of_the_code_are_those_of_the_checks() {
    let place = Place::new();
    drop(written(&place));
    let connection = Connection::open(&place.path).unwrap();
    let sql = |table: &str| -> String {
        connection
            .query_row("SELECT sql FROM sqlite_schema WHERE name = ?1", [table], |row| row.get(0))
            .unwrap()
    };
    fn words<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> Vec<&'static str> {
        all.iter().map(|one| word(*one)).collect()
    }
    let cases = [
        ("incidents", "state", words(IncidentState::ALL, IncidentState::as_str)),
        ("incidents", "severity", words(Severity::ALL, Severity::as_str)),
        ("notifications", "reason", words(ReasonKind::ALL, ReasonKind::as_str)),
        ("notifications", "severity", words(Severity::ALL, Severity::as_str)),
        ("notification_attempts", "result", words(AttemptResult::ALL, AttemptResult::as_str)),
        ("actions", "state", words(ActionState::ALL, ActionState::as_str)),
        ("actions", "\"end\"", words(ActionEnd::ALL, ActionEnd::as_str)),
        ("calls", "outcome", words(CallOutcome::ALL, CallOutcome::as_str)),
        ("audit", "subject", words(Subject::ALL, Subject::as_str)),
    ];
    for (table, column, words) in cases {
        let sql = sql(table);
        let inside =
            sql.split(&format!("CHECK ({column} = ")).nth(1).and_then(|rest| rest.split(')').next()).unwrap();
        let checked: Vec<&str> = inside.split('\'').skip(1).step_by(2).collect();
        assert_eq!(checked, words, "{table}.{column}");
    }
    for state in NotificationState::ALL {
        assert!(sql("notifications").contains(&format!("'{}'", state.as_str())), "{state:?}");
    }
}

#[test]
fn the_file_is_kept_as_it_is_said_to_be() {
    let place = Place::new();
    let _journal = written(&place);
    let other = Connection::open(&place.path).unwrap();
    let pragma = |name: &str| -> String {
        other
            .query_row(&format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}"), [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(pragma("journal_mode"), "wal");
    assert_eq!(pragma("user_version"), VERSION.to_string());
    assert_eq!(pragma("application_id"), APPLICATION_ID.to_string());
    let loose: Vec<String> = other
        .prepare("SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(loose, [] as [&str; 0], "tables that are not STRICT");
}
