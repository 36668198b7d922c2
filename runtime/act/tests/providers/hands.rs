//! Many calls: bounded, fenced, none in another's way, each reported once.

use std::collections::BTreeSet;
use std::time::Duration;

use nvp_act::providers::{Bounds, Serving};
use nvp_respond::effect::Call;
use nvp_respond::input::Outcome;
use nvp_respond::value::Value;

use super::served::{Served, call, declared, failed, fenced, number, serving, unknown, within, write};

/// A provider whose reads echo a number, and whose `hang` never ends.
fn provider(name: &str, at_once: usize) -> Serving {
    let config = format!(
        "kind = 'exec'\nat_once = {at_once}
        [read.echo]\nanswer = 'number'\nrun = ['/bin/echo', '{{n}}']
        [write.note]\nrun = ['/bin/true']
        [write.hang]\nrun = ['/bin/sleep', '1000']"
    );
    serving(declared(name, &[("echo", number())], &["note", "hang"]), &config)
}

fn echo(name: &str, n: f64) -> Call {
    call(name, "echo", &[("n", Value::Number(n))])
}

#[tokio::test]
async fn all_calls_end_once_with_their_own_answer() {
    let mut served =
        Served::within(vec![provider("a", 3), provider("b", 2)], Bounds { at_once: 4, taken: 1_000 });
    for n in 1..=60 {
        served.take(echo(if n % 2 == 0 { "a" } else { "b" }, f64::from(n)));
    }
    let mut seen = BTreeSet::new();
    for _ in 0..60 {
        let report = served.report().await;
        #[expect(clippy::cast_precision_loss, reason = "a small number")]
        let answer = Value::Number(report.call as f64);
        assert_eq!(report.outcome, Outcome::Answered(answer));
        assert!(seen.insert(report.call));
    }
    assert!(served.hands.idle(Duration::from_secs(10)).await);
    assert_eq!(served.hands.under_way(), 0);
    assert!(served.reports.try_recv().is_err());
}

#[tokio::test]
async fn a_provider_that_hangs_blocks_no_other() {
    let bounds = Bounds { at_once: 2, taken: 1_000 };
    let mut served =
        Served::within(vec![provider("hangs", 5), provider("also", 5), provider("well", 1)], bounds);
    let long = Duration::from_secs(600);
    let hanging: BTreeSet<u64> = (0..10)
        .map(|n| {
            served.take(within(long, write(call(if n % 2 == 0 { "hangs" } else { "also" }, "hang", &[]))))
        })
        .collect();
    for n in 0..5 {
        assert_eq!(served.take(echo("well", f64::from(n))), 11 + n as u64);
    }
    for _ in 0..5 {
        let report = served.report().await;
        assert!(!hanging.contains(&report.call), "{report:?}");
    }
    assert_eq!(served.hands.under_way(), 10);
    assert!(!served.hands.idle(Duration::from_millis(20)).await);
}

#[tokio::test]
async fn what_never_got_its_turn_is_known_not_to_have_happened() {
    let mut served = Served::new(vec![provider("a", 1)]);
    let hangs = served.take(within(Duration::from_secs(4), write(call("a", "hang", &[]))));
    let waits = served.take(within(Duration::from_secs(1), write(call("a", "note", &[]))));
    let first = served.report().await;
    assert_eq!(first.call, waits);
    assert_eq!(failed(first.outcome), "it did not get its turn within 1s, and was not begun");
    let second = served.report().await;
    assert_eq!(second.call, hangs);
    assert_eq!(unknown(second.outcome), "no answer within 4s");
}

#[tokio::test]
async fn who_lost_a_lock_does_not_write_any_more() {
    let mut served = Served::new(vec![provider("a", 4)]);
    let note = || call("a", "note", &[]);
    assert_eq!(served.end(fenced(note(), "db eu", 7)).await, Outcome::Done);
    assert_eq!(served.end(fenced(note(), "db eu", 7)).await, Outcome::Done);
    let why = failed(served.end(fenced(note(), "db eu", 6)).await);
    assert_eq!(why, "`db eu` has been locked by somebody else since");
    assert_eq!(served.end(fenced(note(), "db us", 6)).await, Outcome::Done);
    assert_eq!(served.end(fenced(note(), "db eu", 8)).await, Outcome::Done);
    failed(served.end(fenced(note(), "db eu", 7)).await);
}

#[tokio::test]
async fn a_lock_lost_while_waiting_for_a_turn_is_lost() {
    let mut served = Served::new(vec![provider("slow", 1), provider("fast", 1)]);
    let hangs = served.take(within(Duration::from_secs(2), write(call("slow", "hang", &[]))));
    let waits = served.take(fenced(call("slow", "note", &[]), "db", 1));
    let newer = served.take(fenced(call("fast", "note", &[]), "db", 2));
    let mut reports = [served.report().await, served.report().await, served.report().await];
    reports.sort_by_key(|report| report.call);
    assert_eq!(reports.each_ref().map(|report| report.call), [hangs, waits, newer]);
    let [_, waits, newer] = reports;
    assert_eq!(newer.outcome, Outcome::Done);
    assert_eq!(failed(waits.outcome), "`db` has been locked by somebody else since");
}

#[tokio::test]
async fn too_many_calls_are_refused_at_once_and_a_number_is_taken_once() {
    let mut served = Served::within(vec![provider("a", 1)], Bounds { at_once: 1, taken: 2 });
    let hang = || within(Duration::from_secs(600), write(call("a", "hang", &[])));
    served.take(hang());
    served.take(hang());
    served.hands.take(Call { number: 1, ..hang() });
    assert_eq!(served.hands.under_way(), 2);
    let number = served.take(hang());
    let report = served.report().await;
    assert_eq!((report.call, failed(report.outcome).as_str()), (number, "2 calls are waiting already"));
}

#[tokio::test]
async fn what_nobody_configured_or_declared_is_said() {
    let mut served = Served::new(vec![provider("a", 1)]);
    assert_eq!(failed(served.end(call("b", "echo", &[])).await), "the provider `b` is not configured");
    assert_eq!(failed(served.end(write(call("a", "other", &[]))).await), "`other` is not declared");
}
