//! What durability costs on this disk: changes a second one at a time and in groups, and how long the first and the last of many
//! notifications take that are asked for at once.
//!
//! `cargo bench -p nvp-journal [-- NOTIFICATIONS]`. Times are wall clock: what is measured is mostly the disk. The files lie in
//! `CARGO_TARGET_TMPDIR`, or where `TMPDIR` says when that is set; a `tmpfs` there shows what is not the disk.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark talks and may fail"
)]

use std::path::PathBuf;
use std::time::Instant;

use nvp_journal::words::Severity;
use nvp_journal::{
    Batch, Change, IncidentEvent, Journal, Notification, Options, Page, Position, Reason, Ticket,
    Verification,
};

fn folder() -> tempfile::TempDir {
    let place =
        std::env::var_os("TMPDIR").map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    std::fs::create_dir_all(&place).expect("a folder");
    tempfile::tempdir_in(place).expect("a folder")
}

/// One page of a storm.
fn notification(number: u64) -> Notification {
    Notification {
        number,
        key: format!("{}/standard/N1/1/sms/person-{}", number / 4 + 1, number % 4),
        made_ms: 1_795_392_000_000,
        incident: Some(number / 4 + 1),
        reason: Reason::Page { ladder: "standard".into(), rung: "N1".into(), attempt: 1 },
        channel: "sms".into(),
        team: Some("operations".into()),
        person: Some(format!("person-{}", number % 4)),
        severity: Severity::Critical,
        priority: 1,
        title: format!("gateway p95 in region-{number} is 612 ms"),
        lines: vec![
            "api_gateway, probably because of database".into(),
            "gateway_slow is red since 00:00, gateway_errors is yellow since 00:01".into(),
        ],
        labels: vec![("region".into(), format!("region-{number}")), ("service".into(), "api_gateway".into())],
        runbook: Some("https://example.org/runbooks/gateway".into()),
        alerts: 3,
        since_ms: 1_795_392_000_000,
        acknowledgements: 0,
    }
}

fn goal(what: &str, value: f64, most: f64) {
    let met = if value <= most { "met" } else { "MISSED" };
    println!("  goal {met}: {what}: {value:.3} s, at most {most} s");
}

/// The processor time of this process: what neighbours do does not count.
fn processor_seconds() -> f64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}

/// One change at a time, each waited for.
fn single() {
    let folder = folder();
    let journal = Journal::open(&folder.path().join("journal.sqlite"), Options::default()).expect("it opens");
    let mut taken: Vec<f64> = Vec::new();
    for input in 0..500_u64 {
        let event = IncidentEvent::Suppressed { why: "silence 1".into() };
        let change = Change::Incident { incident: 1, at_ms: 1, event };
        let start = Instant::now();
        let batch: Batch = [(Position { input, ordinal: 0 }, change)].into_iter().collect();
        journal.write(batch).and_then(Ticket::durable).expect("it is durable");
        taken.push(start.elapsed().as_secs_f64());
    }
    let all: f64 = taken.iter().sum();
    taken.sort_unstable_by(f64::total_cmp);
    println!("one change at a time, each waited for");
    println!(
        "  {:.0} a second; median {:.2} ms, 99 of 100 within {:.2} ms",
        500.0 / all,
        taken[250] * 1e3,
        taken[495] * 1e3
    );
}

/// Groups as large as may be.
fn groups(count: u64) {
    let folder = folder();
    let path = folder.path().join("journal.sqlite");
    let options = Options { commit_after: std::time::Duration::from_secs(60), ..Options::default() };
    let journal = Journal::open(&path, options).expect("it opens");
    let (start, busy) = (Instant::now(), processor_seconds());
    let mut tickets = Vec::new();
    for group in 0..count / 20_000 {
        let at = |ordinal: u64| {
            (
                Position { input: group, ordinal: ordinal as u32 },
                Change::Notify(notification(group * 20_000 + ordinal + 1)),
            )
        };
        tickets.push(journal.write((0..20_000).map(at).collect()).expect("it is taken"));
    }
    for ticket in tickets {
        ticket.durable().expect("it is durable");
    }
    let (taken, busy) = (start.elapsed().as_secs_f64(), processor_seconds() - busy);
    println!("notifications in groups of 20,000");
    println!(
        "  {:.0} a second, {} commits; {:.1} us of processor time each",
        count as f64 / taken,
        journal.statistics().commits,
        busy / count as f64 * 1e6
    );
    let start = Instant::now();
    let whole = journal.verify(&[]).expect("it can be read");
    assert!(matches!(whole, Verification::Whole { .. }));
    println!("  the chain of {count} walked in {:.3} s", start.elapsed().as_secs_f64());
    let start = Instant::now();
    drop(journal);
    println!(
        "  closed in {:.3} s, {} MiB",
        start.elapsed().as_secs_f64(),
        std::fs::metadata(&path).map_or(0, |file| file.len() >> 20)
    );
}

/// A storm: all effects of one tick are asked for at once, in batches of 100, each waited for by its own.
fn storm(count: u64) {
    let folder = folder();
    let path = folder.path().join("journal.sqlite");
    let journal = Journal::open(&path, Options::default()).expect("it opens");
    let at = |number: u64| {
        (Position { input: 1, ordinal: number as u32 }, Change::Notify(notification(number + 1)))
    };
    // What the response decided is there before anything is timed.
    let batches: Vec<Batch> =
        (0..count).step_by(100).map(|from| (from..count.min(from + 100)).map(at).collect()).collect();
    let start = Instant::now();
    let mut tickets = Vec::new();
    for batch in batches {
        tickets.push(journal.write(batch).expect("it is taken"));
    }
    let asked = start.elapsed().as_secs_f64();
    let mut tickets = tickets.into_iter();
    let first = tickets.next().map(|ticket| ticket.durable().expect("it is durable"));
    let first_durable = start.elapsed().as_secs_f64();
    for ticket in tickets {
        ticket.durable().expect("it is durable");
    }
    let last = start.elapsed().as_secs_f64();
    assert!(first.is_some_and(|durable| durable.written > 0));
    println!(
        "{count} notifications asked for at once, {:.0} a second, {} commits",
        count as f64 / last,
        journal.statistics().commits
    );
    println!(
        "  all were asked for after {asked:.3} s; processor time of the process so far: {:.2} s",
        processor_seconds()
    );
    goal("the first is durable", first_durable, 0.2);
    goal("the last is durable", last, 5.0);
    drop(journal);
    let start = Instant::now();
    let journal = Journal::open(&path, Options::default()).expect("it opens");
    let reader = journal.reader().expect("it can be read");
    println!("  opened again in {:.3} s", start.elapsed().as_secs_f64());
    let start = Instant::now();
    let (mut waiting, mut after) = (0, None);
    loop {
        let page = reader.outbox(Page { after, rows: 1_000 }).expect("it can be read");
        let Some(last) = page.last() else { break };
        after = Some(last.notification.number);
        waiting += page.len() as u64;
    }
    assert_eq!(waiting, count, "no page is lost");
    println!("  the outbox of {waiting} read in {:.3} s", start.elapsed().as_secs_f64());
}

fn main() {
    let asked = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let count: u64 = asked.unwrap_or(100_000);
    single();
    groups(count);
    storm(count);
}
