//! What playbooks read of the evaluation.

use crate::world::World;
use nvp_engine::NodeValue;
use nvp_engine::fuzz::PlanBuilder;
use nvp_plan::alert::Shown;
use nvp_plan::ids::ObservationId;
use nvp_plan::tree::Place;
use nvp_plan::unit::Unit;

const CPU: ObservationId = ObservationId(0);
const HIGH: ObservationId = ObservationId(1);

/// `cpu` and `cpu > 90`, which nothing else reads.
fn observed() -> PlanBuilder {
    let mut builder = PlanBuilder::new(10_000);
    let cpu = builder.gauge("cpu", &["pod", "zone"]);
    let high = builder.above(cpu.column, 90.0);
    let not = builder.not(high);
    builder.lagged(not, 1);
    let shown = |at| Shown { at, domain: cpu.domain, unit: Unit::Number };
    builder.plan.observations = vec![shown(Place::Column(cpu.column)), shown(Place::Condition(high))];
    builder
}

#[test]
fn a_value_is_that_of_the_last_closed_tick_and_of_the_row_named() {
    let mut world = World::new(observed());
    let (a, b) = ([("pod", "a"), ("zone", "z")], [("zone", "z"), ("pod", "b")]);
    assert_eq!(world.engine.observe(CPU, &a), NodeValue::Nowhere, "no such row yet");
    world.sample("cpu", &a, 0, 95.0);
    world.sample("cpu", &b, 0, 5.0);
    world.close(0);
    assert_eq!(world.engine.observe(CPU, &a), NodeValue::Number(95.0));
    assert_eq!(world.engine.observe(HIGH, &a), NodeValue::Condition(Some(true)));
    assert_eq!(world.engine.observe(CPU, &b), NodeValue::Number(5.0), "in whatever order the labels stand");
    assert_eq!(world.engine.observe(HIGH, &b), NodeValue::Condition(Some(false)));
    let owned = b.map(|(name, text)| (name.to_owned(), text.to_owned()));
    assert_eq!(world.engine.observe(CPU, &owned), NodeValue::Number(5.0));
    world.sample("cpu", &a, 10_000, 50.0);
    assert_eq!(world.engine.observe(CPU, &a), NodeValue::Number(95.0), "the tick is still open");
    world.close(10_000);
    assert_eq!(world.engine.observe(CPU, &a), NodeValue::Number(50.0));
    // Stale.
    world.close(100_000);
    assert!(matches!(world.engine.observe(CPU, &a), NodeValue::Number(number) if number.is_nan()));
    assert_eq!(world.engine.observe(HIGH, &a), NodeValue::Condition(None));
}

#[test]
fn what_is_not_there_is_nowhere() {
    let mut world = World::new(observed());
    world.sample("cpu", &[("pod", "a"), ("zone", "z")], 0, 95.0);
    world.close(0);
    assert_eq!(world.engine.observe(CPU, &[("pod", "a")]), NodeValue::Nowhere, "a label is missing");
    assert_eq!(world.engine.observe(CPU, &[("pod", "a"), ("zone", "y")]), NodeValue::Nowhere);
    let more = [("pod", "a"), ("team", "t"), ("zone", "z")];
    assert_eq!(world.engine.observe(CPU, &more), NodeValue::Number(95.0), "more labels do no harm");
    assert_eq!(world.engine.observe(ObservationId(2), &more), NodeValue::Nowhere);
}

#[test]
fn looking_allocates_nothing() {
    let mut world = World::new(observed());
    let labels = [("pod", "a"), ("zone", "z")];
    world.sample("cpu", &labels, 0, 95.0);
    world.close(0);
    let allocated = allocation_counter::measure(|| {
        assert_eq!(world.engine.observe(CPU, &labels), NodeValue::Number(95.0));
        assert_eq!(world.engine.observe(HIGH, &labels), NodeValue::Condition(Some(true)));
    });
    assert_eq!(allocated.count_total, 0);
}

#[test]
fn more_labels_than_usual_are_found_too() {
    let names: Vec<String> = (10..30).map(|place| format!("label_{place}")).collect();
    let labels: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    let mut builder = PlanBuilder::new(10_000);
    let wide = builder.gauge("wide", &names.iter().map(String::as_str).collect::<Vec<_>>());
    builder.plan.observations =
        vec![Shown { at: Place::Column(wide.column), domain: wide.domain, unit: Unit::Number }];
    let mut world = World::new(builder);
    world.sample("wide", &labels, 0, 7.0);
    world.close(0);
    assert_eq!(world.engine.observe(CPU, &labels), NodeValue::Number(7.0));
}

#[test]
fn an_observation_of_another_label_set_is_refused() {
    let mut builder = observed();
    builder.plan.observations[0].domain = nvp_engine::fuzz::NO_LABELS;
    let plan = std::sync::Arc::new(builder.plan);
    let program = nvp_kernels::Program::compile(&plan.kernels, nvp_kernels::Mode::Off).expect("well formed");
    let made = nvp_engine::Engine::new(plan, std::sync::Arc::new(program), nvp_engine::Options::default());
    assert!(made.is_err());
}
