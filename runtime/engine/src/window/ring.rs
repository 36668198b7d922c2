//! The last value of each tick, one by one, for what needs them all: quantiles, ranks, numbers of different values.
#![expect(
    clippy::indexing_slicing,
    reason = "INVARIANT (row order): all columns of a ring have one length, and places are taken modulo its own"
)]

use crate::columns::grow;
use crate::snapshot::SnapshotError;
use crate::snapshot::kept::{Kept, Reader, Writer};

/// The ticks' last values.
#[derive(Debug)]
pub(crate) struct Ring {
    ticks: Vec<Vec<f64>>,
    now: usize,
}

impl Kept for Ring {
    fn write(&self, to: &mut Writer) -> Result<(), SnapshotError> {
        self.ticks.iter().try_for_each(|column| to.column(column))
    }

    fn read(&mut self, from: &mut Reader<'_>) -> Result<(), SnapshotError> {
        self.ticks.iter_mut().try_for_each(|column| from.column(column))
    }
}

impl Ring {
    pub(crate) fn new(ticks: u32) -> Self {
        Self { ticks: vec![Vec::new(); ticks.max(1) as usize], now: 0 }
    }

    pub(crate) fn resize(&mut self, rows: usize) {
        for column in &mut self.ticks {
            grow(column, rows, f64::NAN);
        }
    }

    /// Begins a tick, counted from the Unix epoch.
    pub(crate) fn begin(&mut self, tick: i64) {
        self.resume(tick);
        self.ticks[self.now].fill(f64::NAN);
    }

    /// Stands at a tick that was begun before.
    pub(crate) fn resume(&mut self, tick: i64) {
        let length = i64::try_from(self.ticks.len()).unwrap_or(i64::MAX);
        self.now = usize::try_from(tick.rem_euclid(length)).unwrap_or_default();
    }

    pub(crate) fn set(&mut self, row: usize, value: f64) {
        self.ticks[self.now][row] = value;
    }

    /// This tick's values.
    pub(crate) fn now_mut(&mut self) -> &mut [f64] {
        &mut self.ticks[self.now]
    }

    /// Appends the values of a row that are there.
    pub(crate) fn gather(&self, row: usize, to: &mut Vec<f64>) {
        to.extend(self.ticks.iter().map(|column| column[row]).filter(|value| !value.is_nan()));
    }

    pub(crate) fn clear(&mut self) {
        for column in &mut self.ticks {
            column.fill(f64::NAN);
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.ticks.iter().map(|column| column.capacity() * 8).sum()
    }
}
