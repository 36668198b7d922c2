//! A steady tick allocates nothing.

use crate::world::World;
use nvp_engine::Input;
use nvp_engine::fuzz::{Moves, PlanBuilder};
use nvp_plan::ids::LaneId;
use nvp_plan::step::GroupFunction;
use nvp_plan::window::{Keep, WindowFunction as F, WindowSource, WindowTest};

/// Everything that a tick may do, over 100,000 series.
fn plan() -> PlanBuilder {
    let mut builder = PlanBuilder::new(10_000);
    let cpu = builder.gauge("cpu", &["pod", "zone"]);
    let keeps = [Keep::Sum, Keep::Max, Keep::Counter];
    let functions = [F::Avg, F::Max, F::Increase];
    let (_, read) = builder.window(WindowSource::Input(cpu.input), cpu.domain, 6, &keeps, &functions);
    let (_, ranks) =
        builder.window(WindowSource::Column(cpu.column), cpu.domain, 3, &[Keep::Values], &[F::Quantile(0.9)]);
    let zone = builder.domain(&["zone"]);
    let map = builder.map(cpu.domain, zone, &[]);
    let sum = builder.group(GroupFunction::Sum, map, read[0]);
    builder.group(GroupFunction::Quantile(0.5), map, ranks[0]);
    let spread = builder.column(cpu.domain);
    builder.step(nvp_plan::step::Step::BroadcastValue { map, of: sum, to: spread });
    let high = builder.above(read[1], 90.0);
    builder.group_test(WindowTest::Any, map, high, cpu.rows);
    let held = builder.held(high, 300_000, Some(cpu.rows));
    let not = builder.not(high);
    let low = builder.lagged(not, 1);
    let red = Moves { name: "red", set: held, reset: low, pending: Some(high) };
    builder.alert("hot", cpu.rows, read[0], &[red]);
    builder
}

#[test]
fn a_steady_tick_of_100_000_series_allocates_nothing() {
    let mut world = World::new(plan());
    let count = 100_000_u32;
    for series in 0..count {
        let (pod, zone) = (format!("pod {series}"), format!("zone {}", series % 100));
        let labels = [("pod", pod.as_str()), ("zone", zone.as_str())];
        world.give(Input::Appeared { source: 0, series, name: "cpu", labels: &labels });
    }
    let series: Vec<u32> = (0..count).collect();
    // A tenth is high all the time: its clocks run and are served on the way.
    let values: Vec<f64> = series.iter().map(|series| if series % 10 == 0 { 95.0 } else { 50.0 }).collect();
    let mut decided = 0;
    for tick in 0..40_i64 {
        let instants = vec![tick * 10_000; series.len()];
        world.out.clear();
        let lane = LaneId(0);
        let samples =
            Input::Samples { source: 0, lane, series: &series, instants: &instants, values: &values };
        let allocated = allocation_counter::measure(|| {
            world.engine.step(samples, &mut world.out);
            world.engine.step(Input::SourceClosed { source: 0, through_ms: tick * 10_000 }, &mut world.out);
        });
        let transitions = world.out.transitions().len();
        decided += transitions;
        if tick > 6 && transitions == 0 {
            assert_eq!(allocated.count_total, 0, "at tick {tick}");
        }
    }
    assert_eq!(decided, 20_000, "pending, then red");
}
