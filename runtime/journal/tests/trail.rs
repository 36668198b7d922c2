//! Somebody tampers with the trail, by another connection; what a chain alone cannot see, a head kept elsewhere does.

use std::path::Path;

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use nvp_journal::{Head, Reader, Verification};

use crate::sample::{Place, alone, opened, written};

/// What `verify` says of a copy of a journal after somebody has been at it.
fn verified(tamper: impl FnOnce(&Connection), expected: impl FnOnce(Head) -> Vec<Head>) -> Verification {
    let place = Place::new();
    let journal = written(&place);
    let copy = place.beside(".copy");
    let head = journal.backup(&copy).unwrap();
    let connection = Connection::open(&copy).unwrap();
    tamper(&connection);
    drop(connection);
    Reader::open(&copy).unwrap().verify(&expected(head)).unwrap()
}

fn without_triggers(connection: &Connection, statement: &str) {
    connection
        .execute_batch(
            "DROP TRIGGER audit_is_not_updated; DROP TRIGGER audit_is_not_deleted; DROP TRIGGER audit_is_not_replaced;",
        )
        .unwrap();
    connection.execute_batch(statement).unwrap();
}

fn broken_at(verification: &Verification) -> u64 {
    match verification {
        Verification::Broken { seq, .. } => *seq,
        Verification::Whole { .. } => panic!("it looks whole: {verification:?}"),
    }
}

#[test]
fn an_untouched_trail_is_whole() {
    let Verification::Whole { head, heads_compared } = verified(|_| {}, |head| vec![head]) else { panic!() };
    assert_eq!((head.seq > 30, heads_compared), (true, 1));
}

#[test]
fn triggers_refuse_every_change() {
    let place = Place::new();
    let journal = written(&place);
    let other = Connection::open(&place.path).unwrap();
    for statement in [
        "UPDATE audit SET text = 'nothing happened' WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 3",
        "DELETE FROM audit",
        "REPLACE INTO audit SELECT * FROM audit WHERE seq = 3",
        "INSERT INTO audit SELECT * FROM audit WHERE seq = 3",
    ] {
        let error = other.execute_batch(statement).unwrap_err().to_string();
        assert_eq!(error, "the audit trail is only ever added to", "{statement}");
    }
    assert!(matches!(journal.verify(&[]).unwrap(), Verification::Whole { .. }));
}

#[test]
fn every_edited_field_is_found() {
    for (column, value) in [
        ("at_ms", "at_ms + 1"),
        ("input", "NULL"),
        ("ordinal", "ordinal + 1"),
        ("subject", "'process'"),
        ("number", "2"),
        ("kind", "'resolved'"),
        ("actor", "'mallory'"),
        ("text", "text || ' '"),
        ("detail", "replace(detail, 'eu', 'us')"),
        ("hash", "zeroblob(32)"),
    ] {
        let edit = format!("UPDATE audit SET {column} = {value} WHERE seq = 4");
        let verification = verified(|copy| without_triggers(copy, &edit), |_| vec![]);
        assert_eq!(broken_at(&verification), 4, "{column}");
    }
}

#[test]
fn rows_put_in_taken_out_or_moved_are_found() {
    for (tamper, at) in [
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq BETWEEN 7 AND 9", 7),
        ("DELETE FROM audit WHERE seq = 7; UPDATE audit SET seq = seq - 1 WHERE seq > 7", 7),
        (
            "UPDATE audit SET seq = -5 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 6; UPDATE audit SET seq = 6 WHERE seq = -5",
            5,
        ),
        (
            "INSERT INTO audit SELECT 0, at_ms, input, ordinal, subject, number, kind, actor, text, detail, hash FROM audit WHERE seq = 1",
            1,
        ),
    ] {
        let verification = verified(|copy| without_triggers(copy, tamper), |_| vec![]);
        assert_eq!(broken_at(&verification), at, "{tamper}");
    }
}

#[test]
fn a_tail_cut_off_is_seen_only_by_a_head_kept_elsewhere() {
    let cut = |copy: &Connection| without_triggers(copy, "DELETE FROM audit WHERE seq > 20");
    let alone = verified(cut, |_| vec![]);
    assert!(
        matches!(alone, Verification::Whole { head: Head { seq: 20, .. }, .. }),
        "a chain alone cannot know: {alone:?}"
    );
    assert_eq!(broken_at(&verified(cut, |head| vec![head])), 21);
}

/// The hash that a stranger computes from the documentation, with nothing of ours.
fn by_hand(copy: &Path, from: i64) {
    let connection = Connection::open(copy).unwrap();
    let mut before = vec![0_u8; 32];
    let mut statement = connection
        .prepare("SELECT seq, at_ms, input, ordinal, subject, number, kind, actor, text, detail, hash FROM audit ORDER BY seq")
        .unwrap();
    let rows: Vec<(i64, Vec<u8>, Vec<u8>)> = statement
        .query_map([], |row| {
            let mut bytes = Vec::new();
            for at in 0..10 {
                match row.get_ref(at)? {
                    rusqlite::types::ValueRef::Null => bytes.push(0),
                    rusqlite::types::ValueRef::Integer(number) => {
                        bytes.push(1);
                        bytes.extend(number.to_be_bytes());
                    }
                    rusqlite::types::ValueRef::Text(text) => {
                        bytes.push(2);
                        bytes.extend((text.len() as u64).to_be_bytes());
                        bytes.extend(text);
                    }
                    other => panic!("{other:?}"),
                }
            }
            Ok((row.get(0)?, bytes, row.get(10)?))
        })
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    drop(statement);
    for (seq, bytes, stored) in rows {
        let hash = Sha256::new().chain_update(&before).chain_update(&bytes).finalize().to_vec();
        if seq < from {
            assert_eq!(hash, stored, "row {seq} as the documentation says");
        } else {
            connection.execute("UPDATE audit SET hash = ?1 WHERE seq = ?2", (&hash, seq)).unwrap();
        }
        before = hash;
    }
}

#[test]
fn a_trail_written_anew_is_seen_only_by_a_head_kept_elsewhere() {
    let place = Place::new();
    let journal = written(&place);
    let copy = place.beside(".copy");
    let head = journal.backup(&copy).unwrap();
    let connection = Connection::open(&copy).unwrap();
    without_triggers(&connection, "UPDATE audit SET actor = 'mallory' WHERE seq = 12");
    drop(connection);
    by_hand(&copy, 12);
    let reader = Reader::open(&copy).unwrap();
    assert!(matches!(reader.verify(&[]).unwrap(), Verification::Whole { .. }), "a chain alone cannot know");
    assert_eq!(broken_at(&reader.verify(&[head]).unwrap()), head.seq);
}

#[test]
fn the_head_record_beside_the_file_notices_a_cut() {
    let place = Place::new();
    let journal = written(&place);
    let head = journal.head();
    drop(journal);
    assert_eq!(std::fs::read_to_string(place.beside(".head")).unwrap().parse(), Ok(head));
    let other = Connection::open(&place.path).unwrap();
    without_triggers(&other, "DELETE FROM audit WHERE seq > 20");
    drop(other);
    assert_eq!(broken_at(&Reader::open(&place.path).unwrap().verify(&[]).unwrap()), 21);
    // Opened again, it says so, writes it down, and goes on.
    let journal = place.open();
    assert_eq!(journal.found().tail_missing, Some(head));
    journal.write(alone(opened(2))).unwrap().durable().unwrap();
    let rows = journal.reader().unwrap().trail(
        &nvp_journal::reader::TrailFilter { kind: Some("tail_missing".into()), ..Default::default() },
        nvp_journal::Page::default(),
    );
    assert!(rows.unwrap()[0].text.contains(&head.to_string()));
    drop(journal);
    let journal = place.open();
    assert_eq!(journal.found().tail_missing, None);
    assert!(matches!(journal.verify(&[]).unwrap(), Verification::Whole { heads_compared: 1, .. }));
    assert_eq!(broken_at(&journal.verify(&[head]).unwrap()), head.seq.min(journal.head().seq + 1));
}

#[test]
fn heads_are_read_as_they_are_shown() {
    let head = Head { seq: 42, hash: [0xab; 32] };
    assert_eq!(head.to_string().parse(), Ok(head));
    for wrong in
        ["", "42", "42:", "42:ab", "x:abababababababababababababababababababababababababababababababab"]
    {
        assert!(wrong.parse::<Head>().is_err(), "{wrong}");
    }
}
