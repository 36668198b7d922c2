//! What is said when the file, its folder or its neighbours are not as they should be; nothing panics, and it goes on when the cause is gone.

use std::fs;

use rusqlite::Connection;

use nvp_journal::{APPLICATION_ID, Health, Journal, JournalError, Options, Reader, Verification};

use crate::sample::{MIDNIGHT_MS, Place, alone, incident, opened, written};

fn open(place: &Place) -> Result<Journal, JournalError> {
    Journal::open(&place.path, Options::default())
}

#[test]
fn a_second_writer_is_kept_out() {
    let place = Place::new();
    let first = place.open();
    let told = open(&place).unwrap_err().to_string();
    let own = std::process::id();
    assert_eq!(
        told,
        format!(
            "another process ({own}) writes to `{}`; end it, or choose another file",
            place.path.display()
        )
    );
    let link = place.beside(".link");
    std::os::unix::fs::symlink(&place.path, &link).unwrap();
    assert!(matches!(Journal::open(&link, Options::default()), Err(JournalError::Locked { .. })));
    drop(first);
    open(&place).unwrap();
}

#[test]
fn files_of_others_are_left_as_they_are() {
    let place = Place::new();
    let other = Connection::open(&place.path).unwrap();
    other
        .execute_batch("PRAGMA application_id = 77; CREATE TABLE mine (a); PRAGMA user_version = 1")
        .unwrap();
    drop(other);
    let before = fs::read(&place.path).unwrap();
    let told = open(&place).unwrap_err().to_string();
    assert_eq!(
        told,
        format!(
            "`{}` is not a journal but a file of another program; choose another file",
            place.path.display()
        )
    );
    assert!(matches!(Reader::open(&place.path), Err(JournalError::NotAJournal { .. })));
    assert_eq!(fs::read(&place.path).unwrap(), before);
    let other = Connection::open(&place.path).unwrap();
    other
        .execute_batch(&format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 99"))
        .unwrap();
    drop(other);
    assert!(matches!(open(&place), Err(JournalError::Newer { found: 99, .. })));
}

#[test]
fn garbage_is_said_to_be_garbage() {
    let place = Place::new();
    for garbage in [b"once upon a time, there was no database".repeat(200), vec![0xff; 5], vec![0; 8192]] {
        fs::write(&place.path, &garbage).unwrap();
        let told = open(&place);
        assert!(matches!(told, Err(JournalError::Corrupt { .. })), "{told:?}");
        assert_eq!(fs::read(&place.path).unwrap(), garbage, "it is left as it is");
        assert!(Reader::open(&place.path).is_err());
    }
}

/// Bytes are flipped one at a time all over a real file. Every one is either told, or harmed nothing that the trail says.
#[test]
fn flipped_bytes_are_told_or_harm_nothing() {
    let place = Place::new();
    let head = {
        let journal = written(&place);
        journal.head()
    };
    let good = fs::read(&place.path).unwrap();
    let trail = |reader: &Reader| {
        reader.trail(
            &nvp_journal::reader::TrailFilter::default(),
            nvp_journal::Page { after: None, rows: 1_000 },
        )
    };
    let wanted = trail(&Reader::open(&place.path).unwrap()).unwrap();
    let (mut told, mut harmless) = (0, 0);
    for at in (0..good.len()).step_by(211) {
        let mut bad = good.clone();
        bad[at] ^= 0x41;
        fs::write(&place.path, &bad).unwrap();
        fs::write(place.beside(".head"), format!("{head}\n")).unwrap();
        let _ = fs::remove_file(place.beside("-wal"));
        let _ = fs::remove_file(place.beside("-shm"));
        let said =
            Reader::open(&place.path).and_then(|reader| Ok((reader.verify(&[head])?, trail(&reader)?)));
        match said {
            Ok((Verification::Whole { .. }, rows)) => {
                assert_eq!(rows, wanted, "byte {at} changed the trail, and nobody noticed");
                harmless += 1;
            }
            Ok((Verification::Broken { .. }, _)) | Err(_) => told += 1,
        }
        // Writing to it does not panic either: it works, or says why not.
        if let Ok(journal) = open(&place)
            && let Ok(ticket) = journal.write(alone(opened(3)))
        {
            let answer = ticket.durable();
            assert_eq!(
                answer.is_ok() || matches!(answer, Err(JournalError::Refused { .. })),
                journal.health() == Health::Working
            );
        }
    }
    assert!(told > 50 && harmless > 10, "{told} told, {harmless} harmless");
}

#[test]
fn a_file_that_becomes_corrupt_while_it_is_open_stops_the_writer() {
    let place = Place::new();
    let journal = written(&place);
    let tickets: Vec<_> = (2..200).map(|number| journal.write(alone(opened(number))).unwrap()).collect();
    tickets.into_iter().for_each(|ticket| assert!(ticket.durable().is_ok()));
    drop(journal);
    let good = fs::read(&place.path).unwrap();
    let mut bad = good.clone();
    // All pages but the header's and the schema's.
    bad[8192..].fill(0x5a);
    fs::write(&place.path, &bad).unwrap();
    // On opening or on writing, it is told.
    if let Ok(journal) = open(&place) {
        let error = journal.write(alone(opened(300))).unwrap().durable().unwrap_err();
        assert!(matches!(error, JournalError::Corrupt { .. }), "{error}");
        assert_eq!(journal.health(), Health::Failed(error.clone()));
        let later = journal.write(alone(opened(301))).unwrap_err();
        assert_eq!(later.to_string(), format!("nothing is written any more: {error}"));
        assert!(journal.reopen().is_err() || journal.write(alone(opened(302))).unwrap().durable().is_err());
        let _ = fs::remove_file(place.beside("-wal"));
        let _ = fs::remove_file(place.beside("-shm"));
        fs::write(&place.path, &good).unwrap();
        journal.reopen().unwrap();
        assert_eq!(journal.health(), Health::Working);
        journal.write(alone(opened(303))).unwrap().durable().unwrap();
        assert!(matches!(journal.verify(&[]).unwrap(), Verification::Whole { .. }));
    } else {
        fs::write(&place.path, &good).unwrap();
        open(&place).unwrap();
    }
}

#[test]
fn files_deleted_or_replaced_underneath_are_noticed_before_anything_is_called_durable() {
    for ending in ["", "-wal", ".lock"] {
        let place = Place::new();
        let journal = written(&place);
        let victim = place.beside(ending);
        let aside = place.beside(".aside");
        fs::rename(&victim, &aside).unwrap();
        let error = journal.write(alone(opened(2))).unwrap().durable().unwrap_err();
        assert_eq!(error, JournalError::Gone { path: victim.canonicalize().unwrap_or(victim.clone()) });
        assert!(journal.write(alone(opened(3))).is_err());
        // Put back, it goes on; what was not called durable may be there or not, and is written again.
        fs::rename(&aside, &victim).unwrap();
        let found = journal.reopen().unwrap();
        assert!(!found.is_new);
        journal.write(alone(incident(9, nvp_journal::IncidentEvent::Reopened))).unwrap().durable().unwrap();
        assert!(matches!(journal.verify(&[]).unwrap(), Verification::Whole { .. }), "{ending}");
    }
}

#[test]
fn a_journal_that_is_gone_for_good_is_begun_anew_and_says_so() {
    let place = Place::new();
    let journal = written(&place);
    let head = journal.head();
    for ending in ["", "-wal", "-shm"] {
        fs::remove_file(place.beside(ending)).unwrap();
    }
    assert!(journal.write(alone(opened(2))).unwrap().durable().is_err());
    let found = journal.reopen().unwrap();
    assert!(found.is_new);
    assert_eq!((found.position, found.tail_missing.map(|missing| missing.seq > 0)), (None, Some(true)));
    assert_eq!(journal.position(), None);
    journal.write(alone(opened(2))).unwrap().durable().unwrap();
    assert!(journal.verify(&[head]).is_ok_and(|said| matches!(said, Verification::Broken { .. })));
}

#[test]
fn closing_leaves_alone_what_somebody_else_put_in_its_place() {
    let place = Place::new();
    let journal = written(&place);
    for ending in ["", "-wal", "-shm"] {
        fs::rename(place.beside(ending), place.beside(&format!(".aside{ending}"))).unwrap();
        fs::write(place.beside(ending), "somebody else's").unwrap();
    }
    fs::write(place.beside(".head"), "theirs too").unwrap();
    drop(journal);
    for ending in ["", "-wal", "-shm"] {
        assert_eq!(fs::read_to_string(place.beside(ending)).unwrap(), "somebody else's");
    }
    assert_eq!(fs::read_to_string(place.beside(".head")).unwrap(), "theirs too");
    let aside = Reader::open(&place.beside(".aside")).unwrap();
    assert!(aside.incident(1).unwrap().is_some(), "what was durable is in the file that was taken away");
}

#[test]
fn another_writer_gets_the_lock_of_a_failed_one() {
    let place = Place::new();
    let journal = written(&place);
    fs::rename(place.beside(".lock"), place.beside(".aside")).unwrap();
    // A second process would make a lock of its own; then the first must not write any more.
    let second = open(&place).unwrap();
    second.write(alone(opened(2))).unwrap().durable().unwrap();
    assert!(matches!(journal.write(alone(opened(3))).unwrap().durable(), Err(JournalError::Gone { .. })));
    assert!(matches!(journal.reopen(), Err(JournalError::Locked { .. })));
    assert!(matches!(journal.health(), Health::Failed(JournalError::Gone { .. })));
    drop(second);
    journal.reopen().unwrap();
    journal.write(alone(opened(3))).unwrap().durable().unwrap();
}

#[test]
fn somebody_elses_transaction_is_waited_for_and_then_told() {
    let place = Place::new();
    let options = Options { busy_timeout: std::time::Duration::from_millis(20), ..Options::default() };
    let journal = Journal::open(&place.path, options).unwrap();
    let other = Connection::open(&place.path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let tickets = [journal.write(alone(opened(1))), journal.write(alone(opened(2)))];
    for ticket in tickets {
        let error = ticket.and_then(nvp_journal::Ticket::durable).unwrap_err();
        assert!(matches!(error, JournalError::Busy { .. } | JournalError::Stopped { .. }), "{error}");
    }
    other.execute_batch("ROLLBACK").unwrap();
    journal.reopen().unwrap();
    journal.write(alone(opened(1))).unwrap().durable().unwrap();
}

#[test]
fn a_journal_that_has_its_limit_says_so() {
    let place = Place::new();
    let options = Options { bytes_max: Some(400 << 10), ..Options::default() };
    let journal = Journal::open(&place.path, options).unwrap();
    let mut durable = 0;
    let error = loop {
        match journal.write(alone(opened(durable + 1))).and_then(nvp_journal::Ticket::durable) {
            Ok(_) => durable += 1,
            Err(error) => break error,
        }
        assert!(durable < 100_000, "it has no limit");
    };
    assert_eq!(error, JournalError::Full { path: place.path.canonicalize().unwrap() });
    assert!(durable > 100);
    assert_eq!(journal.health(), Health::Failed(error));
    // What was durable is there, and nothing else.
    let reader = journal.reader().unwrap();
    assert!(reader.incident(durable).unwrap().is_some());
    assert_eq!(reader.incident(durable + 1).unwrap(), None);
    drop(journal);
    let journal = place.open();
    assert_eq!(journal.write(alone(opened(durable + 1))).unwrap().durable().unwrap().written, 1);
    assert!(matches!(journal.verify(&[]).unwrap(), Verification::Whole { .. }));
}

#[test]
fn places_where_nobody_can_write_are_named() {
    // Nobody can make a file there, whoever they are.
    let error = Journal::open("/proc/journal.sqlite".as_ref(), Options::default()).unwrap_err();
    assert!(error.to_string().starts_with("`/proc/journal.sqlite"), "{error}");
    assert!(Journal::open("/".as_ref(), Options::default()).is_err());
    let place = Place::new();
    fs::create_dir(&place.path).unwrap();
    assert!(open(&place).is_err(), "a folder is no file");
    assert!(Reader::open(&place.beside(".nowhere")).is_err());
}

#[test]
fn instants_are_shown_as_people_read_them() {
    let place = Place::new();
    let journal = written(&place);
    let at_ms = MIDNIGHT_MS + 86_399_999;
    let late = nvp_journal::Change::Process { at_ms, event: nvp_journal::ProcessEvent::Gap { gap_ms: 7 } };
    journal.write(alone(late)).unwrap().durable().unwrap();
    let other = Connection::open(&place.path).unwrap();
    let read = |sql: &str| other.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(read("SELECT opened FROM incidents_iso"), "2026-11-23T00:00:00.000Z");
    assert_eq!(read("SELECT at FROM audit_iso WHERE kind = 'gap'"), "2026-11-23T23:59:59.999Z");
    assert_eq!(read("SELECT services FROM incidents_iso"), "api_gateway, database, payments");
    let hash = read("SELECT hash FROM audit_iso ORDER BY seq DESC LIMIT 1");
    assert_eq!(journal.head().to_string().split(':').nth(1), Some(hash.as_str()));
}
