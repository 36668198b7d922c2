//! The argument block that machine code is given: 64-bit words, one after the other, as a `#[repr(C)]` struct of them would be.
//!
//! | words | what |
//! |---|---|
//! | 1 | the length of a column of numbers, in bytes |
//! | one a value | address of its column |
//! | two a condition | addresses of its bitmaps, `is_true` then `is_false` |
//! | one a constant | the number itself |
//! | one a value written | address of its column |
//! | two a condition written | addresses of its bitmaps |

use nvp_plan::kernel::Kernel;

use crate::call::Lists;

const WORD_BYTES: usize = 8;

/// Where the operands of a kernel are in its argument block: offsets in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    conditions: usize,
    constants: usize,
    to_values: usize,
    to_conditions: usize,
}

impl Layout {
    pub(super) fn new(kernel: &Kernel) -> Self {
        let conditions = 1 + kernel.values.len();
        let constants = conditions + 2 * kernel.conditions.len();
        let to_values = constants + usize::from(kernel.constants);
        Self { conditions, constants, to_values, to_conditions: to_values + kernel.to_values.len() }
    }

    /// The length of a column, in bytes.
    pub(super) const fn end() -> i32 {
        0
    }

    pub(super) fn value(value: u16) -> i32 {
        offset(1 + usize::from(value))
    }

    pub(super) fn condition(self, condition: u16) -> [i32; 2] {
        pair(self.conditions, usize::from(condition))
    }

    pub(super) fn constant(self, constant: u16) -> i32 {
        offset(self.constants + usize::from(constant))
    }

    pub(super) fn to_value(self, place: usize) -> i32 {
        offset(self.to_values + place)
    }

    pub(super) fn to_condition(self, place: usize) -> [i32; 2] {
        pair(self.to_conditions, place)
    }

    /// Whether all offsets can be said in an instruction.
    pub(super) fn fits(self, kernel: &Kernel) -> bool {
        i32::try_from((self.to_conditions + 2 * kernel.to_conditions.len()) * WORD_BYTES).is_ok()
    }
}

fn pair(from: usize, place: usize) -> [i32; 2] {
    [offset(from + 2 * place), offset(from + 2 * place + 1)]
}

fn offset(word: usize) -> i32 {
    i32::try_from(word * WORD_BYTES).unwrap_or(i32::MAX)
}

/// Writes the argument block of a call. The addresses are exposed to machine code, which the compiler of this crate cannot see.
pub(super) fn fill(words: &mut Vec<u64>, lists: &mut Lists<'_>) {
    words.clear();
    words.push((lists.rows * size_of::<f64>()) as u64);
    words.extend(lists.values.iter().map(|column| column.as_ptr().expose_provenance() as u64));
    for column in &lists.conditions {
        words.push(column.is_true.as_ptr().expose_provenance() as u64);
        words.push(column.is_false.as_ptr().expose_provenance() as u64);
    }
    words.extend(lists.constants.iter().map(|constant| constant.to_bits()));
    words.extend(lists.to_values.iter_mut().map(|column| column.as_mut_ptr().expose_provenance() as u64));
    for column in &mut lists.to_conditions {
        words.push(column.is_true.as_mut_ptr().expose_provenance() as u64);
        words.push(column.is_false.as_mut_ptr().expose_provenance() as u64);
    }
}
