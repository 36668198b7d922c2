//! The operands of one run of a kernel, and the check that they fit it.
//!
//! INVARIANT (columns fit): when [`Lists::fit`] says yes, every list has the kernel's count, every column of reach `Row` and every
//! result has at least `rows` entries, every column of reach `All` has one, and `rows` is whole words. Both evaluators rely on it.

use nvp_plan::kernel::{Kernel, Reach};

use crate::ROWS_PER_WORD;
use crate::error::{CallError, Operand};

/// A column of conditions that is read: 64 rows a word, never both true and false.
#[derive(Debug, Clone, Copy)]
pub struct Bits<'a> {
    /// Where it is true.
    pub is_true: &'a [u64],
    /// Where it is false.
    pub is_false: &'a [u64],
}

/// A column of conditions that is written.
#[derive(Debug)]
pub struct BitsMut<'a> {
    /// Where it is true.
    pub is_true: &'a mut [u64],
    /// Where it is false.
    pub is_false: &'a mut [u64],
}

/// What a kernel is run on. The lists are iterators in the order of the kernel's own lists, so that a caller's tables need no
/// copying: `ids.iter().map(|id| &columns[id.index()][..])`; arrays and vectors do as well. A caller whose tables hold
/// both what is read and what is written takes the written columns out first (`std::mem::take`) and puts them back after.
#[derive(Debug)]
pub struct Call<'a, Values, Conditions, ToValues, ToConditions> {
    /// Columns of numbers read: of `rows` entries, or at least one where the reach is `All`.
    pub values: Values,
    /// Columns of conditions read: of `rows / 64` words, or at least one (its lowest bit counts) where the reach is `All`.
    pub conditions: Conditions,
    /// The constants.
    pub constants: &'a [f64],
    /// Columns of numbers written.
    pub to_values: ToValues,
    /// Columns of conditions written.
    pub to_conditions: ToConditions,
    /// How many rows, padding included: a multiple of 64.
    pub rows: usize,
}

/// The lists of a call, collected into memory that is kept from call to call.
#[derive(Debug, Default)]
pub(crate) struct Lists<'a> {
    pub(crate) values: Vec<&'a [f64]>,
    pub(crate) conditions: Vec<Bits<'a>>,
    pub(crate) constants: &'a [f64],
    pub(crate) to_values: Vec<&'a mut [f64]>,
    pub(crate) to_conditions: Vec<BitsMut<'a>>,
    pub(crate) rows: usize,
}

impl<'a> Lists<'a> {
    /// Collects a call.
    pub(crate) fn fill<V, C, TV, TC>(&mut self, call: Call<'a, V, C, TV, TC>)
    where
        V: IntoIterator<Item = &'a [f64]>,
        C: IntoIterator<Item = Bits<'a>>,
        TV: IntoIterator<Item = &'a mut [f64]>,
        TC: IntoIterator<Item = BitsMut<'a>>,
    {
        self.values.extend(call.values);
        self.conditions.extend(call.conditions);
        self.constants = call.constants;
        self.to_values.extend(call.to_values);
        self.to_conditions.extend(call.to_conditions);
        self.rows = call.rows;
    }

    /// Lets go of all columns but keeps the memory: collecting an emptied vector into one of another lifetime is done in place.
    pub(crate) fn emptied(mut self) -> Lists<'static> {
        self.values.clear();
        self.conditions.clear();
        self.to_values.clear();
        self.to_conditions.clear();
        Lists {
            values: self.values.into_iter().map(|_| -> &'static [f64] { &[] }).collect(),
            conditions: self.conditions.into_iter().map(|_| Bits { is_true: &[], is_false: &[] }).collect(),
            constants: &[],
            to_values: self.to_values.into_iter().map(|_| -> &'static mut [f64] { &mut [] }).collect(),
            to_conditions: (self.to_conditions.into_iter())
                .map(|_| BitsMut { is_true: &mut [], is_false: &mut [] })
                .collect(),
            rows: 0,
        }
    }

    /// Whether the lists fit the kernel.
    pub(crate) fn fit(&self, kernel: &Kernel) -> Result<(), CallError> {
        if !self.rows.is_multiple_of(ROWS_PER_WORD) {
            return Err(CallError::NotPadded(self.rows));
        }
        let rows = self.rows;
        let words = rows / ROWS_PER_WORD;
        count(Operand::Constants, usize::from(kernel.constants), self.constants.len())?;
        count(Operand::Values, kernel.values.len(), self.values.len())?;
        count(Operand::Conditions, kernel.conditions.len(), self.conditions.len())?;
        count(Operand::ToValues, kernel.to_values.len(), self.to_values.len())?;
        count(Operand::ToConditions, kernel.to_conditions.len(), self.to_conditions.len())?;
        for (place, (column, reach)) in self.values.iter().zip(&kernel.values).enumerate() {
            length(Operand::Values, place, reach_of(*reach, rows), column.len())?;
        }
        for (place, (column, reach)) in self.conditions.iter().zip(&kernel.conditions).enumerate() {
            let given = column.is_true.len().min(column.is_false.len());
            length(Operand::Conditions, place, reach_of(*reach, words), given)?;
        }
        for (place, column) in self.to_values.iter().enumerate() {
            length(Operand::ToValues, place, rows, column.len())?;
        }
        for (place, column) in self.to_conditions.iter().enumerate() {
            let given = column.is_true.len().min(column.is_false.len());
            length(Operand::ToConditions, place, words, given)?;
        }
        Ok(())
    }
}

const fn reach_of(reach: Reach, all: usize) -> usize {
    match reach {
        Reach::Row => all,
        Reach::All => 1,
    }
}

const fn count(list: Operand, wanted: usize, given: usize) -> Result<(), CallError> {
    if wanted == given { Ok(()) } else { Err(CallError::Count { list, wanted, given }) }
}

const fn length(list: Operand, place: usize, wanted: usize, given: usize) -> Result<(), CallError> {
    if given >= wanted { Ok(()) } else { Err(CallError::Short { list, place, wanted, given }) }
}
