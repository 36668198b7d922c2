//! The vectorised reference interpreter: blocks of 1,024 rows, one plain loop an instruction. It is what the machine code is
//! tested against, and what runs where executable memory is forbidden.

#![expect(
    clippy::indexing_slicing,
    reason = "INVARIANT (well formed) and INVARIANT (columns fit): registers, slots and rows exist"
)]

mod primitives;
mod slots;

use std::mem::take;

use nvp_plan::kernel::{Binary, Compare, Instruction, Kernel, Reach, Register, Unary};

use self::primitives::{Chunk, Number, Truth, choose, map, map2, pack, splat, test2, words, words2};
use self::slots::Place;
pub(crate) use self::slots::Slots;
use crate::ROWS_PER_WORD;
use crate::call::Lists;
use crate::scalar;

/// The words of a block: 1,024 rows, so that the few blocks a kernel has in hand stay in the first-level cache.
const BLOCK_WORDS: usize = 16;

/// The interpreter's memory, kept from call to call; it grows to what the largest kernel needs.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    numbers: Vec<Vec<Chunk>>,
    conditions: Vec<[Vec<u64>; 2]>,
}

/// Runs a checked kernel on lists that fit it.
pub(crate) fn run(kernel: &Kernel, slots: &Slots, lists: &mut Lists<'_>, blocks: &mut Blocks) {
    if blocks.numbers.len() < slots.numbers {
        blocks.numbers.resize(slots.numbers, vec![[f64::NAN; ROWS_PER_WORD]; BLOCK_WORDS]);
    }
    if blocks.conditions.len() < slots.conditions {
        blocks.conditions.resize(slots.conditions, [vec![0; BLOCK_WORDS], vec![0; BLOCK_WORDS]]);
    }
    let words = lists.rows / ROWS_PER_WORD;
    for from in (0..words).step_by(BLOCK_WORDS) {
        let to = (from + BLOCK_WORDS).min(words);
        for place in 0..kernel.code.len() {
            Block { kernel, slots, lists, from, to }.execute(place, blocks);
        }
        write(kernel, slots, lists, (from, to), blocks);
    }
}

/// Copies a block's results to their columns.
fn write(kernel: &Kernel, slots: &Slots, lists: &mut Lists<'_>, (from, to): (usize, usize), blocks: &Blocks) {
    let mut to_values = take(&mut lists.to_values);
    let mut to_conditions = take(&mut lists.to_conditions);
    let block = Block { kernel, slots, lists, from, to };
    for (column, register) in to_values.iter_mut().zip(&kernel.to_values) {
        let chunks = &mut column.as_chunks_mut().0[from..to];
        match block.number(*register, blocks) {
            Number::Rows(rows) => chunks.copy_from_slice(rows),
            Number::All(number) => chunks.fill([number; ROWS_PER_WORD]),
        }
    }
    for (column, register) in to_conditions.iter_mut().zip(&kernel.to_conditions) {
        let truth = block.truth(*register, blocks);
        column.is_true[from..to].copy_from_slice(truth.is_true);
        column.is_false[from..to].copy_from_slice(truth.is_false);
    }
    lists.to_values = to_values;
    lists.to_conditions = to_conditions;
}

/// A block of rows: the words `from..to` of every column.
#[derive(Clone, Copy)]
struct Block<'a> {
    kernel: &'a Kernel,
    slots: &'a Slots,
    lists: &'a Lists<'a>,
    from: usize,
    to: usize,
}

impl Block<'_> {
    fn execute(self, place: usize, blocks: &mut Blocks) {
        let Place::Slot(slot) = self.slots.places[place] else { return };
        let slot = usize::from(slot);
        let words = self.to - self.from;
        // The slot is never one that the instruction reads, so it can be taken out while the others are borrowed.
        match crate::check::kind(self.kernel.code[place]) {
            crate::check::Kind::Number => {
                let mut to = take(&mut blocks.numbers[slot]);
                self.numbers(self.kernel.code[place], blocks, &mut to[..words]);
                blocks.numbers[slot] = to;
            }
            crate::check::Kind::Condition => {
                let [mut is_true, mut is_false] = take(&mut blocks.conditions[slot]);
                let to = (&mut is_true[..words], &mut is_false[..words]);
                self.conditions(self.kernel.code[place], blocks, to);
                blocks.conditions[slot] = [is_true, is_false];
            }
        }
    }

    /// The rows of a register of numbers.
    fn number<'b>(&'b self, register: Register, blocks: &'b Blocks) -> Number<'b> {
        match self.kernel.code[usize::from(register.0)] {
            Instruction::Constant(constant) => Number::All(self.lists.constants[usize::from(constant)]),
            Instruction::Value(value) => {
                let column = self.lists.values[usize::from(value)];
                match self.kernel.values[usize::from(value)] {
                    Reach::All => Number::All(column[0]),
                    Reach::Row => Number::Rows(&column.as_chunks().0[self.from..self.to]),
                }
            }
            _ => match self.slots.places[usize::from(register.0)] {
                Place::Slot(slot) => Number::Rows(&blocks.numbers[usize::from(slot)][..self.to - self.from]),
                Place::Operand => Number::All(f64::NAN),
            },
        }
    }

    /// The rows of a register of conditions.
    fn truth<'b>(&'b self, register: Register, blocks: &'b Blocks) -> Truth<'b> {
        match (self.slots.places[usize::from(register.0)], self.kernel.code[usize::from(register.0)]) {
            (Place::Operand, Instruction::Condition(place)) => {
                let column = self.lists.conditions[usize::from(place)];
                Truth {
                    is_true: &column.is_true[self.from..self.to],
                    is_false: &column.is_false[self.from..self.to],
                }
            }
            (Place::Slot(slot), _) => {
                let [is_true, is_false] = &blocks.conditions[usize::from(slot)];
                let words = self.to - self.from;
                Truth { is_true: &is_true[..words], is_false: &is_false[..words] }
            }
            (Place::Operand, _) => Truth { is_true: &[], is_false: &[] },
        }
    }

    fn numbers(self, instruction: Instruction, blocks: &Blocks, to: &mut [Chunk]) {
        let number = |register| self.number(register, blocks);
        match instruction {
            Instruction::Unary(function, a) => unary(function, number(a), to),
            Instruction::Binary(function, a, b) => binary(function, number(a), number(b), to),
            Instruction::Choose(c, a, b) => choose(self.truth(c, blocks), number(a), number(b), to),
            Instruction::OrElse(a, b) => {
                map2(number(a), number(b), to, |a, b| if a.is_nan() { b } else { a });
            }
            _ => {}
        }
    }

    fn conditions(self, instruction: Instruction, blocks: &Blocks, to: (&mut [u64], &mut [u64])) {
        use Instruction as I;
        let truth = |register| self.truth(register, blocks);
        match instruction {
            I::Condition(place) => {
                let column = self.lists.conditions[usize::from(place)];
                to.0.fill(splat(column.is_true[0] & 1 == 1));
                to.1.fill(splat(column.is_false[0] & 1 == 1));
            }
            I::Fixed(condition) => {
                to.0.fill(splat(condition == Some(true)));
                to.1.fill(splat(condition == Some(false)));
            }
            I::Compare(comparison, a, b) => {
                compare(comparison, self.number(a, blocks), self.number(b, blocks), to);
            }
            I::IsPresent(a) => is_present(self.number(a, blocks), to),
            I::Not(a) => words(truth(a), to, |[t, f]| [f, t]),
            I::And(a, b) => words2(truth(a), truth(b), to, |[at, af], [bt, bf]| [at & bt, af | bf]),
            I::Or(a, b) => words2(truth(a), truth(b), to, |[at, af], [bt, bf]| [at | bt, af & bf]),
            I::ChooseCondition(c, a, b) => choose_condition(truth(c), truth(a), truth(b), to),
            I::OrElseCondition(a, b) => words2(truth(a), truth(b), to, |[at, af], [bt, bf]| {
                let unknown = !(at | af);
                [at | (bt & unknown), af | (bf & unknown)]
            }),
            I::IsKnown(a) => words(truth(a), to, |[t, f]| [t | f, !(t | f)]),
            _ => {}
        }
    }
}

/// `if c then a else b` of conditions.
fn choose_condition(c: Truth<'_>, a: Truth<'_>, b: Truth<'_>, to: (&mut [u64], &mut [u64])) {
    for word in 0..to.0.len() {
        let (chosen, other) = (c.is_true[word], c.is_false[word]);
        to.0[word] = (chosen & a.is_true[word]) | (other & b.is_true[word]);
        to.1[word] = (chosen & a.is_false[word]) | (other & b.is_false[word]);
    }
}

fn is_present(a: Number<'_>, (is_true, is_false): (&mut [u64], &mut [u64])) {
    match a {
        Number::Rows(rows) => {
            for ((is_true, is_false), chunk) in is_true.iter_mut().zip(is_false).zip(rows) {
                *is_true = pack(chunk, |a| !a.is_nan());
                *is_false = !*is_true;
            }
        }
        Number::All(a) => {
            is_true.fill(splat(!a.is_nan()));
            is_false.fill(splat(a.is_nan()));
        }
    }
}

// The functions are named one by one so that each gets a loop of its own.

fn unary(function: Unary, a: Number<'_>, to: &mut [Chunk]) {
    macro_rules! each {
        ($($name:ident)*) => {
            match function { $(Unary::$name => map(a, to, |a| scalar::unary(Unary::$name, a)),)* }
        };
    }
    each!(Negate Abs Ceil Floor Round Sqrt Exp Ln Log2 Log10 Sign);
}

fn binary(function: Binary, a: Number<'_>, b: Number<'_>, to: &mut [Chunk]) {
    macro_rules! each {
        ($($name:ident)*) => {
            match function { $(Binary::$name => map2(a, b, to, |a, b| scalar::binary(Binary::$name, a, b)),)* }
        };
    }
    each!(Add Subtract Multiply Divide Min Max);
}

fn compare(comparison: Compare, a: Number<'_>, b: Number<'_>, to: (&mut [u64], &mut [u64])) {
    macro_rules! each {
        ($($name:ident)*) => {
            match comparison {
                $(Compare::$name => {
                    test2(a, b, to, scalar::known, |a, b| scalar::compare(Compare::$name, a, b));
                })*
            }
        };
    }
    each!(Less LessOrEqual Greater GreaterOrEqual Equal NotEqual);
}
