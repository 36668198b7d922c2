use super::{Block, passing, runs};
use crate::fuzz::{Moves, PlanBuilder};
use crate::{Effects, Engine, Input, Options};
use nvp_kernels::{Mode, Program};
use nvp_plan::Plan;
use nvp_plan::ids::LaneId;
use nvp_plan::step::StateTest;
use nvp_plan::tree::Place;
use nvp_plan::window::{WindowSource, WindowTest};
use proptest::prelude::*;
use std::sync::Arc;

const TICK_MS: i64 = 10_000;

/// Two alerts over one label set, the second asking for the state of the first; a group in between, which needs whole columns.
fn plan() -> Plan {
    let mut builder = PlanBuilder::new(TICK_MS);
    let cpu = builder.gauge("cpu", &["pod"]);
    let high = builder.above(cpu.column, 0.5);
    let held = builder.held(high, 2 * TICK_MS, Some(cpu.rows));
    let not = builder.not(high);
    let low = builder.lagged(not, 2);
    let red = Moves { name: "red", set: held, reset: low, pending: Some(high) };
    let first = builder.alert("first", cpu.rows, cpu.column, &[red]);
    builder.plan.alerts[first.index()].flapping_changes = 3;
    let is_red = builder.state(first, StateTest::AtLeast(0));
    let soon = builder.held(is_red, TICK_MS, None);
    let map = builder.map(cpu.domain, crate::fuzz::NO_LABELS, &[]);
    let any = builder.group_test(WindowTest::Any, map, soon, cpu.rows);
    let tree = builder.tree("any", Place::Condition(any), crate::fuzz::NO_LABELS);
    builder.plan.probes.push(nvp_plan::Probe { condition: any, tree });
    let window = WindowSource::Condition(is_red, cpu.rows);
    builder.window(window, cpu.domain, 3, &[nvp_plan::window::Keep::Truth], &[]);
    let calm = builder.not(is_red);
    let calm = builder.lagged(calm, 1);
    let yellow = Moves { name: "yellow", set: is_red, reset: calm, pending: None };
    builder.alert("second", cpu.rows, cpu.column, &[yellow]);
    builder.plan
}

/// Everything that shows of the ticks: the decisions, ticks passed over, the probe.
fn shown(block_words: usize, ticks: &[Vec<Option<f64>>]) -> Vec<String> {
    let plan = Arc::new(plan());
    let program = Arc::new(Program::compile(&plan.kernels, Mode::Off).unwrap());
    let mut engine = Engine::new(Arc::clone(&plan), program, Options::default()).unwrap();
    engine.set_block_words(block_words);
    let mut out = Effects::new(plan);
    engine.step(Input::SourceOpened { source: 0, name: "test", waits_ms: 0 }, &mut out);
    let rows = ticks.first().map_or(0, Vec::len);
    for series in 0..u32::try_from(rows).unwrap() {
        let pod = format!("pod {}", series.wrapping_mul(0x9e37_79b9));
        let labels = [("pod", pod.as_str())];
        engine.step(Input::Appeared { source: 0, series, name: "cpu", labels: &labels }, &mut out);
    }
    let mut seen = Vec::new();
    let mut at_ms = 0;
    for values in ticks {
        at_ms += TICK_MS;
        let there: Vec<(u32, f64)> =
            (0..).zip(values).filter_map(|(series, value)| Some((series, (*value)?))).collect();
        let (series, values): (Vec<u32>, Vec<f64>) = there.into_iter().unzip();
        let instants = vec![at_ms; series.len()];
        let samples = Input::Samples {
            source: 0,
            lane: LaneId(0),
            series: &series,
            instants: &instants,
            values: &values,
        };
        engine.step(samples, &mut out);
        engine.step(Input::SourceClosed { source: 0, through_ms: at_ms }, &mut out);
        let decided = out.transitions().map(|decision| format!("{decision:?}")).collect::<Vec<_>>();
        seen.push(format!("{decided:?} {:?} {:?}", out.ticks, engine.probe(0)));
        out.clear();
    }
    // A long hole: found by comparing columns, which then are kept as a whole.
    engine.step(Input::SourceClosed { source: 0, through_ms: at_ms + 10_000 * TICK_MS }, &mut out);
    let decided = out.transitions().map(|decision| format!("{decision:?}")).collect::<Vec<_>>();
    assert!(out.ticks.iter().any(|tick| tick.skipped > 0), "the hole is passed over");
    seen.push(format!("{decided:?} {:?} {:?}", out.ticks, engine.probe(0)));
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn blocks_do_not_show(
        ticks in (100_usize..400).prop_flat_map(|rows| {
            let value = prop_oneof![4 => Just(None), 4 => (0.0..1.0).prop_map(Some), 1 => Just(Some(f64::NAN))];
            proptest::collection::vec(proptest::collection::vec(value, rows), 1..12)
        }),
        words in 1_usize..4,
    ) {
        let whole = shown(usize::MAX, &ticks);
        prop_assert_eq!(&shown(words, &ticks), &whole);
        prop_assert_eq!(&shown(super::BLOCK_WORDS, &ticks), &whole);
    }
}

#[test]
fn what_is_read_beyond_a_run_is_kept() {
    let plan = plan();
    let runs = runs(&plan);
    let domains: Vec<bool> = runs.iter().map(|run| run.domain.is_some()).collect();
    assert_eq!(domains, [true, false, false, true], "alerts, a group, a window, an alert");
    // high, held, not, low, is_red, soon, any, not is_red, it lagged
    let wanted = [true, true, true, true, false, false, false, true, true];
    assert_eq!(passing(&plan, &runs), wanted);
}

#[test]
fn an_alert_asked_before_it_moves_begins_a_run() {
    let mut plan = plan();
    let moves = plan.steps.iter().position(|step| matches!(step, nvp_plan::step::Step::Alert(_))).unwrap();
    plan.steps.swap(moves, moves + 1);
    let runs = runs(&plan);
    assert_eq!(runs[0].steps, 0..moves + 1);
    assert_eq!(runs[1].steps.start, moves + 1);
}

#[test]
fn blocks_cover_every_word_once() {
    let words = |count, each| Block::all(count, each).map(|block| block.words).collect::<Vec<_>>();
    assert_eq!(words(5, 2), [0..2, 2..4, 4..5]);
    assert_eq!(words(4, 2), [0..2, 2..4]);
    assert_eq!(words(0, 2), vec![0..0; 1], "an alert without rows moves all the same");
    let ends: Vec<(bool, bool)> = Block::all(5, 2).map(|block| (block.is_first, block.is_last)).collect();
    assert_eq!(ends, [(true, false), (false, false), (false, true)]);
}
