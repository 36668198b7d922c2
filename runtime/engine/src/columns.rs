//! The columns of a plan: numbers and conditions.
//!
//! INVARIANT (row order): every column, window, clock and latch of a domain has an entry for each of the domain's rows, padded to whole
//! words of 64; row numbers are the same in all of them. [`crate::engine`] sizes all of them together, before a tick.
//! What stands in a row that is not alive is whatever a kernel yields there: readers look at rows that are alive only.

use crate::bits::Truth;
use nvp_plan::Plan;
use nvp_plan::ids::{ColumnId, ConditionId};

/// The columns.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    pub(crate) values: Vec<Vec<f64>>,
    pub(crate) conditions: Vec<Truth>,
}

impl Columns {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self {
            values: vec![Vec::new(); plan.columns.len()],
            conditions: vec![Truth::default(); plan.conditions.len()],
        }
    }

    /// Sizes the columns of one domain.
    pub(crate) fn resize(&mut self, plan: &Plan, domain: usize, rows: usize) {
        for (column, planned) in self.values.iter_mut().zip(&plan.columns) {
            if planned.domain.index() == domain {
                grow(column, rows, f64::NAN);
            }
        }
        for (condition, planned) in self.conditions.iter_mut().zip(&plan.conditions) {
            if planned.domain.index() == domain {
                condition.resize(rows / 64);
            }
        }
    }

    /// Takes a column out so that it can be written while others are read; to be put back.
    pub(crate) fn take_value(&mut self, id: ColumnId) -> Vec<f64> {
        self.values.get_mut(id.index()).map(std::mem::take).unwrap_or_default()
    }

    pub(crate) fn put_value(&mut self, id: ColumnId, column: Vec<f64>) {
        if let Some(place) = self.values.get_mut(id.index()) {
            *place = column;
        }
    }

    pub(crate) fn take_condition(&mut self, id: ConditionId) -> Truth {
        self.conditions.get_mut(id.index()).map(std::mem::take).unwrap_or_default()
    }

    pub(crate) fn put_condition(&mut self, id: ConditionId, column: Truth) {
        if let Some(place) = self.conditions.get_mut(id.index()) {
            *place = column;
        }
    }

    pub(crate) fn value(&self, id: ColumnId) -> &[f64] {
        self.values.get(id.index()).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn condition(&self, id: ConditionId) -> &Truth {
        const NOTHING: &Truth = &Truth { is_true: Vec::new(), is_false: Vec::new() };
        self.conditions.get(id.index()).unwrap_or(NOTHING)
    }

    /// A number, missing where there is no such row.
    pub(crate) fn value_at(&self, id: ColumnId, row: usize) -> f64 {
        self.value(id).get(row).copied().unwrap_or(f64::NAN)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.values.iter().map(|column| column.capacity() * 8).sum::<usize>()
            + self.conditions.iter().map(Truth::bytes).sum::<usize>()
    }
}

/// Makes a column longer, with a quarter to spare so that series that appear one by one do not copy it each time.
pub(crate) fn grow<T: Clone>(column: &mut Vec<T>, rows: usize, filler: T) {
    if rows > column.capacity() {
        let spare = if column.is_empty() { 0 } else { rows / 4 };
        column.reserve_exact(rows.saturating_add(spare).saturating_sub(column.len()));
    }
    column.resize(rows, filler);
}
