//! The plans measured.

use crate::by_hand::FOR_TICKS;
use crate::{RULES, TICK_MS};
use nvp_engine::fuzz::{Moves, PlanBuilder, Read};
use nvp_plan::Plan;
use nvp_plan::ids::{ColumnId, ConditionId, KernelId};
use nvp_plan::kernel::{Compare, Instruction as I, Kernel, Reach, Register};
use nvp_plan::step::{KernelStep, Step};
use nvp_plan::window::{Keep, WindowFunction, WindowSource};

/// A threshold of a rule's level.
pub fn threshold(rule: usize, level: usize) -> f64 {
    71.0 + rule as f64 + level as f64 * 5.0
}

fn cpu() -> (PlanBuilder, Read) {
    let mut builder = PlanBuilder::new(TICK_MS);
    let cpu = builder.gauge("cpu", &["instance"]);
    (builder, cpu)
}

fn average(builder: &mut PlanBuilder, cpu: Read) -> ColumnId {
    let of = WindowSource::Input(cpu.input);
    let (_, columns) = builder.window(of, cpu.domain, 30, &[Keep::Sum], &[WindowFunction::Avg]);
    columns[0]
}

/// Samples into a column, and nothing else.
pub fn samples_only() -> Plan {
    cpu().0.plan
}

/// The same, and an average over 5 min.
pub fn window_only() -> Plan {
    let (mut builder, read) = cpu();
    average(&mut builder, read);
    builder.plan
}

/// The rules, of the value itself or of its average over some ticks. As lowering does, what can be computed at one stage over one label
/// set is one kernel.
pub fn rules(over_ticks: u32) -> Plan {
    let (mut builder, cpu) = cpu();
    let of = if over_ticks > 1 { average(&mut builder, cpu) } else { cpu.column };
    let tests = compared(&mut builder, cpu, of);
    let delays: Vec<[ConditionId; 2]> = tests
        .iter()
        .map(|[is_above, is_below]| {
            let set = builder.held(*is_above, i64::from(FOR_TICKS) * TICK_MS, Some(cpu.rows));
            [set, builder.lagged(*is_below, 1)]
        })
        .collect();
    let resets = both(&mut builder, cpu, &tests, &delays);
    for rule in 0..RULES {
        let levels = [0, 1].map(|level| {
            let at = rule * 2 + level;
            let name = if level == 0 { "yellow" } else { "red" };
            Moves { name, set: delays[at][0], reset: resets[at], pending: Some(tests[at][0]) }
        });
        let alert = builder.alert(&format!("rule {rule:02}"), cpu.rows, of, &levels);
        // The model by hand knows no flapping.
        builder.plan.alerts[alert.index()].flapping_changes = u32::MAX;
    }
    builder.plan
}

/// For each level of each rule whether the number is above its threshold, and whether not.
fn compared(builder: &mut PlanBuilder, cpu: Read, of: ColumnId) -> Vec<[ConditionId; 2]> {
    let mut code = vec![I::Value(0)];
    let mut out = Vec::new();
    let thresholds: Vec<f64> =
        (0..RULES).flat_map(|rule| [0, 1].map(|level| threshold(rule, level))).collect();
    for constant in 0..thresholds.len() {
        let at = code.len();
        code.push(I::Constant(u16::try_from(constant).expect("few")));
        code.push(I::Compare(Compare::Greater, Register(0), register(at)));
        code.push(I::Not(register(at + 1)));
        out.extend([register(at + 1), register(at + 2)]);
    }
    let to = kernel(builder, cpu, code, out, vec![of], Vec::new(), thresholds);
    to.chunks(2).map(|both| [both[0], both[1]]).collect()
}

/// For each level whether it is not above, and was not the tick before.
fn both(
    builder: &mut PlanBuilder,
    cpu: Read,
    tests: &[[ConditionId; 2]],
    delays: &[[ConditionId; 2]],
) -> Vec<ConditionId> {
    let conditions: Vec<ConditionId> = tests
        .iter()
        .zip(delays)
        .flat_map(|([_, is_below], [_, was_below])| [*is_below, *was_below])
        .collect();
    let mut code: Vec<I> =
        (0..conditions.len()).map(|at| I::Condition(u16::try_from(at).expect("few"))).collect();
    let mut out = Vec::new();
    for at in (0..conditions.len()).step_by(2) {
        out.push(register(code.len()));
        code.push(I::And(register(at), register(at + 1)));
    }
    kernel(builder, cpu, code, out, Vec::new(), conditions, Vec::new())
}

fn register(place: usize) -> Register {
    Register(u16::try_from(place).expect("few"))
}

fn kernel(
    builder: &mut PlanBuilder,
    cpu: Read,
    code: Vec<I>,
    out: Vec<Register>,
    values: Vec<ColumnId>,
    conditions: Vec<ConditionId>,
    constants: Vec<f64>,
) -> Vec<ConditionId> {
    let to: Vec<ConditionId> = out.iter().map(|_| builder.condition(cpu.domain)).collect();
    builder.plan.kernels.push(Kernel {
        values: vec![Reach::Row; values.len()],
        conditions: vec![Reach::Row; conditions.len()],
        constants: u16::try_from(constants.len()).expect("few"),
        code,
        to_values: Vec::new(),
        to_conditions: out,
    });
    let kernel = KernelId(u32::try_from(builder.plan.kernels.len() - 1).expect("few"));
    builder.step(Step::Kernel(KernelStep {
        kernel,
        domain: cpu.domain,
        values,
        conditions,
        constants,
        to_values: Vec::new(),
        to_conditions: to.clone(),
    }));
    to
}
