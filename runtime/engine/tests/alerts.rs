//! Alerts: latches, pending, forgotten rows, flapping, order, and why.

use crate::world::World;
use nvp_engine::fuzz::{Moves, PlanBuilder, Read};
use nvp_engine::{Input, NodeValue, State};
use nvp_plan::domain::Rows;
use nvp_plan::ids::{AlertId, ConditionId};
use nvp_plan::step::StateTest;
use nvp_plan::tree::Place;
use nvp_plan::window::WindowTest;

const A: &[(&str, &str)] = &[("pod", "a")];
const B: &[(&str, &str)] = &[("pod", "b")];

/// `alert hot on cpu { yellow when > 80  red when > 90 for 20s }`, cleared when not above for a tick.
fn hot(builder: &mut PlanBuilder) -> (Read, AlertId) {
    let cpu = builder.gauge("cpu", &["pod"]);
    let yellow = builder.above(cpu.column, 80.0);
    let red = builder.above(cpu.column, 90.0);
    let red_held = builder.held(red, 20_000, Some(cpu.rows));
    let mut reset = |of: ConditionId| {
        let not = builder.not(of);
        let before = builder.lagged(not, 1);
        let code = [
            nvp_plan::kernel::Instruction::Condition(0),
            nvp_plan::kernel::Instruction::Condition(1),
            nvp_plan::kernel::Instruction::And(nvp_plan::kernel::Register(0), nvp_plan::kernel::Register(1)),
        ];
        builder.test(cpu.domain, &code, &[], &[not, before], &[])
    };
    let levels = [
        Moves { name: "yellow", set: yellow, reset: reset(yellow), pending: None },
        Moves { name: "red", set: red_held, reset: reset(red), pending: Some(red) },
    ];
    let alert = builder.alert("hot", cpu.rows, cpu.column, &levels);
    (cpu, alert)
}

#[test]
fn levels_are_latches_and_the_highest_shows() {
    let mut builder = PlanBuilder::new(10_000);
    let (_, alert) = hot(&mut builder);
    let mut world = World::new(builder);
    world.feed("cpu", A, 0, &[50.0, 85.0, 95.0, 95.0, 95.0, 85.0, 85.0, 70.0, 70.0]);
    assert_eq!(
        world.log(),
        [
            "10 s: hot{pod=a} ok → yellow, when yellow, 85",
            "40 s: hot{pod=a} yellow → red, when red, 95",
            "60 s: hot{pod=a} red → yellow, clear red, 85",
            "80 s: hot{pod=a} yellow → ok, clear yellow, 70",
        ]
    );
    let rows: Vec<_> = world.engine.rows_of_alert(alert).collect();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].state, rows[0].since_ms, rows[0].value), (State::Ok, 80_000, Some(70.0)));
}

#[test]
fn it_is_pending_while_only_its_for_is_missing() {
    let mut builder = PlanBuilder::new(10_000);
    let cpu = builder.gauge("cpu", &["pod"]);
    let high = builder.above(cpu.column, 90.0);
    let held = builder.held(high, 20_000, Some(cpu.rows));
    let low = builder.not(high);
    builder.alert(
        "hot",
        cpu.rows,
        cpu.column,
        &[Moves { name: "red", set: held, reset: low, pending: Some(high) }],
    );
    let mut world = World::new(builder);
    world.feed("cpu", A, 0, &[95.0, 50.0, 95.0, 95.0, 95.0]);
    assert_eq!(
        world.log(),
        [
            "0 s: hot{pod=a} ok → pending, pending red, 95",
            "10 s: hot{pod=a} pending → ok, not pending red, 50",
            "20 s: hot{pod=a} ok → pending, pending red, 95",
            "40 s: hot{pod=a} pending → red, when red, 95",
        ]
    );
}

#[test]
fn missing_neither_sets_nor_clears() {
    let mut builder = PlanBuilder::new(10_000);
    hot(&mut builder);
    let mut world = World::new(builder);
    world.feed("cpu", A, 0, &[85.0]);
    world.close(600_000);
    assert_eq!(world.log(), ["0 s: hot{pod=a} ok → yellow, when yellow, 85"]);
    world.feed("cpu", A, 610_000, &[70.0, 70.0]);
    assert_eq!(world.log(), ["620 s: hot{pod=a} yellow → ok, clear yellow, 70"]);
}

#[test]
fn decisions_of_a_tick_stand_in_the_order_of_names_and_labels() {
    let mut builder = PlanBuilder::new(10_000);
    let cpu = builder.gauge("cpu", &["pod"]);
    let high = builder.above(cpu.column, 90.0);
    let low = builder.not(high);
    let level = Moves { name: "red", set: high, reset: low, pending: None };
    builder.alert("a", cpu.rows, cpu.column, &[level]);
    builder.alert("b", cpu.rows, cpu.column, &[level]);
    // Depends on the others, so its step stands last; its name first.
    builder.plan.steps.reverse();
    builder.plan.steps.sort_by_key(|step| matches!(step, nvp_plan::step::Step::Alert(_)));
    builder.plan.steps.swap(0, 1);
    let mut world = World::new(builder);
    for pod in ["10", "9", "1"] {
        world.sample("cpu", &[("pod", pod)], 0, 99.0);
    }
    world.close(0);
    assert_eq!(
        world.log(),
        [
            "0 s: a{pod=1} ok → red, when red, 99",
            "0 s: a{pod=10} ok → red, when red, 99",
            "0 s: a{pod=9} ok → red, when red, 99",
            "0 s: b{pod=1} ok → red, when red, 99",
            "0 s: b{pod=10} ok → red, when red, 99",
            "0 s: b{pod=9} ok → red, when red, 99",
        ]
    );
}

#[test]
fn a_forgotten_row_ends_as_forgotten_and_comes_back_as_new() {
    let mut builder = PlanBuilder::new(10_000);
    let (_, alert) = hot(&mut builder);
    let mut world = World::new(builder);
    world.feed("cpu", A, 0, &[85.0]);
    world.sample("cpu", B, 20_000, 50.0);
    world.close(3_610_000);
    assert_eq!(
        world.log(),
        [
            "0 s: hot{pod=a} ok → yellow, when yellow, 85",
            "3610 s: hot{pod=a} yellow → forgotten, forgotten, missing"
        ]
    );
    world.close(3_630_000);
    assert_eq!(world.log(), [""; 0], "a row that was ok ends without a word");
    let rows: Vec<State> = world.engine.rows_of_alert(alert).map(|row| row.state).collect();
    assert_eq!(rows, [State::Forgotten]);
    world.feed("cpu", A, 3_640_000, &[85.0]);
    assert_eq!(world.log(), ["3640 s: hot{pod=a} ok → yellow, when yellow, 85"]);
}

#[test]
fn a_removed_target_is_forgotten_at_once() {
    let mut builder = PlanBuilder::new(10_000);
    hot(&mut builder);
    let mut world = World::new(builder);
    world.feed("cpu", A, 0, &[85.0]);
    world.sample("cpu", A, 20_000, 85.0);
    world.remove("cpu", A);
    world.close(10_000);
    world.close(30_000);
    assert_eq!(
        world.log(),
        [
            "0 s: hot{pod=a} ok → yellow, when yellow, 85",
            "10 s: hot{pod=a} yellow → forgotten, forgotten, missing"
        ]
    );
    assert_eq!(world.refused(nvp_engine::Refusal::Removed), 1, "what waited is dropped");
    world.feed("cpu", A, 40_000, &[85.0]);
    assert_eq!(world.log(), ["40 s: hot{pod=a} ok → yellow, when yellow, 85"]);
}

#[test]
fn six_changes_in_half_an_hour_are_held_until_it_is_quiet() {
    let mut builder = PlanBuilder::new(10_000);
    let cpu = builder.gauge("cpu", &["pod"]);
    let (yellow, red) = (builder.above(cpu.column, 80.0), builder.above(cpu.column, 90.0));
    let (not_yellow, not_red) = (builder.not(yellow), builder.not(red));
    let alert = builder.alert(
        "hot",
        cpu.rows,
        cpu.column,
        &[
            Moves { name: "yellow", set: yellow, reset: not_yellow, pending: None },
            Moves { name: "red", set: red, reset: not_red, pending: None },
        ],
    );
    let is_red = builder.state(alert, StateTest::Is(1));
    let is_ok = builder.state(alert, StateTest::Ok);
    let all = builder.map(cpu.domain, nvp_engine::fuzz::NO_LABELS, &[]);
    for of in [is_red, is_ok] {
        let condition = builder.group_test(WindowTest::Any, all, of, cpu.rows);
        let tree = builder.tree("", Place::Condition(condition), nvp_engine::fuzz::NO_LABELS);
        builder.plan.probes.push(nvp_plan::Probe { condition, tree });
    }
    let mut world = World::new(builder);
    world.feed("cpu", A, 0, &[85.0, 50.0, 95.0, 50.0, 85.0, 50.0, 50.0, 85.0]);
    assert_eq!(
        world.log(),
        [
            "0 s: hot{pod=a} ok → yellow, when yellow, 85",
            "10 s: hot{pod=a} yellow → ok, clear yellow, 50",
            "20 s: hot{pod=a} ok → red, when red, 95",
            "30 s: hot{pod=a} red → ok, clear red, 50",
            "40 s: hot{pod=a} ok → yellow, when yellow, 85",
            "50 s: hot{pod=a} yellow → red, held, flapping, 50",
        ]
    );
    assert!(world.engine.rows_of_alert(alert).all(|row| row.is_flapping));
    assert_eq!(
        (world.engine.probe(0), world.engine.probe(1)),
        (Some(true), Some(false)),
        "others see what is shown"
    );
    // The last change is at 70 s: half an hour later it is let go, not a tick before.
    for at in 8..188 {
        world.feed("cpu", A, at * 10_000, &[85.0]);
    }
    assert_eq!(world.log(), ["1870 s: hot{pod=a} red → yellow, released, 85"]);
    assert_eq!((world.engine.probe(0), world.engine.probe(1)), (Some(false), Some(false)));
}

#[test]
fn why_says_what_the_tree_was_at_the_tick() {
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
    let step = nvp_plan::ids::StepId(0);
    let tree = builder.tree("cpu", Place::Register(step, nvp_plan::kernel::Register(0)), cpu.domain);
    let node = |at| nvp_plan::tree::TreeNode {
        text: String::new(),
        unit: nvp_plan::unit::Unit::Number,
        at,
        domain: cpu.domain,
        children: vec![0],
    };
    builder.plan.trees[0].nodes.push(node(Place::Register(step, nvp_plan::kernel::Register(2))));
    builder.plan.trees[0].nodes.push(node(Place::Condition(low)));
    builder.plan.alerts[0].levels[0].tree = Some(tree);
    builder.plan.alerts[0].levels[0].when = Some(high);
    let mut world = World::new(builder);
    let series = world.series("cpu", A);
    world.engine.offer(Input::Samples {
        source: 0,
        lane: nvp_plan::ids::LaneId(0),
        series: &[series, series],
        instants: &[10_000, 0],
        values: &[10.0, 95.0],
    });
    world.engine.offer(Input::SourceClosed { source: 0, through_ms: 10_000 });
    assert!(world.engine.advance(&mut world.out));
    let transitions: Vec<_> = world.out.transitions().collect();
    let wanted =
        [NodeValue::Number(95.0), NodeValue::Condition(Some(true)), NodeValue::Condition(Some(false))];
    assert_eq!(transitions[0].why.nodes, wanted);
    let now = world.engine.explain(tree, A).expect("a tick is closed");
    assert_eq!(
        (now.at_ms, now.nodes.as_slice()),
        (0, &wanted[..]),
        "the state is that of the tick just closed"
    );
    world.out.clear();
    assert!(world.engine.advance(&mut world.out));
    assert!(!world.engine.advance(&mut world.out));
    let now = world.engine.explain(tree, A).expect("a tick is closed");
    assert_eq!(now.nodes[1], NodeValue::Condition(Some(false)));
    assert_eq!(world.engine.explain(tree, B).expect("a tick is closed").nodes, [NodeValue::Nowhere; 3]);
}

#[test]
fn rows_the_alert_does_not_know_are_ok_and_nothing_else() {
    let mut builder = PlanBuilder::new(10_000);
    let (cpu, alert) = hot(&mut builder);
    let other = builder.gauge("memory", &["pod"]);
    let both = builder.rows(Rows::Union(vec![cpu.rows, other.rows]));
    let all = builder.map(cpu.domain, nvp_engine::fuzz::NO_LABELS, &[]);
    let tests =
        [StateTest::Ok, StateTest::Pending, StateTest::Cleared, StateTest::Forgotten, StateTest::AtLeast(0)];
    for test in tests {
        let of = builder.state(alert, test);
        let condition = builder.group_test(WindowTest::Any, all, of, both);
        let tree = builder.tree("", Place::Condition(condition), nvp_engine::fuzz::NO_LABELS);
        builder.plan.probes.push(nvp_plan::Probe { condition, tree });
    }
    let mut world = World::new(builder);
    world.feed("memory", A, 0, &[1.0]);
    let probes = |world: &World| [0, 1, 2, 3, 4].map(|probe| world.engine.probe(probe) == Some(true));
    assert_eq!(probes(&world), [true, false, false, false, false]);
    world.feed("cpu", A, 10_000, &[95.0]);
    assert_eq!(probes(&world), [false, false, false, false, true]);
    world.feed("cpu", A, 20_000, &[10.0, 10.0]);
    assert_eq!(probes(&world), [true, false, true, false, false], "it was at a level: cleared");
}

#[test]
fn a_ladder_of_levels_is_climbed_and_left_once() {
    let mut builder = PlanBuilder::new(10_000);
    let cpu = builder.gauge("cpu", &["pod"]);
    let (yellow, red) = (builder.above(cpu.column, 80.0), builder.above(cpu.column, 90.0));
    let (not_yellow, not_red) = (builder.not(yellow), builder.not(red));
    let levels = [
        Moves { name: "yellow", set: yellow, reset: not_yellow, pending: None },
        Moves { name: "red", set: red, reset: not_red, pending: None },
    ];
    let alert = builder.alert("hot", cpu.rows, cpu.column, &levels);
    let mut world = World::new(builder);
    // Up and down over both levels: two ways each. The third time up is the fifth way, and down again the sixth.
    let twice = [85.0, 95.0, 85.0, 50.0, 85.0, 95.0, 85.0, 50.0];
    world.feed("cpu", A, 0, &twice);
    assert_eq!(world.log().len(), 8);
    assert!(!world.engine.rows_of_alert(alert).any(|row| row.is_flapping), "two incidents are two incidents");
    world.feed("cpu", A, 80_000, &[85.0, 95.0, 85.0]);
    assert_eq!(
        world.log(),
        ["80 s: hot{pod=a} ok → yellow, when yellow, 85", "90 s: hot{pod=a} yellow → red, when red, 95",]
    );
    assert!(world.engine.rows_of_alert(alert).all(|row| row.is_flapping));
}
