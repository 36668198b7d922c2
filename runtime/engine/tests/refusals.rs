//! What is refused and counted, and plans that do not fit together.

use crate::world::World;
use nvp_engine::fuzz::{Moves, PlanBuilder};
use nvp_engine::{Input, Options, PlanError, Refusal};
use nvp_kernels::{Mode, Program};
use nvp_plan::ids::{ColumnId, LaneId};
use std::sync::Arc;

const A: &[(&str, &str)] = &[("pod", "a")];

fn gauge() -> PlanBuilder {
    let mut builder = PlanBuilder::new(10_000);
    let cpu = builder.gauge("cpu", &["pod"]);
    let high = builder.above(cpu.column, 90.0);
    let low = builder.not(high);
    builder.alert(
        "hot",
        cpu.rows,
        cpu.column,
        &[Moves { name: "red", set: high, reset: low, pending: None }],
    );
    builder
}

#[test]
fn a_late_sample_changes_nothing_and_is_counted() {
    let mut world = World::new(gauge());
    world.feed("cpu", A, 0, &[10.0, 10.0]);
    world.sample("cpu", A, 10_000, 95.0);
    world.sample("cpu", A, 500, 95.0);
    world.close(20_000);
    assert_eq!(world.refused(Refusal::Late), 2);
    assert_eq!(world.log(), [""; 0]);
}

#[test]
fn a_sample_more_than_an_hour_ahead_of_the_clock_is_refused() {
    let mut world = World::new(gauge());
    world.give(Input::Clock { now_ms: 0 });
    world.sample("cpu", A, 3_600_001, 95.0);
    assert_eq!(world.refused(Refusal::Future), 1);
    world.sample("cpu", A, 3_600_000, 95.0);
    assert_eq!(world.refused(Refusal::Future), 1);
}

#[test]
fn a_series_that_was_not_announced_is_refused() {
    let mut world = World::new(gauge());
    let samples = Input::Samples { source: 0, lane: LaneId(0), series: &[7], instants: &[0], values: &[1.0] };
    world.give(samples);
    assert_eq!(world.refused(Refusal::Unannounced), 1);
}

#[test]
fn series_rows_and_waiting_samples_are_bounded() {
    let options = Options {
        rows_max: 2,
        series_max: 4,
        waiting_samples_max: 3,
        waiting_ticks_max: 2,
        ..Options::default()
    };
    let mut world = World::with(gauge(), options, Mode::Off);
    for pod in ["a", "b", "c", "d", "e"] {
        world.series("cpu", &[("pod", pod)]);
    }
    assert_eq!(world.refused(Refusal::Limit), 3, "two rows too many, one series too many");
    for at in 0..4 {
        world.sample("cpu", A, at * 10_000, 1.0);
    }
    assert_eq!(world.refused(Refusal::Waiting), 2, "each with the sign of its target");
    world.close(100_000);
    world.sample("cpu", A, 110_000, 1.0);
    assert_eq!(world.refused(Refusal::Waiting), 2, "there is room again");
}

/// A rival that is announced and says nothing takes the row to where claims are settled; what is counted is the same.
#[test]
fn identical_samples_are_one_whoever_else_was_announced() {
    for rivals in [0, 1] {
        let mut world = World::new(gauge());
        world.series("cpu", A);
        for _ in 0..rivals {
            world.series("cpu", &[("pod", "a"), ("undeclared", "x")]);
        }
        for value in [1.0, 2.0, 1.0, 2.0, 3.0, 2.0] {
            world.sample("cpu", A, 5_000, value);
        }
        world.close(10_000);
        assert_eq!(world.refused(Refusal::Duplicate), 2, "1 and 2, for 3; {rivals} rivals");
    }
}

#[test]
fn a_value_of_a_closed_label_that_is_not_allowed_is_refused() {
    let mut builder = gauge();
    builder.plan.inputs[0].labels[0] =
        nvp_plan::input::WireLabel::Named("pod".into(), Some(vec!["a".into()]));
    let mut world = World::new(builder);
    world.feed("cpu", &[("pod", "b")], 0, &[99.0]);
    world.feed("cpu", A, 10_000, &[99.0]);
    assert_eq!(world.refused(Refusal::Label), 1);
    assert_eq!(world.log(), ["10 s: hot{pod=a} ok → red, when red, 99"]);
}

#[test]
fn a_selector_is_resolved_when_a_series_appears() {
    let mut builder = gauge();
    builder.plan.inputs[0].matchers = vec![("env".into(), nvp_plan::domain::Match::NotEqual("test".into()))];
    let mut world = World::new(builder);
    world.feed("cpu", &[("env", "test"), ("pod", "a")], 0, &[99.0]);
    world.feed("cpu", &[("pod", "b")], 10_000, &[99.0]);
    assert_eq!(world.log(), ["10 s: hot{pod=b} ok → red, when red, 99"]);
    assert_eq!(world.refused(Refusal::Label), 0, "what a selector leaves out is not refused");
}

#[test]
fn columns_of_different_lengths_and_unknown_lanes_and_sources_do_no_harm() {
    let mut world = World::new(gauge());
    let series = world.series("cpu", A);
    let instants = [0, 10_000];
    world.give(Input::Samples {
        source: 9,
        lane: LaneId(0),
        series: &[series],
        instants: &instants,
        values: &[99.0, 1.0],
    });
    world.give(Input::Samples {
        source: 0,
        lane: LaneId(4),
        series: &[series],
        instants: &[5],
        values: &[1.0],
    });
    world.give(Input::SourceClosed { source: u32::MAX, through_ms: 9 });
    world.give(Input::SourceEnded { source: u32::MAX });
    world.give(Input::SourceOpened { source: u32::MAX, name: "beyond", waits_ms: i64::MIN });
    world.give(Input::Removed { series: u32::MAX });
    world.give(Input::Appeared { source: u32::MAX, series: u32::MAX, name: "cpu", labels: A });
    world.close(0);
    assert_eq!(world.log(), ["0 s: hot{pod=a} ok → red, when red, 99"]);
}

#[test]
fn instants_at_the_ends_of_time_do_no_harm() {
    let mut world = World::new(gauge());
    for instant in [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX - 1, i64::MAX] {
        world.sample("cpu", A, instant, 95.0);
    }
    world.close(i64::MIN);
    world.give(Input::Clock { now_ms: i64::MIN });
    world.sample("cpu", A, i64::MAX, 95.0);
    assert_eq!(world.refused(Refusal::Future), 1);
}

#[test]
fn a_plan_that_does_not_fit_together_is_refused() {
    let engine = |builder: PlanBuilder| {
        let program =
            Arc::new(Program::compile(&builder.plan.kernels, Mode::Off).expect("kernels are well formed"));
        nvp_engine::Engine::new(Arc::new(builder.plan), program, Options::default()).map(|_| ())
    };
    assert_eq!(engine(gauge()), Ok(()));
    let mut builder = gauge();
    builder.plan.inputs[0].column = Some(ColumnId(77));
    assert!(matches!(engine(builder), Err(PlanError::NoSuch { place: 77, .. })));
    let mut builder = gauge();
    builder.column(nvp_engine::fuzz::NO_LABELS);
    builder.plan.inputs[0].column = Some(ColumnId(1));
    assert!(matches!(engine(builder), Err(PlanError::Domain { .. })));
    let mut builder = gauge();
    let again = builder.plan.steps.last().cloned().expect("the alert's step");
    builder.plan.steps.push(again);
    assert!(matches!(engine(builder), Err(PlanError::Figure { .. })));
    let mut builder = gauge();
    builder.plan.inputs[0].matchers = vec![("pod".into(), nvp_plan::domain::Match::Matches("(".into()))];
    assert!(matches!(engine(builder), Err(PlanError::Pattern { .. })));
}
