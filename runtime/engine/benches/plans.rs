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

/// The rules, of the value itself or of its average over some ticks.
pub fn rules(over_ticks: u32) -> Plan {
    let (mut builder, cpu) = cpu();
    let of = if over_ticks > 1 { average(&mut builder, cpu) } else { cpu.column };
    for rule in 0..RULES {
        let above = compared(&mut builder, cpu, of, rule);
        let levels = [0, 1].map(|level| {
            let [is_above, is_below] = above[level];
            let set = builder.held(is_above, i64::from(FOR_TICKS) * TICK_MS, Some(cpu.rows));
            let was_below = builder.lagged(is_below, 1);
            let code = [I::Condition(0), I::Condition(1), I::And(Register(0), Register(1))];
            let reset = builder.test(cpu.domain, &code, &[], &[is_below, was_below], &[]);
            let name = if level == 0 { "yellow" } else { "red" };
            Moves { name, set, reset, pending: Some(is_above) }
        });
        let alert = builder.alert(&format!("rule {rule:02}"), cpu.rows, of, &levels);
        // The model by hand knows no flapping.
        builder.plan.alerts[alert.index()].flapping_changes = u32::MAX;
    }
    builder.plan
}

/// One kernel a rule: whether it is above each threshold, and whether not.
fn compared(builder: &mut PlanBuilder, cpu: Read, of: ColumnId, rule: usize) -> [[ConditionId; 2]; 2] {
    let (x, yellow, red) = (Register(0), Register(3), Register(4));
    let kernel = Kernel {
        values: vec![Reach::Row],
        conditions: vec![],
        constants: 2,
        code: vec![
            I::Value(0),
            I::Constant(0),
            I::Constant(1),
            I::Compare(Compare::Greater, x, Register(1)),
            I::Compare(Compare::Greater, x, Register(2)),
            I::Not(yellow),
            I::Not(red),
        ],
        to_values: vec![],
        to_conditions: vec![yellow, Register(5), red, Register(6)],
    };
    if builder.plan.kernels.is_empty() {
        builder.plan.kernels.push(kernel);
    }
    let to: Vec<ConditionId> = (0..4).map(|_| builder.condition(cpu.domain)).collect();
    builder.step(Step::Kernel(KernelStep {
        kernel: KernelId(0),
        domain: cpu.domain,
        values: vec![of],
        conditions: vec![],
        constants: vec![threshold(rule, 0), threshold(rule, 1)],
        to_values: vec![],
        to_conditions: to.clone(),
    }));
    [[to[0], to[1]], [to[2], to[3]]]
}
