//! Nothing matures while nobody looks.

use crate::world::World;
use nvp_engine::Input;
use nvp_engine::fuzz::{Moves, PlanBuilder};
use nvp_plan::window::{Keep, WindowFunction, WindowSource};

/// Red after 60 s above 5; ticks of 10 s.
fn slow() -> PlanBuilder {
    let mut builder = PlanBuilder::new(10_000);
    let load = builder.gauge("load", &["pod"]);
    let high = builder.above(load.column, 5.0);
    let held = builder.held(high, 60_000, Some(load.rows));
    let low = builder.not(high);
    let reset = builder.lagged(low, 1);
    let red = Moves { name: "red", set: held, reset, pending: None };
    builder.alert("slow", load.rows, load.column, &[red]);
    builder
}

#[test]
fn a_for_that_was_running_goes_on_where_it_was() {
    let mut world = World::new(slow());
    // Its clock starts at 10 s; 40 s are served when the machine falls asleep.
    world.feed("load", &[("pod", "a")], 10_000, &[9.0; 5]);
    world.give(Input::Gap { through_ms: 3_600_000 });
    assert_eq!(world.log(), [""; 0]);
    world.feed("load", &[("pod", "a")], 3_610_000, &[9.0; 2]);
    assert_eq!(world.log(), [""; 0], "the time of the gap does not count");
    world.feed("load", &[("pod", "a")], 3_630_000, &[9.0; 1]);
    assert_eq!(world.log(), ["3630 s: slow{pod=a} ok → red, when red, 9"]);
    assert_eq!(world.ticks.len(), 5 + 3, "the ticks of the gap are not carried out");
    assert_eq!(world.skipped, 355);
}

#[test]
fn what_was_false_before_and_is_now_has_not_been_false_meanwhile() {
    let mut world = World::new(slow());
    world.feed("load", &[("pod", "a")], 10_000, &[9.0; 7]);
    world.feed("load", &[("pod", "a")], 80_000, &[1.0; 1]);
    assert_eq!(world.log(), ["70 s: slow{pod=a} ok → red, when red, 9"]);
    world.give(Input::Gap { through_ms: 200_000 });
    world.feed("load", &[("pod", "a")], 210_000, &[1.0; 1]);
    assert_eq!(world.log(), [""; 0], "it was false at one tick before, and that is long ago");
    world.feed("load", &[("pod", "a")], 220_000, &[1.0; 1]);
    assert_eq!(world.log(), ["220 s: slow{pod=a} red → ok, clear red, 1"]);
}

#[test]
fn samples_that_wait_in_a_gap_are_not_lost() {
    let mut world = World::new(slow());
    world.feed("load", &[("pod", "a")], 10_000, &[9.0; 5]);
    world.sample("load", &[("pod", "a")], 60_000, 9.0);
    world.sample("load", &[("pod", "a")], 70_000, 9.0);
    world.give(Input::Gap { through_ms: 3_600_000 });
    world.close(3_600_000);
    assert_eq!(world.log(), ["70 s: slow{pod=a} ok → red, when red, 9"]);
    assert_eq!(world.ticks.last(), Some(&70_000));
}

#[test]
fn windows_move_on_without_samples() {
    let mut builder = PlanBuilder::new(10_000);
    let load = builder.gauge("load", &["pod"]);
    let of = WindowSource::Input(load.input);
    let (_, columns) = builder.window(
        of,
        load.domain,
        6,
        &[Keep::Sum, Keep::Values],
        &[WindowFunction::Avg, WindowFunction::Quantile(1.0)],
    );
    for (gap_ticks, average, greatest) in
        [(3, 17.0 / 3.0, 9.0), (4, 4.0, 7.0), (5, 1.0, 1.0), (500, 1.0, 1.0)]
    {
        let mut world = World::new(builder.clone());
        world.feed("load", &[("pod", "a")], 10_000, &[9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 7.0]);
        world.give(Input::Gap { through_ms: 70_000 + gap_ticks * 10_000 });
        world.feed("load", &[("pod", "a")], 80_000 + gap_ticks * 10_000, &[1.0]);
        let value = |column| world.value(&builder, column, &[("pod", "a")]);
        assert_eq!((value(columns[0]), value(columns[1])), (average, greatest), "after {gap_ticks} ticks");
    }
}
