use nvp_plan::response::ladder::Calls;

use super::*;

fn calls(lasts: Option<i64>, every: Option<i64>, then_every: Option<i64>, is_last: bool) -> Vec<i64> {
    let rung = Rung {
        name: "N1".to_owned(),
        calls: Calls::Automatic,
        lasts_ms: lasts,
        every_ms: every,
        then_every_ms: then_every,
    };
    let next = |at_ms: &i64| next_call_ms(&rung, is_last, *at_ms);
    std::iter::successors(Some(0), next).take(6).collect()
}

#[test]
fn every_ends_before_the_rung_does() {
    assert_eq!(calls(Some(15), Some(5), None, false), [0, 5, 10]);
    assert_eq!(calls(Some(15), Some(4), None, false), [0, 4, 8, 12]);
    assert_eq!(calls(Some(15), None, None, false), [0]);
}

#[test]
fn the_last_rung_goes_on_where_it_says_so() {
    assert_eq!(calls(Some(120), None, Some(30), true), [0, 120, 150, 180, 210, 240]);
    assert_eq!(calls(Some(12), Some(5), Some(30), true), [0, 5, 10, 12, 42, 72]);
    assert_eq!(calls(None, Some(5), None, true), [0, 5, 10, 15, 20, 25]);
    assert_eq!(calls(None, None, Some(7), true), [0, 7, 14, 21, 28, 35]);
    assert_eq!(calls(Some(120), None, Some(30), false), [0], "of the last rung only");
    assert_eq!(calls(None, Some(0), Some(0), true), [0]);
}

#[test]
fn between_two_calls_the_next_is_the_same() {
    let rung = Rung {
        name: "N4".to_owned(),
        calls: Calls::Automatic,
        lasts_ms: Some(120),
        every_ms: None,
        then_every_ms: Some(30),
    };
    let next = [1, 119, 120, 149, 150].map(|served_ms| next_call_ms(&rung, true, served_ms).unwrap());
    assert_eq!(next, [120, 120, 150, 150, 180]);
}
