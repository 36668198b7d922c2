//! Replayed effects change nothing, however they are cut and however often they come.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::types::Value;

use nvp_journal::{Batch, Change, Journal, JournalError, Options, Position};

use crate::sample::{Place, alone, night, numbered, opened};

/// Everything in the file.
fn contents(path: &std::path::Path) -> BTreeMap<String, Vec<Vec<Value>>> {
    let connection = Connection::open(path).unwrap();
    let tables: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(tables.len() >= 9, "{tables:?}");
    let read = |table: &String| {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| (0..columns).map(|at| row.get(at)).collect()).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    tables.iter().map(|table| (table.clone(), read(table))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// The night is written in pieces; after each the process may begin again some way back, in another process or in the same one.
    #[test]
    fn a_replay_changes_nothing(
        of_each in 1..6_usize,
        pieces in prop::collection::vec((1..12_usize, prop::option::of(0..40_usize), any::<bool>()), 1..20),
    ) {
        let all = numbered(night(), of_each);
        let once = Place::new();
        once.open().write(all.iter().cloned().collect()).unwrap().durable().unwrap();

        let place = Place::new();
        let mut journal = place.open();
        let mut at = 0;
        let mut written = 0;
        for (length, back, restart) in pieces {
            let end = (at + length).min(all.len());
            let durable = journal.write(all[at..end].iter().cloned().collect()).unwrap().durable().unwrap();
            prop_assert_eq!(durable.skipped as usize, written.min(end).saturating_sub(at));
            written = written.max(end);
            at = end.saturating_sub(back.unwrap_or(0));
            if restart {
                drop(journal);
                journal = place.open();
                prop_assert_eq!(journal.found().position, Some(all[written - 1].0));
            }
        }
        journal.write(all[at..].iter().cloned().collect()).unwrap().durable().unwrap();
        drop(journal);
        prop_assert_eq!(contents(&place.path), contents(&once.path));
    }
}

#[test]
fn positions_must_rise_within_a_batch() {
    let place = Place::new();
    let journal = place.open();
    let mut batch = Batch::new();
    batch.push_at(Position { input: 4, ordinal: 1 }, opened(1));
    batch.push_at(Position { input: 4, ordinal: 1 }, opened(2));
    let error = journal.write(batch).unwrap().durable().unwrap_err();
    assert_eq!(error, JournalError::Refused { why: "its positions do not rise".into() });
    assert_eq!(journal.position(), None);
    // Half an input's effects are durable, the rest comes later: the same input again writes the rest only.
    let of_input = |ordinals: std::ops::Range<u32>| -> Batch {
        ordinals.map(|ordinal| (Position { input: 4, ordinal }, opened(u64::from(ordinal) + 1))).collect()
    };
    assert_eq!(journal.write(of_input(0..3)).unwrap().durable().unwrap().written, 3);
    let durable = journal.write(of_input(0..5)).unwrap().durable().unwrap();
    assert_eq!((durable.skipped, durable.written), (3, 2));
}

#[test]
fn an_empty_batch_waits_for_what_was_before() {
    let place = Place::new();
    let journal = Journal::open(&place.path, Options::default()).unwrap();
    let before = journal.write(alone(opened(1))).unwrap();
    let empty = journal.write(Batch::new()).unwrap().durable().unwrap();
    assert_eq!(empty.written, 0);
    assert!(before.durable_within(std::time::Duration::ZERO).unwrap().is_ok(), "it was durable before");
    let too_long: Batch =
        numbered(vec![Change::Unsilenced { silence: 1, at_ms: 0, by: "a".into() }; 20_001], 1)
            .into_iter()
            .collect();
    assert!(journal.write(too_long).unwrap_err().to_string().contains("write it in parts"));
}
