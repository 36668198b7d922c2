//! Info metrics that lend their labels.

use crate::world::World;
use nvp_engine::fuzz::PlanBuilder;
use nvp_plan::domain::{Lend, LentLabel, Rows};
use nvp_plan::ids::{ColumnId, LendId};
use nvp_plan::step::Step;
use nvp_plan::window::WindowTest;

/// `memory with uname.node`
fn lent() -> (PlanBuilder, ColumnId) {
    let mut builder = PlanBuilder::new(10_000);
    let memory = builder.gauge("memory", &["instance"]);
    let uname = builder.gauge("uname", &["instance", "node"]);
    let to_domain = builder.domain(&["instance", "node"]);
    builder.plan.lends.push(Lend {
        base: memory.domain,
        info: uname.domain,
        to: to_domain,
        on: vec![(0, 0)],
        labels: vec![LentLabel::Base(0), LentLabel::Info(1)],
        value: uname.column,
    });
    let to = builder.column(to_domain);
    builder.step(Step::LendValue { lend: LendId(0), of: memory.column, to });
    let high = builder.above(memory.column, 0.0);
    let lent_high = builder.condition(to_domain);
    builder.step(Step::LendCondition { lend: LendId(0), of: high, to: lent_high });
    let rows = builder.rows(Rows::Lent(memory.rows, uname.rows, LendId(0)));
    let all = builder.map(to_domain, nvp_engine::fuzz::NO_LABELS, &[]);
    let any = builder.group_test(WindowTest::Any, all, lent_high, rows);
    let tree = builder.tree("", nvp_plan::tree::Place::Condition(any), nvp_engine::fuzz::NO_LABELS);
    builder.plan.probes.push(nvp_plan::Probe { condition: any, tree });
    (builder, to)
}

#[test]
fn labels_are_lent_by_the_info_row_that_stands() {
    let (builder, to) = lent();
    let mut world = World::new(builder.clone());
    world.sample("memory", &[("instance", "i")], 0, 5.0);
    world.close(0);
    assert_eq!(world.engine.probe(0), None, "no info, no row");
    world.sample("memory", &[("instance", "i")], 10_000, 6.0);
    world.sample("uname", &[("instance", "i"), ("node", "n1")], 10_000, 1.0);
    world.close(10_000);
    let at = |world: &World, node| world.value(&builder, to, &[("instance", "i"), ("node", node)]);
    assert_eq!(at(&world, "n1"), 6.0);
    assert_eq!(world.engine.probe(0), Some(true));
    // Renamed: while both stand nobody knows which.
    world.sample("memory", &[("instance", "i")], 40_000, 7.0);
    world.sample("uname", &[("instance", "i"), ("node", "n2")], 40_000, 1.0);
    world.close(40_000);
    assert!(at(&world, "n1").is_nan() && at(&world, "n2").is_nan());
    assert_eq!(world.engine.probe(0), None);
    world.close(50_000);
    assert!(at(&world, "n1").is_nan());
    assert_eq!(at(&world, "n2"), 7.0, "the old name is stale");
}

#[test]
fn it_does_not_matter_who_comes_first() {
    let (builder, to) = lent();
    let mut world = World::new(builder.clone());
    world.sample("uname", &[("instance", "i"), ("node", "n1")], 0, 1.0);
    world.sample("uname", &[("instance", "other"), ("node", "n2")], 0, 1.0);
    world.sample("memory", &[("instance", "i")], 0, 5.0);
    world.close(0);
    assert_eq!(world.value(&builder, to, &[("instance", "i"), ("node", "n1")]), 5.0);
}
