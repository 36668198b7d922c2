//! What is equal is computed once, and what differs in a number only shares its code.

use crate::cases::{lowered, policy};
use nvp_plan::step::Step;

const HEAD: &str = "severity yellow is major\nseverity red is critical\ndefaults { every 10s absent holds }\n\
                    metric cpu: ratio { labels service }\nmetric load: ratio { labels service }\n";

#[test]
fn rules_that_differ_in_a_threshold_share_a_kernel() {
    let rules: String = (1..50).map(|n| format!("alert a{n} on cpu {{ red when > {n}% }}\n")).collect();
    let plan = lowered(&format!("{HEAD}{rules}")).plan;
    let steps = plan.steps.iter().filter(|step| matches!(step, Step::Kernel(_))).count();
    assert!(steps >= 49, "one kernel step a rule at least: {steps}");
    assert!(plan.kernels.len() <= 2, "few shapes for 49 rules: {}", plan.kernels.len());
}

#[test]
fn equal_windows_are_one() {
    let rules = "alert a on avg(cpu over 5m) { red when > 90% }\nalert b on max(cpu over 5m) { red when > 95% }\n\
                 alert c { red when avg(cpu over 5m) > 50% and avg(load over 5m) > 50% }\n";
    let plan = lowered(&format!("{HEAD}{rules}")).plan;
    assert_eq!(plan.windows.len(), 2, "one over cpu, one over load");
}

#[test]
fn a_selection_is_an_input_of_its_own() {
    let rules = "alert a on cpu{service = \"a\"} { red when > 90% }\nalert b on cpu{service = \"a\"} { red when > 95% }\n\
                 alert c on cpu { red when > 95% }\n";
    let plan = lowered(&format!("{HEAD}{rules}")).plan;
    assert_eq!(plan.inputs.len(), 2);
}

#[test]
fn what_several_alerts_compute_is_a_column() {
    let rules =
        "derive both = cpu / load\nalert a on both { red when > 90% }\nalert b on both { red when > 95% }\n";
    let plan = lowered(&format!("{HEAD}{rules}")).plan;
    let quotients = plan
        .kernels
        .iter()
        .flat_map(|kernel| &kernel.code)
        .filter(|code| {
            matches!(code, nvp_plan::kernel::Instruction::Binary(nvp_plan::kernel::Binary::Divide, ..))
        })
        .count();
    assert_eq!(quotients, 1, "{}", nvp_plan::describe::plan(&plan));
}

#[test]
fn every_column_is_written_once_and_before_it_is_read() {
    let text = format!(
        "{HEAD}derive both = cpu / load\nalert a on both {{ yellow when > 50% for 1m  red when > 90%  clear when < 20% for 5m  absent for 5m is red }}\n\
         alert b {{ red when share(a >= yellow overall) > 50% and cpu > 50% }}\nalert c on p95(cpu over 1h overall) {{ red when > 50% }}\n"
    );
    let plan = lowered(&text).plan;
    let mut values: Vec<bool> = vec![false; plan.columns.len()];
    let mut conditions: Vec<bool> = vec![false; plan.conditions.len()];
    for input in &plan.inputs {
        if let Some(column) = input.column {
            values[column.index()] = true;
        }
    }
    for step in &plan.steps {
        if let Step::Kernel(kernel) = step {
            assert!(kernel.values.iter().all(|column| values[column.index()]), "{step:?}");
            assert!(kernel.conditions.iter().all(|condition| conditions[condition.index()]), "{step:?}");
        }
        let (to_values, to_conditions) = written(step);
        for column in to_values {
            assert!(!std::mem::replace(&mut values[column.index()], true), "written twice: {step:?}");
        }
        for condition in to_conditions {
            assert!(!std::mem::replace(&mut conditions[condition.index()], true), "written twice: {step:?}");
        }
        if let Step::Alert(alert) = step {
            for level in &plan.alerts[alert.index()].levels {
                assert!(conditions[level.set.index()] && conditions[level.reset.index()]);
            }
        }
    }
}

use nvp_plan::ids::{ColumnId, ConditionId};

fn written(step: &Step) -> (Vec<ColumnId>, Vec<ConditionId>) {
    match step {
        Step::Now(to)
        | Step::BroadcastValue { to, .. }
        | Step::SelectValue { to, .. }
        | Step::GroupValue { to, .. }
        | Step::GroupTruth { to, .. }
        | Step::Pool { to, .. }
        | Step::BucketQuantile { to, .. }
        | Step::BucketShare { to, .. }
        | Step::LendValue { to, .. } => (vec![*to], vec![]),
        Step::Kernel(step) => (step.to_values.clone(), step.to_conditions.clone()),
        Step::Window { values, conditions, .. } => {
            (values.iter().map(|(_, to)| *to).collect(), conditions.iter().map(|(_, to)| *to).collect())
        }
        Step::BroadcastCondition { to, .. }
        | Step::SelectCondition { to, .. }
        | Step::GroupCondition { to, .. }
        | Step::LendCondition { to, .. }
        | Step::Hold { to, .. }
        | Step::Lag { to, .. }
        | Step::AlertState { to, .. } => (vec![], vec![*to]),
        Step::Alert(_) => (vec![], vec![]),
    }
}

#[test]
fn the_alerts_that_read_a_metric_are_found_through_derives_and_states() {
    let text = format!(
        "{HEAD}derive d = cpu / load\nalert a on d {{ red when > 1 }}\nalert b {{ red when a is red }}\nalert c on load {{ red when > 50% }}\n"
    );
    let policy = policy(&text.replace("> 1 }", "> 100% }"));
    let cpu = policy.metrics.iter().position(|metric| metric.name == "cpu").map(nvp_check::typed::MetricId);
    let reading =
        nvp_lower::Survey::of(&policy).alerts_reading(&cpu.into_iter().collect(), &Default::default());
    let names: Vec<&str> = reading.iter().map(|id| policy.alerts[id.0].name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
}
