//! Holes in time are passed over and yet gone through.

use crate::world::World;
use nvp_engine::fuzz::{Moves, PlanBuilder};
use nvp_plan::kernel::{Instruction as I, Kernel, Reach, Register};
use nvp_plan::step::{GroupFunction, KernelStep, Step};
use nvp_plan::window::{Keep, WindowFunction, WindowSource};

const A: &[(&str, &str)] = &[("pod", "a")];

/// Two alerts with windows of samples and of columns, a `for`, and one that goes red when the metric is missing for 5 min.
fn plan() -> PlanBuilder {
    let mut builder = PlanBuilder::new(1_000);
    let cpu = builder.gauge("cpu", &["pod"]);
    builder.plan.inputs[0].stale_ms = 30_000;
    let keeps = [Keep::Sum];
    let (_, average) =
        builder.window(WindowSource::Input(cpu.input), cpu.domain, 300, &keeps, &[WindowFunction::Avg]);
    let all = builder.map(cpu.domain, nvp_engine::fuzz::NO_LABELS, &[]);
    let count = builder.group(GroupFunction::Count, all, cpu.column);
    let (_, present) = builder.window(
        WindowSource::Column(count),
        nvp_engine::fuzz::NO_LABELS,
        60,
        &keeps,
        &[WindowFunction::Avg],
    );
    let high = builder.above(average[0], 90.0);
    let low = builder.not(high);
    builder.alert(
        "hot",
        cpu.rows,
        average[0],
        &[Moves { name: "red", set: high, reset: low, pending: None }],
    );
    let few = builder.compare(present[0], nvp_plan::kernel::Compare::Less, 0.5);
    let held = builder.held(few, 300_000, None);
    let enough = builder.not(few);
    let gone = Moves { name: "red", set: held, reset: enough, pending: Some(few) };
    builder.alert("silent", nvp_engine::fuzz::ONE, present[0], &[gone]);
    builder
}

fn run(promises: impl Fn(&mut World, i64, i64)) -> (Vec<String>, u64) {
    let mut world = World::new(plan());
    for at in 0..400 {
        world.sample("cpu", A, at * 1_000, 95.0);
    }
    promises(&mut world, 0, 399);
    promises(&mut world, 399, 20_000);
    world.sample("cpu", A, 20_001_000, 95.0);
    world.sample("cpu", A, 20_002_000, 10.0);
    promises(&mut world, 20_000, 30_000);
    (world.log(), world.skipped)
}

#[test]
fn a_hole_passed_over_is_a_hole_gone_through() {
    let (at_once, skipped) = run(|world, _, to| world.close(to * 1_000));
    let (one_by_one, none_skipped) = run(|world, from, to| {
        for at in from..=to {
            world.close(at * 1_000);
        }
    });
    assert_eq!(at_once, one_by_one);
    assert!(skipped > 20_000, "{skipped} ticks were passed over");
    assert_eq!(none_skipped, 0);
    assert!(at_once.iter().any(|line| line.contains("silent{} pending → red")), "{at_once:?}");
    assert!(at_once.iter().any(|line| line.contains("red → forgotten")), "{at_once:?}");
}

/// As found in the wild: a clock 200,000,000 s ahead.
#[test]
fn a_hole_of_six_years_costs_next_to_nothing() {
    let mut world = World::new(plan());
    world.sample("cpu", A, 0, 95.0);
    world.sample("cpu", A, 200_000_000_000, 95.0);
    world.close(0);
    world.close(i64::MAX);
    assert_eq!(
        world.log().last().map(String::as_str),
        Some("200003601 s: hot{pod=a} red → forgotten, forgotten, missing")
    );
    assert!(world.ticks.len() < 12_000, "{} ticks were carried out", world.ticks.len());
}

/// A condition on what time it is must be looked at at every tick.
#[test]
fn what_depends_on_the_time_is_not_passed_over() {
    let mut builder = PlanBuilder::new(1_000);
    let now = builder.column(nvp_engine::fuzz::NO_LABELS);
    builder.step(Step::Now(now));
    let late = builder.above(now, 5_000.0);
    let early = builder.not(late);
    let red = Moves { name: "red", set: late, reset: early, pending: None };
    builder.alert("late", nvp_engine::fuzz::ONE, now, &[red]);
    let mut world = World::new(builder);
    world.close(0);
    world.close(6_000_000);
    assert_eq!(world.log(), ["5001 s: late{} ok → red, when red, 5001"]);
}

/// But what compares it with something missing is unknown at all times.
#[test]
fn the_time_less_something_missing_is_passed_over() {
    let mut builder = PlanBuilder::new(1_000);
    let now = builder.column(nvp_engine::fuzz::NO_LABELS);
    builder.step(Step::Now(now));
    let backup = builder.gauge("backup", &["pod"]);
    builder.plan.kernels.push(Kernel {
        values: vec![Reach::All, Reach::Row],
        conditions: vec![],
        constants: 1,
        code: vec![
            I::Value(0),
            I::Value(1),
            I::Binary(nvp_plan::kernel::Binary::Subtract, Register(0), Register(1)),
            I::Constant(0),
            I::Compare(nvp_plan::kernel::Compare::Greater, Register(2), Register(3)),
        ],
        to_values: vec![Register(2)],
        to_conditions: vec![Register(4)],
    });
    let age = builder.column(backup.domain);
    let old = builder.condition(backup.domain);
    builder.step(Step::Kernel(KernelStep {
        kernel: nvp_plan::ids::KernelId(0),
        domain: backup.domain,
        values: vec![now, backup.column],
        conditions: vec![],
        constants: vec![100.0],
        to_values: vec![age],
        to_conditions: vec![old],
    }));
    builder.plan.inputs[0].stale_ms = 1_000_000;
    let young = builder.not(old);
    let red = Moves { name: "red", set: old, reset: young, pending: None };
    builder.alert("old", backup.rows, age, &[red]);
    let mut world = World::new(builder);
    world.sample("backup", A, 0, 0.0);
    world.close(0);
    world.close(100_000_000);
    assert_eq!(
        world.log(),
        [
            "101 s: old{pod=a} ok → red, when red, 101",
            "3601 s: old{pod=a} red → forgotten, forgotten, missing"
        ]
    );
    assert!(world.skipped > 90_000, "{}", world.skipped);
}
