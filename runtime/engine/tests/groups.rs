//! Across series: groups, selections, broadcasts, histograms, pools.

use crate::world::World;
use nvp_engine::fuzz::{NO_LABELS, PlanBuilder};
use nvp_plan::domain::{Match, Rows};
use nvp_plan::ids::ColumnId;
use nvp_plan::step::{GroupFunction as G, Step};
use nvp_plan::window::{Keep, WindowFunction as F, WindowSource, WindowTest};

fn pod<'a>(pod: &'a str, zone: &'a str) -> [(&'a str, &'a str); 2] {
    [("pod", pod), ("zone", zone)]
}

#[test]
fn numbers_are_put_together_across_series() {
    let mut builder = PlanBuilder::new(10_000);
    let cpu = builder.gauge("cpu", &["pod", "zone"]);
    let zone = builder.domain(&["zone"]);
    let map = builder.map(cpu.domain, zone, &[]);
    let functions = [
        G::Sum,
        G::Avg,
        G::Min,
        G::Max,
        G::Count,
        G::Stddev,
        G::Quantile(0.5),
        G::Distinct,
        G::Top(2),
        G::Bottom(1),
    ];
    let columns: Vec<ColumnId> =
        functions.iter().map(|function| builder.group(*function, map, cpu.column)).collect();
    let mut world = World::new(builder.clone());
    for (name, value) in [("a", 1.0), ("b", 4.0), ("c", 4.0), ("d", f64::NAN)] {
        world.sample("cpu", &pod(name, "eu"), 0, value);
    }
    world.sample("cpu", &pod("e", "us"), 0, f64::NAN);
    world.close(0);
    let of = |zone: &str| -> Vec<f64> {
        columns.iter().map(|column| world.value(&builder, *column, &[("zone", zone)])).collect()
    };
    assert_eq!(of("eu"), [9.0, 3.0, 1.0, 4.0, 3.0, 2.0_f64.sqrt(), 4.0, 2.0, 4.0, 1.0]);
    let nothing = of("us");
    assert_eq!(nothing[4], 0.0, "none are counted as 0");
    assert!(nothing.iter().enumerate().all(|(at, value)| at == 4 || value.is_nan()), "{nothing:?}");
}

#[test]
fn conditions_are_put_together_as_kleene_says() {
    let mut builder = PlanBuilder::new(10_000);
    let cpu = builder.gauge("cpu", &["pod", "zone"]);
    let zone = builder.domain(&["zone"]);
    let map = builder.map(cpu.domain, zone, &[]);
    let high = builder.above(cpu.column, 90.0);
    let any = builder.group_test(WindowTest::Any, map, high, cpu.rows);
    let all = builder.group_test(WindowTest::All, map, high, cpu.rows);
    let (count, share) = (builder.column(zone), builder.column(zone));
    builder.step(Step::GroupTruth { share: false, map, of: high, rows: cpu.rows, to: count });
    builder.step(Step::GroupTruth { share: true, map, of: high, rows: cpu.rows, to: share });
    let mut world = World::new(builder.clone());
    let zones = [("mixed", [95.0, 10.0]), ("unknown", [f64::NAN, 10.0]), ("high", [95.0, 95.0])];
    for (zone, values) in zones {
        for (name, value) in ["a", "b"].into_iter().zip(values) {
            world.sample("cpu", &pod(name, zone), 0, value);
        }
    }
    world.close(0);
    let of = |condition, zone: &str| {
        let shown = nvp_plan::alert::Shown {
            at: nvp_plan::tree::Place::Condition(condition),
            domain: nvp_plan::ids::DomainId(2),
            unit: nvp_plan::unit::Unit::Number,
        };
        world.engine.shown(&shown, &[("zone".to_owned(), zone.to_owned())].into())
    };
    let is = nvp_engine::NodeValue::Condition;
    assert_eq!((of(any, "mixed"), of(all, "mixed")), (is(Some(true)), is(Some(false))));
    assert_eq!((of(any, "unknown"), of(all, "unknown")), (is(None), is(Some(false))));
    assert_eq!((of(any, "high"), of(all, "high")), (is(Some(true)), is(Some(true))));
    let number = |column, zone| world.value(&builder, column, &[("zone", zone)]);
    assert_eq!((number(count, "mixed"), number(share, "mixed")), (1.0, 0.5));
    assert_eq!((number(count, "unknown"), number(share, "unknown")), (0.0, 0.0), "of those known");
}

#[test]
fn a_selection_pins_labels_and_a_broadcast_spreads() {
    let mut builder = PlanBuilder::new(10_000);
    let cpu = builder.gauge("cpu", &["pod", "zone"]);
    let limit = builder.gauge("limit", &["zone"]);
    let by_pod = builder.domain(&["pod"]);
    let pinned = builder.map(cpu.domain, by_pod, &[("zone", Match::Equal("eu".into()))]);
    let selected = builder.column(by_pod);
    builder.step(Step::SelectValue { map: pinned, of: cpu.column, to: selected });
    let up = builder.map(cpu.domain, limit.domain, &[]);
    let spread = builder.column(cpu.domain);
    builder.step(Step::BroadcastValue { map: up, of: limit.column, to: spread });
    let rows = builder.rows(Rows::Mapped(cpu.rows, pinned));
    let high = builder.above(selected, 0.0);
    let all = builder.map(by_pod, NO_LABELS, &[]);
    let count = builder.column(NO_LABELS);
    builder.step(Step::GroupTruth { share: false, map: all, of: high, rows, to: count });
    let mut world = World::new(builder.clone());
    world.sample("cpu", &pod("a", "eu"), 0, 1.0);
    world.sample("cpu", &pod("a", "us"), 0, 2.0);
    world.sample("cpu", &pod("b", "us"), 0, 3.0);
    world.sample("limit", &[("zone", "us")], 0, 10.0);
    world.close(0);
    assert_eq!(world.value(&builder, selected, &[("pod", "a")]), 1.0);
    assert!(world.value(&builder, selected, &[("pod", "b")]).is_nan());
    assert_eq!(world.value(&builder, spread, &pod("b", "us")), 10.0);
    assert!(world.value(&builder, spread, &pod("a", "eu")).is_nan());
    assert_eq!(world.value(&builder, count, &[]), 1.0, "rows that do not match are none");
}

#[test]
fn a_histograms_quantile_is_interpolated_in_its_bucket() {
    let mut builder = PlanBuilder::new(10_000);
    let buckets = builder.gauge("latency_bucket", &["__le__", "pod"]);
    builder.plan.inputs[0].labels[0] = nvp_plan::input::WireLabel::Named("le".into(), None);
    let by_pod = builder.domain(&["pod"]);
    let map = builder.map(buckets.domain, by_pod, &[]);
    let (median, share) = (builder.column(by_pod), builder.column(by_pod));
    let (of, bucket_label, scale) = (buckets.column, 0, nvp_plan::unit::Scale { factor: 1e-3, divisor: 1.0 });
    builder.step(Step::BucketQuantile { quantile: 0.5, map, bucket_label, scale, of, to: median });
    builder.step(Step::BucketShare { bound: 0.25, above: true, map, bucket_label, scale, of, to: share });
    let mut world = World::new(builder.clone());
    // Milliseconds on the wire, in no order, one bound twice in different spelling.
    for (le, count) in [("+Inf", 40.0), ("500", 40.0), ("100", 10.0), ("5e2", 0.0), ("nonsense", 99.0)] {
        world.sample("latency_bucket", &[("le", le), ("pod", "a")], 0, count);
    }
    world.sample("latency_bucket", &[("le", "100"), ("pod", "b")], 0, 10.0);
    world.close(0);
    assert!((world.value(&builder, median, &[("pod", "a")]) - (0.1 + 0.4 * 10.0 / 30.0)).abs() < 1e-12);
    assert!(
        (world.value(&builder, share, &[("pod", "a")]) - (1.0 - (10.0 + 30.0 * 0.15 / 0.4) / 40.0)).abs()
            < 1e-12
    );
    assert!(world.value(&builder, median, &[("pod", "b")]).is_nan(), "no bucket for +∞");
}

#[test]
fn a_pool_is_of_all_samples_of_all_rows() {
    let mut builder = PlanBuilder::new(10_000);
    let cpu = builder.gauge("cpu", &["pod", "zone"]);
    let keeps = [Keep::Values, Keep::Moments];
    let (window, _) = builder.window(WindowSource::Input(cpu.input), cpu.domain, 3, &keeps, &[F::Avg]);
    let zone = builder.domain(&["zone"]);
    let map = builder.map(cpu.domain, zone, &[]);
    let (median, spread) = (builder.column(zone), builder.column(zone));
    builder.step(Step::Pool { function: G::Quantile(0.5), window, map, to: median });
    builder.step(Step::Pool { function: G::Stddev, window, map, to: spread });
    let mut world = World::new(builder.clone());
    for (tick, (a, b)) in (0..).zip([(100.0, 100.0), (1.0, 2.0), (3.0, 4.0), (5.0, 6.0)]) {
        world.sample("cpu", &pod("a", "eu"), tick * 10_000, a);
        world.sample("cpu", &pod("b", "eu"), tick * 10_000, b);
    }
    world.close(30_000);
    assert_eq!(world.value(&builder, median, &[("zone", "eu")]), 3.5);
    assert!((world.value(&builder, spread, &[("zone", "eu")]) - (35.0_f64 / 12.0).sqrt()).abs() < 1e-12);
}
