//! Entries of several things for the rows of one label set, those of a row next to each other in memory.
//!
//! Rules over one metric mostly change together: what a row needs of each of them is then near, and not in as many places as there are
//! rules. Nothing here knows what the entries are.

use crate::columns::grow;
use crate::snapshot::SnapshotError;
use crate::snapshot::kept::{Kept, Reader, Writer};
use nvp_plan::ids::DomainId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ops::Range;

/// The entries of one label set.
#[derive(Debug, Default)]
pub(crate) struct Beside<T> {
    /// How many entries a row has.
    each: usize,
    entries: Vec<T>,
}

impl<T: Serialize + DeserializeOwned> Kept for Beside<T> {
    fn write(&self, to: &mut Writer) -> Result<(), SnapshotError> {
        to.column(&self.entries)
    }

    fn read(&mut self, from: &mut Reader<'_>) -> Result<(), SnapshotError> {
        from.column(&mut self.entries)
    }
}

impl<T: Clone + Default> Beside<T> {
    pub(crate) fn resize(&mut self, rows: usize) {
        grow(&mut self.entries, rows.saturating_mul(self.each), T::default());
    }

    /// How many entries a row has.
    pub(crate) fn each(&self) -> usize {
        self.each
    }

    /// The entries of these rows, row after row.
    pub(crate) fn of_rows(&mut self, rows: Range<usize>) -> &mut [T] {
        self.entries.get_mut(rows.start * self.each..rows.end * self.each).unwrap_or_default()
    }

    pub(crate) fn get(&self, row: usize, place: usize) -> Option<&T> {
        self.entries.get(row * self.each + place)
    }

    pub(crate) fn get_mut(&mut self, row: usize, place: usize) -> Option<&mut T> {
        self.entries.get_mut(row * self.each + place)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.entries.capacity() * size_of::<T>()
    }
}

/// Gives each thing, known by its label set, a place among the entries of a row; and the tables, one for each of so many label sets.
pub(crate) fn places<T>(of: impl Iterator<Item = DomainId>, domains: usize) -> (Vec<usize>, Vec<Beside<T>>) {
    let mut tables: Vec<Beside<T>> = (0..domains).map(|_| Beside { each: 0, entries: Vec::new() }).collect();
    let place = |domain: DomainId| {
        tables.get_mut(domain.index()).map_or(0, |table| {
            table.each += 1;
            table.each - 1
        })
    };
    (of.map(place).collect(), tables)
}
