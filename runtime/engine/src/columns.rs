//! The columns of a plan: numbers and conditions.
//!
//! INVARIANT (row order): every column, window, clock and latch of a domain has an entry for each of the domain's rows, padded to whole
//! words of 64; row numbers are the same in all of them. [`crate::engine`] sizes all of them together, before a tick.
//! What stands in a row that is not alive is whatever a kernel yields there: readers look at rows that are alive only.

use crate::bits::Truth;
use crate::blocks::BLOCK_WORDS;
use crate::snapshot::SnapshotError;
use crate::snapshot::kept::{Kept, Reader, Writer};
use nvp_kernels::Bits;
use nvp_plan::Plan;
use nvp_plan::ids::{ColumnId, ConditionId};
use std::ops::Range;

/// The columns.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    pub(crate) values: Vec<Vec<f64>>,
    pub(crate) conditions: Vec<Truth>,
    /// The conditions that have memory for one block only.
    passing: Vec<bool>,
    /// The words of a block.
    block_words: usize,
    /// Whether all conditions are kept as a whole: holes in time are found by comparing them.
    keeps_all: bool,
}

/// What passes from one step to the next within a block is not kept.
impl Kept for Columns {
    fn write(&self, to: &mut Writer) -> Result<(), SnapshotError> {
        self.values.iter().try_for_each(|column| to.column(column))?;
        let kept =
            self.conditions.iter().zip(&self.passing).filter(|(_, passes)| self.keeps_all || !**passes);
        kept.into_iter().try_for_each(|(condition, _)| condition.write(to))
    }

    fn read(&mut self, from: &mut Reader<'_>) -> Result<(), SnapshotError> {
        self.values.iter_mut().try_for_each(|column| from.column(column))?;
        let kept = self.conditions.iter_mut().zip(&self.passing);
        let mut kept = kept.filter(|(_, passes)| self.keeps_all || !**passes);
        kept.try_for_each(|(condition, _)| condition.read(from))
    }
}

impl Columns {
    pub(crate) fn new(plan: &Plan, passing: Vec<bool>) -> Self {
        Self {
            values: vec![Vec::new(); plan.columns.len()],
            conditions: vec![Truth::default(); plan.conditions.len()],
            passing,
            block_words: BLOCK_WORDS,
            keeps_all: false,
        }
    }

    /// Sizes the columns of one domain.
    pub(crate) fn resize(&mut self, plan: &Plan, domain: usize, rows: usize) {
        for (column, planned) in self.values.iter_mut().zip(&plan.columns) {
            if planned.domain.index() == domain {
                grow(column, rows, f64::NAN);
            }
        }
        let conditions = self.conditions.iter_mut().zip(&plan.conditions).zip(&self.passing);
        for ((condition, _), passes) in
            conditions.filter(|((_, planned), _)| planned.domain.index() == domain)
        {
            let most = if *passes && !self.keeps_all { self.block_words } else { usize::MAX };
            condition.resize(most.min(rows / 64));
        }
    }

    /// Says whether all conditions are to be kept as a whole from now on. `sizes` are the padded rows of each domain.
    pub(crate) fn keep_all(&mut self, plan: &Plan, sizes: &[usize], all: bool) {
        if self.keeps_all != all {
            self.keeps_all = all;
            for (domain, rows) in sizes.iter().enumerate() {
                self.resize(plan, domain, *rows);
            }
        }
    }

    /// Whether all conditions are kept as a whole.
    pub(crate) fn keeps_all(&self) -> bool {
        self.keeps_all
    }

    /// The words of a block.
    pub(crate) fn block_words(&self) -> usize {
        self.block_words
    }

    /// Sets the words of a block, before there are rows.
    pub(crate) fn set_block_words(&mut self, words: usize) {
        self.block_words = words.max(1);
    }

    /// Where these words of a domain are in a condition.
    pub(crate) fn place(&self, id: ConditionId, words: &Range<usize>) -> Range<usize> {
        if !self.keeps_all && self.passing.get(id.index()).copied().unwrap_or_default() {
            0..words.len()
        } else {
            words.clone()
        }
    }

    /// These words of a condition.
    pub(crate) fn part(&self, id: ConditionId, words: &Range<usize>) -> Bits<'_> {
        self.condition(id).part(self.place(id, words))
    }

    /// What a condition is in a row of these words.
    pub(crate) fn part_at(&self, id: ConditionId, words: &Range<usize>, row: usize) -> Option<bool> {
        let place = self.place(id, words);
        self.condition(id).get((place.start * 64 + row).saturating_sub(words.start * 64))
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
