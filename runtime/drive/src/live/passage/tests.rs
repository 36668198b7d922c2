use proptest::prelude::*;

use super::Passage;

#[test]
fn a_collection_in_progress_holds_the_promise() {
    let passage = Passage::new(1_000);
    assert_eq!(passage.promise_at(|| 400), 399);
    assert_eq!(
        passage.begin_at(|| 1_003),
        1_000,
        "a punctual collection is of the instant at which it was due"
    );
    assert_eq!(passage.promise_at(|| 9_000), 999);
    passage.finish(6_000);
    assert_eq!(passage.promise_at(|| 1_500), 1_499);
}

#[test]
fn an_overdue_source_promises_nothing_beyond_its_due_time() {
    let passage = Passage::new(1_000);
    assert_eq!(passage.promise_at(|| 1_100), 999);
    assert_eq!(passage.begin_at(|| 1_900), 1_900, "too late to be called punctual");
}

#[test]
fn a_clock_that_stands_still_breaks_no_promise() {
    let passage = Passage::new(1_000);
    passage.begin_at(|| 1_000);
    passage.finish(1_001);
    assert_eq!(passage.promise_at(|| 1_001), 1_000);
    assert_eq!(passage.begin_at(|| 1_000), 1_001);
}

proptest! {
    /// Whatever the order of events and however the clock goes, a collection is younger than every promise before it, and promises
    /// never fall.
    #[test]
    fn no_promise_is_ever_broken(events in prop::collection::vec((0_u8..3, -500_i64..2_000), 1..200)) {
        let passage = Passage::new(0);
        let (mut now, mut promised, mut busy) = (0_i64, i64::MIN, None);
        for (event, step) in events {
            now += step;
            match (event, busy) {
                (0, None) => {
                    let at = passage.begin_at(|| now);
                    prop_assert!(at > promised);
                    busy = Some(at);
                }
                (1, Some(_)) => {
                    passage.finish(now + 1_000);
                    busy = None;
                }
                _ => {
                    let promise = passage.promise_at(|| now);
                    prop_assert!(promise >= promised);
                    prop_assert!(busy.is_none_or(|at| promise < at));
                    promised = promise;
                }
            }
        }
    }
}
