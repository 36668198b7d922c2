//! Rows that come and go, and lanes of the past.

use crate::world::World;
use nvp_engine::Input;
use nvp_engine::fuzz::{Moves, PlanBuilder};
use nvp_plan::ids::LaneId;
use nvp_plan::step::GroupFunction;
use nvp_plan::window::{Keep, WindowFunction, WindowSource};

fn plan() -> PlanBuilder {
    let mut builder = PlanBuilder::new(10_000);
    let cpu = builder.gauge("cpu", &["pod", "zone"]);
    builder.plan.inputs[0].forget_ms = 60_000;
    let (_, average) =
        builder.window(WindowSource::Input(cpu.input), cpu.domain, 6, &[Keep::Sum], &[WindowFunction::Avg]);
    let zone = builder.domain(&["zone"]);
    let map = builder.map(cpu.domain, zone, &[]);
    builder.group(GroupFunction::Sum, map, cpu.column);
    let high = builder.above(average[0], 90.0);
    let low = builder.not(high);
    let red = Moves { name: "red", set: high, reset: low, pending: None };
    builder.alert("hot", cpu.rows, average[0], &[red]);
    builder.plan.alerts[0].flapping_within_ms = 60_000;
    builder
}

/// Pods come and go for a long time: numbers of rows are used again, memory does not grow, and nothing of an old row shows in a new one.
#[test]
fn rows_that_are_gone_are_used_again() {
    let mut world = World::new(plan());
    let mut sizes = Vec::new();
    for round in 0..400_u32 {
        let at = i64::from(round) * 10_000;
        for pod in 0..4 {
            let name = format!("pod {round} {pod}");
            let zone = format!("zone {}", round % 3);
            let labels = [("pod", name.as_str()), ("zone", zone.as_str())];
            let series = round * 4 + pod;
            world.give(Input::Appeared { source: 0, series, name: "cpu", labels: &labels });
            world.give(Input::Samples {
                source: 0,
                lane: LaneId(0),
                series: &[series],
                instants: &[at],
                values: &[if pod == 0 { 99.0 } else { 1.0 }],
            });
        }
        if round >= 10 {
            for pod in 0..4 {
                world.give(Input::Removed { series: (round - 10) * 4 + pod });
            }
        }
        world.close(at);
        if round % 100 == 99 {
            let bytes = world.engine.bytes();
            sizes.push((world.engine.statistics().rows, bytes.windows, bytes.columns, bytes.clocks));
        }
    }
    assert_eq!(sizes[1], sizes[2], "it does not grow any more");
    assert_eq!(sizes[2], sizes[3]);
    let log = world.log();
    let reds = log.iter().filter(|line| line.contains("→ red")).count();
    assert_eq!(reds, 400, "each round's first pod is red once, and no other");
    assert!(log.iter().all(|line| line.contains(" 0,zone")), "{log:?}");
}

/// A target that discovery takes away and gives back between two ticks: what it says then is of the new series, from its first sample.
#[test]
fn a_series_removed_and_back_before_the_next_tick_loses_no_sample() {
    let mut builder = PlanBuilder::new(10_000);
    let cpu = builder.gauge("cpu", &["pod"]);
    let labels = &[("pod", "a")];
    for samples in [&[(20_000, 3.0)][..], &[(12_000, 1.0), (20_000, 3.0)], &[(20_000, 3.0), (12_000, 1.0)]] {
        let mut world = World::new(builder.clone());
        world.feed("cpu", labels, 10_000, &[9.0]);
        world.remove("cpu", labels);
        for (instant_ms, value) in samples {
            world.sample("cpu", labels, *instant_ms, *value);
        }
        world.close(20_000);
        assert_eq!(world.value(&builder, cpu.column, labels), 3.0, "of {samples:?}");
        world.close(50_000);
        assert_eq!(world.value(&builder, cpu.column, labels), 3.0, "it stands, of {samples:?}");
        world.close(60_000);
        assert!(world.value(&builder, cpu.column, labels).is_nan(), "it goes stale, of {samples:?}");
    }
}

/// A row that two series claim forgets whose it was alone: the number of that feed is used again by a row that nobody contests.
#[test]
fn a_rival_of_long_ago_takes_no_samples_of_another_row() {
    let mut builder = PlanBuilder::new(10_000);
    let cpu = builder.gauge("cpu", &["pod"]);
    let mut world = World::new(builder.clone());
    let (a, b) = (&[("pod", "a")], &[("pod", "b")]);
    let rivals: [&[(&str, &str)]; 3] = [a, &[("pod", "a"), ("x", "1")], &[("pod", "a"), ("x", "2")]];
    world.feed("cpu", rivals[0], 10_000, &[1.0]);
    world.series("cpu", rivals[1]);
    world.remove("cpu", rivals[0]);
    world.close(20_000);
    world.feed("cpu", b, 30_000, &[2.0]);
    world.series("cpu", rivals[2]);
    world.feed("cpu", b, 40_000, &[3.0]);
    assert_eq!(world.value(&builder, cpu.column, b), 3.0);
}

#[test]
fn a_lane_of_the_past_is_read_at_its_own_time() {
    let mut builder = PlanBuilder::new(10_000);
    builder.plan.lanes.push(nvp_plan::input::Lane { ago_ms: 60_000 });
    let now = builder.gauge("cpu", &["pod"]);
    let ago = builder.gauge("cpu", &["pod"]);
    builder.plan.inputs[1].lane = LaneId(1);
    let mut world = World::new(builder.clone());
    let labels = [("pod", "a")];
    world.sample("cpu", &labels, 100_000, 7.0);
    let series = world.series("cpu", &labels);
    let past =
        Input::Samples { source: 0, lane: LaneId(1), series: &[series], instants: &[40_000], values: &[3.0] };
    world.give(past);
    world.close(100_000);
    assert_eq!(world.value(&builder, now.column, &labels), 7.0);
    assert_eq!(world.value(&builder, ago.column, &labels), 3.0);
}
