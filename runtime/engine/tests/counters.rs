//! Samples on their way into columns and windows: counters, births, owners, staleness, duplicates, NaN.

use crate::world::World;
use nvp_engine::fuzz::{PlanBuilder, Read};
use nvp_engine::{Refusal, STALE_MARKER};
use nvp_plan::ids::ColumnId;
use nvp_plan::window::{Keep, WindowFunction as F, WindowSource};

const A: &[(&str, &str)] = &[("pod", "a")];

fn growth(ticks: u32) -> (PlanBuilder, Read, Vec<ColumnId>) {
    let mut builder = PlanBuilder::new(10_000);
    let read = builder.counter("requests", &["pod"]);
    let (_, columns) = builder.window(
        WindowSource::Input(read.input),
        read.domain,
        ticks,
        &[Keep::Counter],
        &[F::Increase, F::Rate, F::Resets],
    );
    (builder, read, columns)
}

#[test]
fn resets_are_added() {
    let (builder, _, columns) = growth(6);
    let mut world = World::new(builder.clone());
    world.feed("requests", A, 0, &[100.0, 110.0, 120.0, 5.0, 15.0, 25.0]);
    // 20, then 5 + 20 after the reset, over 50 s, extrapolated to the whole minute.
    let increase = world.value(&builder, columns[0], A);
    assert!((increase - 45.0 * 60.0 / 50.0).abs() < 1e-9, "{increase}");
    assert!((world.value(&builder, columns[1], A) - increase / 60.0).abs() < 1e-12);
    assert_eq!(world.value(&builder, columns[2], A), 1.0);
}

#[test]
fn a_series_born_while_its_target_was_read_counts_from_zero() {
    let target = |pod: &'static str| [("instance", "i"), ("job", "j"), ("pod", pod)];
    let (builder, _, columns) = growth(3);
    let mut world = World::new(builder.clone());
    world.feed("requests", &target("old"), 0, &[7.0, 7.0]);
    world.sample("requests", &target("old"), 20_000, 7.0);
    world.sample("requests", &target("new"), 20_000, 4.0);
    world.close(20_000);
    assert_eq!(world.value(&builder, columns[0], &[("pod", "old")]), 0.0);
    // From 0 at 10 s (the target's last sample before) to 4 at 20 s; not extrapolated below zero.
    assert_eq!(world.value(&builder, columns[0], &[("pod", "new")]), 4.0);
}

#[test]
fn a_series_born_with_its_target_starts_where_it_is() {
    let (builder, _, columns) = growth(3);
    let mut world = World::new(builder.clone());
    world.feed("requests", &[("instance", "i"), ("job", "j"), ("pod", "a")], 0, &[7.0]);
    world.feed("requests", &[("instance", "other"), ("job", "j"), ("pod", "b")], 10_000, &[400.0, 402.0]);
    // 2 between its two samples, and half their distance to the window's start.
    assert_eq!(world.value(&builder, columns[0], &[("pod", "b")]), 3.0, "only what it grew counts");
}

#[test]
fn another_series_of_the_row_does_not_go_on_from_the_first() {
    let (builder, _, columns) = growth(6);
    let mut world = World::new(builder.clone());
    let old = [("instance", "1"), ("job", "j"), ("pod", "a")];
    let new = [("instance", "2"), ("job", "j"), ("pod", "a")];
    world.feed("requests", &old, 0, &[100.0, 110.0]);
    world.sample("requests", &old, 20_000, STALE_MARKER);
    world.feed("requests", &new, 20_000, &[9_000.0, 9_010.0, 9_020.0]);
    // 10 and 20; the jump to another instance's count is none. Half a distance is added at the start.
    let increase = world.value(&builder, columns[0], A);
    assert!((increase - 30.0 * 45.0 / 40.0).abs() < 1e-9, "{increase}");
    assert_eq!(world.refused(Refusal::Conflict), 0);
}

#[test]
fn two_live_series_of_one_key_are_both_refused_while_they_live() {
    let mut builder = PlanBuilder::new(10_000);
    let cpu = builder.gauge("cpu", &["pod"]);
    let mut world = World::new(builder.clone());
    let one = [("pod", "a"), ("version", "1")];
    let two = [("pod", "a"), ("version", "2")];
    world.feed("cpu", &one, 0, &[1.0]);
    assert_eq!(world.value(&builder, cpu.column, A), 1.0);
    world.sample("cpu", &two, 10_000, 2.0);
    world.feed("cpu", &one, 10_000, &[1.5]);
    assert!(world.value(&builder, cpu.column, A).is_nan());
    assert_eq!(world.engine.statistics().conflicts, 1);
    assert_eq!(world.refused(Refusal::Conflict), 2);
    // The first is silent: it stands for three ticks, then the row is the second's.
    world.feed("cpu", &two, 20_000, &[2.0, 2.0, 2.0]);
    assert!(world.value(&builder, cpu.column, A).is_nan());
    world.feed("cpu", &two, 50_000, &[3.0]);
    assert_eq!(world.value(&builder, cpu.column, A), 3.0);
    assert_eq!(world.engine.statistics().conflicts, 0);
}

#[test]
fn a_stale_marker_hands_the_row_over_at_once() {
    let mut builder = PlanBuilder::new(10_000);
    let cpu = builder.gauge("cpu", &["pod"]);
    let (_, average) =
        builder.window(WindowSource::Input(cpu.input), cpu.domain, 3, &[Keep::Sum], &[F::Avg, F::Count]);
    let mut world = World::new(builder.clone());
    let one = [("pod", "a"), ("version", "1")];
    let two = [("pod", "a"), ("version", "2")];
    world.feed("cpu", &one, 0, &[1.0]);
    world.sample("cpu", &one, 11_000, 3.0);
    world.sample("cpu", &one, 15_000, STALE_MARKER);
    world.sample("cpu", &two, 18_000, 8.0);
    world.close(20_000);
    assert_eq!(world.value(&builder, cpu.column, A), 8.0);
    assert_eq!(world.value(&builder, average[1], A), 3.0, "all that was said counts");
    assert_eq!(world.value(&builder, average[0], A), 4.0);
    world.sample("cpu", &two, 21_000, STALE_MARKER);
    world.close(30_000);
    assert!(world.value(&builder, cpu.column, A).is_nan(), "ended at once");
}

#[test]
fn a_value_stands_up_to_and_including_its_time() {
    let mut builder = PlanBuilder::new(10_000);
    let cpu = builder.gauge("cpu", &["pod"]);
    let mut world = World::new(builder.clone());
    world.feed("cpu", A, 0, &[1.0]);
    world.close(30_000);
    assert_eq!(world.value(&builder, cpu.column, A), 1.0);
    world.close(40_000);
    assert!(world.value(&builder, cpu.column, A).is_nan());
}

#[test]
fn of_a_ticks_samples_the_last_stands_and_a_nan_is_missing() {
    let mut builder = PlanBuilder::new(10_000);
    let cpu = builder.gauge("cpu", &["pod"]);
    let (_, counts) =
        builder.window(WindowSource::Input(cpu.input), cpu.domain, 6, &[Keep::Sum], &[F::Count]);
    let mut world = World::new(builder.clone());
    for (instant_ms, value) in
        [(9_000, 9.0), (3_000, 3.0), (10_000, 10.0), (1_000, 1.0), (9_000, 9.0), (9_000, 5.0)]
    {
        world.sample("cpu", A, instant_ms, value);
    }
    world.close(10_000);
    assert_eq!(world.value(&builder, cpu.column, A), 10.0);
    assert_eq!(world.value(&builder, counts[0], A), 4.0, "two of one instant are one sample");
    assert_eq!(world.refused(Refusal::Duplicate), 1, "the one that differs is counted");
    world.sample("cpu", A, 12_000, f64::NAN);
    world.close(20_000);
    assert!(world.value(&builder, cpu.column, A).is_nan());
    assert_eq!(world.refused(Refusal::NotANumber), 1);
    assert_eq!(world.value(&builder, counts[0], A), 4.0, "it enters no window");
}

#[test]
fn wire_values_are_scaled() {
    let mut builder = PlanBuilder::new(10_000);
    let cpu = builder.gauge("cpu", &["pod"]);
    builder.plan.inputs[0].scale = nvp_plan::unit::Scale { factor: 1.0, divisor: 100.0 };
    let mut world = World::new(builder.clone());
    world.feed("cpu", A, 0, &[50.0]);
    assert_eq!(world.value(&builder, cpu.column, A), 0.5);
}
