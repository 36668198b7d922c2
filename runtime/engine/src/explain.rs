//! The values of a tree's nodes for one row, from the columns as the last tick left them.

use crate::columns::Columns;
use crate::why::NodeValue;
use nvp_kernels::{Scalar, trace};
use nvp_plan::Plan;
use nvp_plan::ids::{StepId, TreeId};
use nvp_plan::kernel::Reach;
use nvp_plan::step::{KernelStep, Step};
use nvp_plan::tree::Place;

/// Appends a value for each node of a tree; `row_of` says which row of a domain, if any, belongs to what is explained.
pub(crate) fn nodes(
    plan: &Plan,
    columns: &Columns,
    tree: TreeId,
    row_of: impl Fn(usize) -> Option<usize>,
    to: &mut Vec<NodeValue>,
) {
    let mut traced = None;
    for node in plan.trees.get(tree.index()).map_or(&[][..], |tree| tree.nodes.as_slice()) {
        to.push(find(plan, columns, node.at, row_of(node.domain.index()), &mut traced));
    }
}

/// The value at a place for a row.
pub(crate) fn value(plan: &Plan, columns: &Columns, at: Place, row: Option<usize>) -> NodeValue {
    find(plan, columns, at, row, &mut None)
}

/// A kernel step that was computed again for a row.
type Traced = Option<(StepId, usize, Vec<Scalar>)>;

fn find(plan: &Plan, columns: &Columns, at: Place, row: Option<usize>, traced: &mut Traced) -> NodeValue {
    match (at, row) {
        (Place::Number(number), _) => NodeValue::Number(number),
        (_, None) => NodeValue::Nowhere,
        (Place::Column(column), Some(row)) => NodeValue::Number(columns.value_at(column, row)),
        (Place::Condition(condition), Some(row)) => {
            NodeValue::Condition(columns.condition(condition).get(row))
        }
        (Place::Register(step, register), Some(row)) => {
            let is_traced = traced.as_ref().is_some_and(|(of, at, _)| (*of, *at) == (step, row));
            if !is_traced {
                *traced = registers(plan, columns, step, row).map(|registers| (step, row, registers));
            }
            match traced.as_ref().and_then(|(_, _, registers)| registers.get(usize::from(register.0))) {
                Some(Scalar::Number(number)) => NodeValue::Number(*number),
                Some(Scalar::Condition(condition)) => NodeValue::Condition(*condition),
                None => NodeValue::Nowhere,
            }
        }
    }
}

/// Computes a kernel step again for one row.
fn registers(plan: &Plan, columns: &Columns, step: StepId, row: usize) -> Option<Vec<Scalar>> {
    let Some(Step::Kernel(KernelStep { kernel, values, conditions, constants, .. })) =
        plan.steps.get(step.index())
    else {
        return None;
    };
    let kernel = plan.kernels.get(kernel.index())?;
    let at = |reach: &Reach| if *reach == Reach::All { 0 } else { row };
    let values: Vec<f64> = values
        .iter()
        .zip(&kernel.values)
        .map(|(column, reach)| columns.value_at(*column, at(reach)))
        .collect();
    let conditions: Vec<Option<bool>> = (conditions.iter().zip(&kernel.conditions))
        .map(|(condition, reach)| columns.condition(*condition).get(at(reach)))
        .collect();
    Some(trace(kernel, &values, &conditions, constants))
}
