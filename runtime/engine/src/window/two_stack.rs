//! Sliding summaries in constant time: two stacks in lockstep over columns (van Herk, Gil and Werman).
//!
//! The slots of the block before are kept as suffixes (each summarises itself and what follows it), those of the current block as they
//! are, with one running prefix. A window is a suffix, then the prefix, then the open slot. At a block's end
//! the current slots become suffixes in place.
#![expect(
    clippy::indexing_slicing,
    reason = "INVARIANT (row order): all columns of a stack have one length, and places come from its own cut"
)]

use super::monoid::Monoid;
use super::phase::Phase;
use crate::columns::grow;
use crate::snapshot::SnapshotError;
use crate::snapshot::kept::{Kept, Reader, Writer};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ops::Range;

/// The slots of one summary.
#[derive(Debug)]
pub(crate) struct TwoStack<M> {
    slots: Vec<Vec<M>>,
    prefix: Vec<M>,
    pub(crate) open: Vec<M>,
}

impl<M: Monoid + Serialize + DeserializeOwned> Kept for TwoStack<M> {
    fn write(&self, to: &mut Writer) -> Result<(), SnapshotError> {
        self.slots.iter().chain([&self.prefix, &self.open]).try_for_each(|column| to.column(column))
    }

    fn read(&mut self, from: &mut Reader<'_>) -> Result<(), SnapshotError> {
        let mut columns = self.slots.iter_mut().chain([&mut self.prefix, &mut self.open]);
        columns.try_for_each(|column| from.column(column))
    }
}

impl<M: Monoid> TwoStack<M> {
    pub(crate) fn new(block: usize) -> Self {
        Self { slots: vec![Vec::new(); block], prefix: Vec::new(), open: Vec::new() }
    }

    pub(crate) fn resize(&mut self, rows: usize) {
        for column in self.slots.iter_mut().chain([&mut self.prefix, &mut self.open]) {
            grow(column, rows, M::EMPTY);
        }
    }

    /// Goes on after a tick whose phase was `before`.
    pub(crate) fn turn(&mut self, before: Phase) {
        if !before.completes {
            return;
        }
        std::mem::swap(&mut self.slots[before.place], &mut self.open);
        self.open.fill(M::EMPTY);
        if before.ends_block {
            for place in (1..self.slots.len()).rev() {
                let (earlier, later) = self.slots.split_at_mut(place);
                if let (Some(earlier), Some(later)) = (earlier.last_mut(), later.first()) {
                    for (earlier, later) in earlier.iter_mut().zip(later) {
                        *earlier = earlier.then(*later);
                    }
                }
            }
            self.prefix.fill(M::EMPTY);
        }
    }

    /// Puts a sample into the open slot.
    pub(crate) fn push(&mut self, row: usize, sample: M) {
        let open = &mut self.open[row];
        *open = open.then(sample);
    }

    /// Reads the window of some rows off, once a tick: a completed slot joins the prefix.
    pub(crate) fn read(&mut self, rows: Range<usize>, phase: Phase, to: &mut [M]) {
        let prefix = &mut self.prefix[rows.clone()];
        let open = &self.open[rows.clone()];
        let to = &mut to[..open.len()];
        match phase.suffix.map(|suffix| &self.slots[suffix][rows]) {
            Some(suffix) => {
                for (((to, prefix), open), suffix) in
                    to.iter_mut().zip(prefix.iter_mut()).zip(open).zip(suffix)
                {
                    let block = prefix.then(*open);
                    *prefix = if phase.completes { block } else { *prefix };
                    *to = suffix.then(block);
                }
            }
            None => {
                for ((to, prefix), open) in to.iter_mut().zip(prefix.iter_mut()).zip(open) {
                    let block = prefix.then(*open);
                    *prefix = if phase.completes { block } else { *prefix };
                    *to = block;
                }
            }
        }
    }

    /// The window of one row, after [`TwoStack::read`].
    pub(crate) fn at(&self, row: usize, phase: Phase) -> M {
        let block = if phase.completes { self.prefix[row] } else { self.prefix[row].then(self.open[row]) };
        phase.suffix.map_or(block, |suffix| self.slots[suffix][row].then(block))
    }

    /// Of no samples at all.
    pub(crate) fn clear(&mut self) {
        for column in self.slots.iter_mut().chain([&mut self.prefix, &mut self.open]) {
            column.fill(M::EMPTY);
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        let columns = self.slots.iter().chain([&self.prefix, &self.open]);
        columns.map(|column| column.capacity() * size_of::<M>()).sum()
    }
}
