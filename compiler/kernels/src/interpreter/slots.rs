//! Which block of scratch memory each register gets: a slot is handed on once its register is read for the last time, so that even
//! long kernels stay in the cache.

use nvp_plan::kernel::{Instruction, Kernel, Reach};

use crate::check::{Kind, kind, reads};

/// Where a register's rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the operand or constant itself.
    Operand,
    /// In this block of its type.
    Slot(u16),
}

/// The scratch memory a kernel needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slots {
    /// Where each register is.
    pub(crate) places: Vec<Place>,
    /// How many blocks of numbers.
    pub(crate) numbers: usize,
    /// How many blocks of conditions.
    pub(crate) conditions: usize,
}

/// Slots of one type.
#[derive(Default)]
struct Pool {
    free: Vec<u16>,
    made: u16,
}

impl Pool {
    fn take(&mut self) -> u16 {
        self.free.pop().unwrap_or_else(|| {
            let slot = self.made;
            self.made = self.made.saturating_add(1);
            slot
        })
    }
}

impl Slots {
    /// Lays out a checked kernel. An instruction's slot is never that of a register it reads.
    pub(crate) fn new(kernel: &Kernel) -> Self {
        let last_use = last_uses(kernel);
        let mut places: Vec<Place> = Vec::with_capacity(kernel.code.len());
        let (mut numbers, mut conditions) = (Pool::default(), Pool::default());
        for (here, instruction) in kernel.code.iter().enumerate() {
            let pool = match kind(*instruction) {
                Kind::Number => &mut numbers,
                Kind::Condition => &mut conditions,
            };
            places.push(if in_place(kernel, *instruction) {
                Place::Operand
            } else {
                Place::Slot(pool.take())
            });
            let mut done: Vec<_> = reads(*instruction)
                .filter(|(register, _)| last_use.get(usize::from(register.0)) == Some(&here))
                .collect();
            done.sort_unstable_by_key(|(register, _)| *register);
            done.dedup_by_key(|(register, _)| *register);
            for (register, kind) in done {
                if let Some(Place::Slot(slot)) = places.get(usize::from(register.0)) {
                    match kind {
                        Kind::Number => numbers.free.push(*slot),
                        Kind::Condition => conditions.free.push(*slot),
                    }
                }
            }
        }
        Self { places, numbers: usize::from(numbers.made), conditions: usize::from(conditions.made) }
    }
}

/// Columns and constants are read where they are; conditions for all rows have to be spread over words.
fn in_place(kernel: &Kernel, instruction: Instruction) -> bool {
    match instruction {
        Instruction::Value(_) | Instruction::Constant(_) => true,
        Instruction::Condition(place) => kernel.conditions.get(usize::from(place)) == Some(&Reach::Row),
        _ => false,
    }
}

/// The instruction that reads each register last; results are read after all code.
fn last_uses(kernel: &Kernel) -> Vec<usize> {
    let mut last_use = vec![0; kernel.code.len()];
    for (here, instruction) in kernel.code.iter().enumerate() {
        for (register, _) in reads(*instruction) {
            if let Some(last) = last_use.get_mut(usize::from(register.0)) {
                *last = here;
            }
        }
    }
    for register in kernel.to_values.iter().chain(&kernel.to_conditions) {
        if let Some(last) = last_use.get_mut(usize::from(register.0)) {
            *last = usize::MAX;
        }
    }
    last_use
}
