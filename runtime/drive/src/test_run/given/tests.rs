use std::collections::BTreeMap;

use nvp_check::typed::{GivenTarget, MetricId, Phase};
use nvp_dsl::{FileId, Span};
use proptest::prelude::*;

use super::*;

fn given(segments: Vec<Segment>, accumulate: bool) -> Given {
    let span = Span { file: FileId(0), start: 0, end: 0 };
    Given {
        target: GivenTarget::Metric(MetricId(0)),
        labels: BTreeMap::new(),
        phases: vec![Phase { segments, until: None }],
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
    let at = |s: i64| Stretches::new(&given).value_at(s * 1_000);
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
        [
            Stretches::new(&given).value_at(0),
            Stretches::new(&given).value_at(5_000),
            Stretches::new(&given).value_at(10_000)
        ],
        [Some(10.0), Some(15.0), None]
    );
}

#[test]
fn a_counter_grows_by_what_is_given_and_stands_while_nothing_is() {
    let line = Segment { from_ms: 30_000, until_ms: 40_000, value: Some(0.0), to: Some(2.0) };
    let segments =
        vec![held(0, Some(10), Some(5.0)), held(10, Some(30), None), line, held(40, None, Some(1.0))];
    let given = given(segments, true);
    let at = |s: i64| Stretches::new(&given).value_at(s * 1_000);
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
        let fed: Vec<f64> = (0..from_s).filter_map(|s| Stretches::new(&given).value_at(s * 1_000)).collect();
        prop_assert!(fed.windows(2).all(|pair| pair[0] <= pair[1]));
    }
}

fn done(step: &str) -> Until {
    Until { step: step.to_owned(), is_undone: false }
}

fn phased(phases: &[(&[Segment], Option<&str>)], accumulate: bool) -> Given {
    let phase = |(segments, until): &(&[Segment], Option<&str>)| Phase {
        segments: segments.to_vec(),
        until: until.map(done),
    };
    Given { phases: phases.iter().map(phase).collect(), ..given(Vec::new(), accumulate) }
}

#[test]
fn a_phase_lasts_until_its_step_is_done_and_the_next_counts_from_there() {
    let given = phased(
        &[
            (&[held(0, Some(10), Some(1.0)), held(10, None, Some(2.0))], Some("grow")),
            (&[held(0, Some(5), Some(3.0)), held(5, None, None)], None),
        ],
        false,
    );
    let mut stretches = Stretches::new(&given);
    assert_eq!((stretches.value_at(5_000), stretches.value_at(99_000)), (Some(1.0), Some(2.0)));
    stretches.answered(&done("shrink"), 50_000);
    assert_eq!(stretches.value_at(60_000), Some(2.0), "another step ends nothing");
    stretches.answered(&Until { step: "grow".to_owned(), is_undone: true }, 70_000);
    assert_eq!(stretches.value_at(80_000), Some(2.0), "that it is taken back ends nothing");
    stretches.answered(&done("grow"), 100_000);
    let values = [99_999, 100_000, 104_999, 105_000].map(|at_ms| stretches.value_at(at_ms));
    assert_eq!(values, [Some(2.0), Some(3.0), Some(3.0), None]);
    stretches.answered(&done("grow"), 200_000);
    assert_eq!(stretches.value_at(200_000), None, "the last phase does not end");
}

#[test]
fn a_counter_keeps_what_it_grew_by_in_the_phase_before() {
    let given =
        phased(&[(&[held(0, None, Some(2.0))], Some("grow")), (&[held(0, None, Some(10.0))], None)], true);
    let mut stretches = Stretches::new(&given);
    assert_eq!(stretches.value_at(30_000), Some(60.0));
    stretches.answered(&done("grow"), 30_000);
    assert_eq!(stretches.value_at(31_000), Some(70.0));
}
