//! The rows of one label set: a number for each key. Rows are dense and never move.
//!
//! A row is *held* by the series that feed it and by rows of larger label sets that project to it. When nothing holds it and it has not
//! been alive for so long that no window, delay or flapping count remembers it, its number is used again: that cannot show.

use crate::intern::{Interner, Symbol};
use crate::snapshot::SnapshotError;
use crate::snapshot::kept::{Kept, Reader, Writer};
use hashbrown::HashTable;
use rustc_hash::FxHasher;
use std::cmp::Ordering;
use std::hash::Hasher as _;

/// No row.
pub(crate) const NONE: u32 = u32::MAX;

/// The rows.
#[derive(Debug)]
pub(crate) struct Rows {
    width: usize,
    keys: Vec<Symbol>,
    held: Vec<u32>,
    /// The tick since which a row waits to be used again; a later stamp makes an earlier wait void.
    stamps: Vec<u32>,
    table: HashTable<u32>,
    free: Vec<u32>,
}

impl Kept for Rows {
    fn write(&self, to: &mut Writer) -> Result<(), SnapshotError> {
        to.value(&(&self.keys, &self.held, &self.stamps, &self.free))
    }

    fn read(&mut self, from: &mut Reader<'_>) -> Result<(), SnapshotError> {
        (self.keys, self.held, self.stamps, self.free) = from.value()?;
        if self.keys.len() != self.held.len().saturating_mul(self.width)
            || self.stamps.len() != self.held.len()
        {
            return Err(SnapshotError::Damaged);
        }
        let mut is_free = vec![false; self.held.len()];
        for row in &self.free {
            *is_free.get_mut(*row as usize).ok_or(SnapshotError::Damaged)? = true;
        }
        let Self { keys, width, table, .. } = self;
        table.clear();
        let hash_of = |row: &u32| hash(key_of(keys, *width, *row));
        table.reserve(is_free.len(), hash_of);
        for (row, _) in (0..).zip(&is_free).filter(|(_, is_free)| !**is_free) {
            table.insert_unique(hash_of(&row), row, hash_of);
        }
        Ok(())
    }
}

impl Rows {
    /// No rows of a label set of this size.
    pub(crate) fn new(width: usize) -> Self {
        Self {
            width,
            keys: Vec::new(),
            held: Vec::new(),
            stamps: Vec::new(),
            table: HashTable::new(),
            free: Vec::new(),
        }
    }

    /// One more than the greatest row number.
    pub(crate) fn len(&self) -> usize {
        self.held.len()
    }

    /// How many rows are in use.
    pub(crate) fn used(&self) -> usize {
        self.table.len()
    }

    /// The rows in use, in order of their numbers.
    pub(crate) fn in_use(&self) -> Vec<u32> {
        let mut rows: Vec<u32> = self.table.iter().copied().collect();
        rows.sort_unstable();
        rows
    }

    /// The key of a row.
    pub(crate) fn key(&self, row: u32) -> &[Symbol] {
        key_of(&self.keys, self.width, row)
    }

    pub(crate) fn find(&self, key: &[Symbol]) -> Option<u32> {
        self.table.find(hash(key), |&row| self.key(row) == key).copied()
    }

    /// Makes a row, not held yet. The key must be new; the row takes over one use of each of its symbols.
    pub(crate) fn create(&mut self, key: &[Symbol]) -> u32 {
        let row = match self.free.pop() {
            Some(row) => {
                let start = row as usize * self.width;
                for (place, symbol) in self.keys.iter_mut().skip(start).zip(key) {
                    *place = *symbol;
                }
                row
            }
            None => {
                let row = u32::try_from(self.held.len()).unwrap_or(NONE);
                self.keys.extend_from_slice(key);
                self.held.push(0);
                self.stamps.push(0);
                row
            }
        };
        let Self { keys, width, table, .. } = self;
        table.insert_unique(hash(key), row, |&row| hash(key_of(keys, *width, row)));
        row
    }

    pub(crate) fn hold(&mut self, row: u32) {
        if let Some(held) = self.held.get_mut(row as usize) {
            *held = held.saturating_add(1);
        }
    }

    /// Lets go of a row; says whether nothing holds it any more.
    pub(crate) fn let_go(&mut self, row: u32) -> bool {
        let Some(held) = self.held.get_mut(row as usize) else { return false };
        *held = held.saturating_sub(1);
        *held == 0
    }

    pub(crate) fn is_held(&self, row: u32) -> bool {
        self.held.get(row as usize).is_some_and(|held| *held > 0)
    }

    pub(crate) fn stamp(&mut self, row: u32, tick: u32) {
        if let Some(stamp) = self.stamps.get_mut(row as usize) {
            *stamp = tick;
        }
    }

    pub(crate) fn has_stamp(&self, row: u32, tick: u32) -> bool {
        self.stamps.get(row as usize) == Some(&tick)
    }

    /// Gives a row's number free and its symbols back.
    pub(crate) fn free(&mut self, row: u32, interner: &mut Interner) {
        let key = key_of(&self.keys, self.width, row);
        if let Ok(found) = self.table.find_entry(hash(key), |&other| other == row) {
            found.remove();
            for symbol in key {
                interner.release(*symbol);
            }
            self.free.push(row);
        }
    }

    /// Which row's labels stand first: the canonical order, which knows neither row numbers nor symbols.
    pub(crate) fn order(&self, interner: &Interner, a: u32, b: u32) -> Ordering {
        for (a, b) in self.key(a).iter().zip(self.key(b)) {
            if a != b {
                let order = interner.text(*a).cmp(interner.text(*b));
                if order != Ordering::Equal {
                    return order;
                }
            }
        }
        Ordering::Equal
    }

    pub(crate) fn bytes(&self) -> usize {
        (self.keys.capacity() + self.held.capacity() + self.stamps.capacity() + self.free.capacity()) * 4
            + self.table.allocation_size()
    }
}

fn key_of(keys: &[Symbol], width: usize, row: u32) -> &[Symbol] {
    let start = row as usize * width;
    keys.get(start..start + width).unwrap_or_default()
}

fn hash(key: &[Symbol]) -> u64 {
    let mut hasher = FxHasher::default();
    for symbol in key {
        hasher.write_u32(symbol.0);
    }
    hasher.finish()
}
