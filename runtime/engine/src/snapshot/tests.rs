use super::{HASH_BYTES, SnapshotError, digest, fingerprint};
use crate::fuzz::{PlanBuilder, snapshot_and_restore};
use crate::{Effects, Engine, Input, Options};
use nvp_kernels::{Mode, Program};
use nvp_plan::Plan;
use nvp_plan::ids::LaneId;
use nvp_plan::window::{Keep, WindowFunction, WindowSource};
use proptest::prelude::*;
use std::sync::Arc;

const TICK_MS: i64 = 1_000;

fn plan() -> Arc<Plan> {
    let mut builder = PlanBuilder::new(TICK_MS);
    let load = builder.gauge("load", &["pod"]);
    let of = WindowSource::Input(load.input);
    let (_, columns) = builder.window(
        of,
        load.domain,
        4,
        &[Keep::Sum, Keep::Values],
        &[WindowFunction::Avg, WindowFunction::Quantile(0.5)],
    );
    let high = builder.above(columns[0], 5.0);
    let held = builder.held(high, 2 * TICK_MS, Some(load.rows));
    let low = builder.not(high);
    let red = crate::fuzz::Moves { name: "red", set: held, reset: low, pending: Some(high) };
    builder.alert("hot", load.rows, columns[0], &[red]);
    Arc::new(builder.plan)
}

fn program(plan: &Plan) -> Arc<Program> {
    Arc::new(Program::compile(&plan.kernels, Mode::Off).unwrap())
}

fn fed(plan: &Arc<Plan>, values: &[f64]) -> Engine {
    let mut engine = Engine::new(Arc::clone(plan), program(plan), Options::default()).unwrap();
    let mut out = Effects::new(Arc::clone(plan));
    engine.step(Input::SourceOpened { source: 0, name: "test", waits_ms: 0 }, &mut out);
    engine.step(Input::Appeared { source: 0, series: 3, name: "load", labels: &[("pod", "a")] }, &mut out);
    for (value, tick) in values.iter().zip(1..) {
        let (series, instants, values) = (&[3], &[tick * TICK_MS], &[*value]);
        engine.step(Input::Samples { source: 0, lane: LaneId(0), series, instants, values }, &mut out);
        engine.step(Input::SourceClosed { source: 0, through_ms: tick * TICK_MS }, &mut out);
    }
    engine
}

fn bytes(engine: &Engine) -> Vec<u8> {
    let mut bytes = Vec::new();
    engine.snapshot(&mut bytes).unwrap();
    bytes
}

fn restored(plan: &Arc<Plan>, bytes: &[u8]) -> Result<Engine, SnapshotError> {
    Engine::restore(Arc::clone(plan), program(plan), Options::default(), bytes)
}

#[test]
fn a_nan_keeps_its_bits() {
    let plan = plan();
    let odd = f64::from_bits(0xfff8_dead_beef_0001);
    let mut engine = fed(&plan, &[6.0, odd]);
    let (series, instants, values) = (&[3_u32], &[3 * TICK_MS], &[odd]);
    engine.offer(Input::Samples { source: 0, lane: LaneId(0), series, instants, values });
    let written = bytes(&engine);
    let pattern = odd.to_bits().to_le_bytes();
    assert!(written.windows(8).any(|eight| eight == pattern), "the value waits with all its bits");
    assert_eq!(bytes(&restored(&plan, &written).unwrap()), written);
}

#[test]
fn the_state_of_other_policies_is_refused() {
    let plan = plan();
    let written = bytes(&fed(&plan, &[6.0, 7.0]));
    let mut other = Plan::clone(&plan);
    other.holds[0].for_ms += 1;
    assert_ne!(fingerprint(&plan), fingerprint(&other));
    let error = restored(&Arc::new(other), &written).unwrap_err();
    assert_eq!(error, SnapshotError::OtherPlan);
    assert_eq!(error.to_string(), "it is the state of other policies");
}

#[test]
fn another_version_and_foreign_bytes_are_told_apart() {
    let plan = plan();
    let mut written = bytes(&fed(&plan, &[6.0]));
    written[8] = 200;
    assert_eq!(restored(&plan, &written).unwrap_err(), SnapshotError::Version { found: 200 });
    assert_eq!(restored(&plan, b"PNG").unwrap_err(), SnapshotError::Foreign);
    assert_eq!(restored(&plan, b"").unwrap_err(), SnapshotError::Foreign);
}

#[test]
fn what_is_explained_between_ticks_is_there_at_once() {
    let plan = plan();
    let engine = fed(&plan, &[6.0, 7.0, 8.0]);
    let again = restored(&plan, &bytes(&engine)).unwrap();
    let row = |engine: &Engine| {
        let row = engine.rows_of_alert(nvp_plan::ids::AlertId(0)).next().unwrap();
        (
            row.state,
            row.value,
            row.since_ms,
            row.labels.clone().map(|(_, value)| value.to_owned()).collect::<Vec<_>>(),
        )
    };
    assert_eq!(row(&engine).1, Some(7.0));
    assert_eq!(row(&engine), row(&again));
}

proptest! {
    #[test]
    fn a_flipped_bit_is_an_error(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let plan = plan();
        let mut written = bytes(&fed(&plan, &[6.0, 7.0, 3.0]));
        let place = at.index(written.len());
        written[place] ^= 1 << bit;
        prop_assert!(restored(&plan, &written).is_err());
    }

    #[test]
    fn a_part_of_it_is_an_error(length in any::<prop::sample::Index>()) {
        let plan = plan();
        let written = bytes(&fed(&plan, &[6.0, 7.0, 3.0]));
        prop_assert!(restored(&plan, &written[..length.index(written.len())]).is_err());
    }

    #[test]
    fn any_bytes_are_an_error(noise in prop::collection::vec(any::<u8>(), 0..300)) {
        let plan = plan();
        prop_assert!(restored(&plan, &noise).is_err());
        let mut signed = bytes(&fed(&plan, &[]));
        signed.truncate(8 + 2 + HASH_BYTES);
        signed.extend(digest(&fingerprint(&plan), &noise));
        signed.extend(&noise);
        // With a right checksum too: what the bytes say is not believed.
        prop_assert!(restored(&plan, &signed).is_err());
    }
}

proptest! {
    // Each case goes through a whole story.
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn what_is_wrong_under_a_right_checksum_never_breaks_the_reader(
        seed in any::<u8>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
    ) {
        let plan = plan();
        let values: Vec<f64> = (0..6).map(|at| f64::from(at ^ seed & 7)).collect();
        let written = bytes(&fed(&plan, &values));
        let head = 8 + 2 + 2 * HASH_BYTES;
        let state = written[head..].to_vec();
        for (at, byte) in changes {
            let mut changed = state.clone();
            let place = at.index(changed.len());
            changed[place] = byte;
            let mut signed = written[..8 + 2 + HASH_BYTES].to_vec();
            signed.extend(digest(&fingerprint(&plan), &changed));
            signed.extend(changed);
            // Some changes give another state, which is one all the same.
            let _ = restored(&plan, &signed);
        }
    }
}

#[test]
fn stories_made_of_bytes_decide_something_after_they_were_cut() {
    let decisions: usize = (0..6_u8).map(|seed| snapshot_and_restore(&[seed]).decisions).sum();
    assert!(decisions > 200, "{decisions}");
}
