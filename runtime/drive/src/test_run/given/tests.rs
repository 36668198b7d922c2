use std::collections::BTreeMap;

use nvp_check::typed::{GivenTarget, MetricId};
use nvp_dsl::{FileId, Span};
use proptest::prelude::*;

use super::*;

fn given(segments: Vec<Segment>, accumulate: bool) -> Given {
    let span = Span { file: FileId(0), start: 0, end: 0 };
    Given {
        target: GivenTarget::Metric(MetricId(0)),
        labels: BTreeMap::new(),
        segments,
        ends_ms: None,
        accumulate,
        span,
    }
}

fn held(from_s: i64, until_s: Option<i64>, value: Option<f64>) -> Segment {
    let until_ms = until_s.map_or(i64::MAX, |until_s| until_s * 1_000);
    Segment { from_ms: from_s * 1_000, until_ms, value, to: None }
}

#[test]
fn a_value_holds_from_its_instant_on() {
    let given =
        given(vec![held(0, Some(10), Some(1.0)), held(10, Some(20), None), held(20, None, Some(3.0))], false);
    let at = |s: i64| value_at(&given, s * 1_000);
    assert_eq!(
        [at(0), at(9), at(10), at(19), at(20), at(1_000_000)],
        [Some(1.0), Some(1.0), None, None, Some(3.0), Some(3.0)]
    );
}

#[test]
fn a_line_is_straight() {
    let line = Segment { from_ms: 0, until_ms: 10_000, value: Some(10.0), to: Some(20.0) };
    let given = given(vec![line], false);
    assert_eq!(
        [value_at(&given, 0), value_at(&given, 5_000), value_at(&given, 10_000)],
        [Some(10.0), Some(15.0), None]
    );
}

#[test]
fn a_counter_grows_by_what_is_given_and_stands_while_nothing_is() {
    let line = Segment { from_ms: 30_000, until_ms: 40_000, value: Some(0.0), to: Some(2.0) };
    let segments =
        vec![held(0, Some(10), Some(5.0)), held(10, Some(30), None), line, held(40, None, Some(1.0))];
    let given = given(segments, true);
    let at = |s: i64| value_at(&given, s * 1_000);
    assert_eq!(
        [at(0), at(4), at(10), at(30), at(40), at(50)],
        [Some(0.0), Some(20.0), None, Some(50.0), Some(60.0), Some(70.0)]
    );
}

proptest! {
    #[test]
    fn a_counter_never_falls(rates in prop::collection::vec((1i64..50, prop::option::of(0.0f64..1e6)), 1..8)) {
        let mut from_s = 0;
        let mut segments = Vec::new();
        for (length_s, rate) in rates {
            segments.push(held(from_s, Some(from_s + length_s), rate));
            from_s += length_s;
        }
        let given = given(segments, true);
        let fed: Vec<f64> = (0..from_s).filter_map(|s| value_at(&given, s * 1_000)).collect();
        prop_assert!(fed.windows(2).all(|pair| pair[0] <= pair[1]));
    }
}
