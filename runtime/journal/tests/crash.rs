//! A process that writes is killed at any moment: what it was told to be durable is there, whole, and the chain holds. `NVP_CRASHES=1000`
//! kills it so often.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use nvp_journal::{Batch, Change, Head, Journal, Options, Page, Position, Verification};

use crate::sample::{Place, notification, opened};

/// Says to `child` that it is one: the journal.
const CHILD: &str = "NVP_JOURNAL_CRASH";

/// Not a test by itself: the process that is killed. Every batch opens an incident and notifies of it twice; when it is durable, its
/// number and head are told.
#[test]
fn child() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let journal = Journal::open(Path::new(&path), Options::default()).unwrap();
    let from = journal.position().map_or(1, |position| position.input + 1);
    let mut out = std::io::stdout().lock();
    let mut under_way = std::collections::VecDeque::new();
    for input in from.. {
        let changes = [
            opened(input),
            Change::Notify(notification(2 * input, input)),
            Change::Notify(notification(2 * input + 1, input)),
        ];
        let at = |ordinal| Position { input, ordinal };
        let mut batch: Batch =
            changes.into_iter().enumerate().map(|(n, change)| (at(n as u32), change)).collect();
        batch.push(Change::AttemptBegun { notification: 2 * input, attempt: 1, at_ms: 1 });
        under_way.push_back((input, journal.write(batch).unwrap()));
        if under_way.len() < 1 + (input % 40) as usize {
            continue;
        }
        for (input, ticket) in under_way.drain(..) {
            let durable = ticket.durable().unwrap();
            writeln!(out, "durable {input} {}", durable.head).unwrap();
            out.flush().unwrap();
        }
    }
}

/// Runs the child, kills it after it has said so many lines, and says what it had said by then.
fn killed_after(path: &Path, lines: usize) -> Vec<(u64, Head)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::child", "--nocapture"])
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = Vec::new();
    let mut is_killed = false;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        // The last line may be cut.
        let Ok(line) = line else { break };
        let mut words = line.split_whitespace().skip_while(|word| *word != "durable").skip(1);
        if let (Some(Ok(input)), Some(Ok(head))) =
            (words.next().map(str::parse), words.next().map(str::parse))
        {
            said.push((input, head));
        }
        if said.len() >= lines && !is_killed {
            child.kill().unwrap();
            is_killed = true;
        }
    }
    assert!(is_killed, "the child ended by itself: {:?}", child.wait());
    assert!(!child.wait().unwrap().success());
    said
}

#[test]
fn what_was_durable_is_there_after_a_kill() {
    let place = Place::new();
    let mut heads = Vec::new();
    let mut draw: u64 = 0x9e37_79b9_7f4a_7c15;
    let kills = std::env::var("NVP_CRASHES").ok().and_then(|many| many.parse().ok()).unwrap_or(15_u32);
    for _ in 0..kills {
        draw ^= draw << 13;
        draw ^= draw >> 7;
        draw ^= draw << 17;
        let said = killed_after(&place.path, 1 + (draw % 150) as usize);
        let last = said.last().unwrap().0;
        heads.extend(said.iter().map(|(_, head)| *head));

        let journal = place.open();
        let position = journal.position().unwrap();
        assert!(position.input >= last, "input {last} was durable, {position:?} is there");
        assert_eq!(position.ordinal, 2, "a batch is there wholly or not at all");
        assert_eq!(journal.found().tail_missing, None);
        let verification = journal.verify(&heads).unwrap();
        assert!(matches!(verification, Verification::Whole { .. }), "{verification:?}");
        let reader = journal.reader().unwrap();
        for (input, _) in &said {
            assert!(reader.incident(*input).unwrap().is_some(), "incident {input} was durable");
        }
        // Every notification is in the outbox, those that were being sent marked as what they are.
        let mut waiting = BTreeSet::new();
        let mut after = None;
        loop {
            let page = reader.outbox(Page { after, rows: 1_000 }).unwrap();
            let Some(row) = page.last() else { break };
            after = Some(row.notification.number);
            for row in page {
                assert_eq!(row.is_next_a_repeat(), row.notification.number % 2 == 0);
                waiting.insert(row.notification.number);
            }
        }
        assert_eq!(waiting, (2..=2 * position.input + 1).collect(), "no page is lost, none is invented");
    }
}
