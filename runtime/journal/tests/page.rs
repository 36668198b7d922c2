//! The page for users: its tables and views are those of the file, its queries run and find something.

use std::collections::BTreeSet;

use rusqlite::Connection;

use nvp_journal::{AttemptEnd, Change, Journal};

use crate::sample::{MIDNIGHT_MS, Place, alone, written};

const PAGE: &str = include_str!("../../../docs/journal.md");

/// The fenced blocks of a kind.
fn blocks(kind: &str) -> Vec<String> {
    let fence = format!("```{kind}\n");
    PAGE.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// The night, with an attempt of which the other side said what it calls the message.
fn told(place: &Place) -> Journal {
    let journal = written(place);
    let at_ms = MIDNIGHT_MS + 3_000;
    let end = AttemptEnd::Accepted { remote: Some("SM0123".into()) };
    for change in [
        Change::AttemptBegun { notification: 1, attempt: 1, at_ms },
        Change::AttemptEnded { notification: 1, attempt: 1, at_ms, end },
    ] {
        journal.write(alone(change)).unwrap().durable().unwrap();
    }
    journal
}

#[test]
fn every_query_finds_something() {
    let place = Place::new();
    let _journal = told(&place);
    let connection = Connection::open(&place.path).unwrap();
    let queries = blocks("sql");
    assert!(queries.len() >= 8);
    for query in queries {
        let mut statement = connection.prepare(&query).unwrap_or_else(|error| panic!("{query}\n{error}"));
        assert!(statement.readonly());
        let rows = statement.query([]).unwrap().mapped(|_| Ok(())).count();
        assert!(rows > 0, "finds nothing:\n{query}");
    }
}

/// Not only ours, which is newer than those that people have.
#[test]
fn the_sqlite_tool_of_the_system_answers_every_query() {
    let place = Place::new();
    let _journal = told(&place);
    for query in blocks("sql") {
        let mut tool = std::process::Command::new("sqlite3");
        let ran = tool.args(["-readonly", "-bail"]).arg(&place.path).arg(&query).output();
        let ran = ran.expect("the package `sqlite3` is installed: tests/run does that");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success() && said.is_empty() && !ran.stdout.is_empty(), "{query}\n{said}");
    }
}

#[test]
fn every_table_and_view_is_named_and_no_other() {
    let place = Place::new();
    let _journal = written(&place);
    let connection = Connection::open(&place.path).unwrap();
    let mut statement = connection
        .prepare(
            "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'",
        )
        .unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let there: BTreeSet<String> = rows.collect::<Result<_, _>>().unwrap();
    let first_column = |line: &str| line.strip_prefix("| `")?.split('`').next().map(str::to_owned);
    let named: BTreeSet<String> = PAGE.lines().filter_map(first_column).collect();
    assert_eq!(named, there);
}
