//! Bitmaps over rows, 64 rows a word, row 0 in the lowest bit; columns of conditions are two of them.

use crate::snapshot::kept::kept;
use nvp_kernels::{Bits, BitsMut};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// How many words hold so many rows.
pub(crate) const fn words(rows: usize) -> usize {
    rows.div_ceil(64)
}

/// The word and the bit of a row.
pub(crate) const fn place(row: usize) -> (usize, u64) {
    (row / 64, 1 << (row % 64))
}

/// A set of rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bitmap(pub(crate) Vec<u64>);

kept!(Bitmap { column 0 });

impl Bitmap {
    pub(crate) fn get(&self, row: usize) -> bool {
        let (word, bit) = place(row);
        self.0.get(word).is_some_and(|found| found & bit != 0)
    }

    pub(crate) fn set(&mut self, row: usize) {
        let (word, bit) = place(row);
        if let Some(found) = self.0.get_mut(word) {
            *found |= bit;
        }
    }

    pub(crate) fn unset(&mut self, row: usize) {
        let (word, bit) = place(row);
        if let Some(found) = self.0.get_mut(word) {
            *found &= !bit;
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.fill(0);
    }

    /// The word at a place; 0 beyond the end.
    pub(crate) fn word(&self, word: usize) -> u64 {
        self.0.get(word).copied().unwrap_or_default()
    }

    /// The rows in it, in order.
    pub(crate) fn ones(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(word, &bits)| ones(bits).map(move |bit| word * 64 + bit))
    }
}

/// The places of the bits that are set, in order.
pub(crate) fn ones(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        if bits == 0 {
            return None;
        }
        let bit = bits.trailing_zeros() as usize;
        bits &= bits - 1;
        Some(bit)
    })
}

/// A column of conditions. Never both true and false; neither is unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Truth {
    pub(crate) is_true: Vec<u64>,
    pub(crate) is_false: Vec<u64>,
}

kept!(Truth { column is_true, column is_false });

impl Truth {
    /// Gives it so many words; new ones are unknown.
    pub(crate) fn resize(&mut self, words: usize) {
        self.is_true.resize(words, 0);
        self.is_false.resize(words, 0);
    }

    pub(crate) fn get(&self, row: usize) -> Option<bool> {
        let (word, bit) = place(row);
        let is = |words: &[u64]| words.get(word).is_some_and(|found| found & bit != 0);
        if is(&self.is_true) {
            Some(true)
        } else if is(&self.is_false) {
            Some(false)
        } else {
            None
        }
    }

    /// Says what an unknown row is.
    pub(crate) fn set(&mut self, row: usize, truth: Option<bool>) {
        let (word, bit) = place(row);
        let words = match truth {
            Some(true) => &mut self.is_true,
            Some(false) => &mut self.is_false,
            None => return,
        };
        if let Some(found) = words.get_mut(word) {
            *found |= bit;
        }
    }

    /// All rows unknown.
    pub(crate) fn forget(&mut self) {
        self.is_true.fill(0);
        self.is_false.fill(0);
    }

    /// These words of it.
    pub(crate) fn part(&self, words: Range<usize>) -> Bits<'_> {
        Bits {
            is_true: self.is_true.get(words.clone()).unwrap_or_default(),
            is_false: self.is_false.get(words).unwrap_or_default(),
        }
    }

    /// These words of it, to be written.
    pub(crate) fn part_mut(&mut self, words: Range<usize>) -> BitsMut<'_> {
        BitsMut {
            is_true: self.is_true.get_mut(words.clone()).unwrap_or_default(),
            is_false: self.is_false.get_mut(words).unwrap_or_default(),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        (self.is_true.capacity() + self.is_false.capacity()) * 8
    }
}
