//! Instructions that yield conditions.
#![expect(clippy::indexing_slicing, reason = "INVARIANT (well formed): registers read are defined before")]

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{InstBuilder, Value};
use nvp_plan::kernel::{Compare, Instruction, Register};

use super::operands::Operand;
use super::{Emitter, reads};
use crate::native::vectors::{Packed, Vectors};

impl<const LANES: usize> Emitter<'_, '_, LANES> {
    /// The bits that an instruction of conditions yields.
    pub(super) fn condition_of(&mut self, instruction: Instruction) -> Packed {
        use Instruction as I;
        match instruction {
            I::Condition(condition) => self.condition(condition),
            I::Fixed(condition) => self.fixed(condition),
            I::Compare(comparison, a, b) => self.compare(comparison, a, b),
            I::IsPresent(a) => {
                let is_true = self.known(a);
                Packed { is_true, is_false: self.code.ins().bnot(is_true) }
            }
            I::Not(a) => {
                let Packed { is_true, is_false } = self.bits(a);
                Packed { is_true: is_false, is_false: is_true }
            }
            I::And(a, b) => {
                let (a, b) = (self.bits(a), self.bits(b));
                let is_true = self.code.ins().band(a.is_true, b.is_true);
                Packed { is_true, is_false: self.code.ins().bor(a.is_false, b.is_false) }
            }
            I::Or(a, b) => {
                let (a, b) = (self.bits(a), self.bits(b));
                let is_true = self.code.ins().bor(a.is_true, b.is_true);
                Packed { is_true, is_false: self.code.ins().band(a.is_false, b.is_false) }
            }
            I::ChooseCondition(c, a, b) => {
                let (c, a, b) = (self.bits(c), self.bits(a), self.bits(b));
                let is_true = self.either(c, a.is_true, b.is_true);
                Packed { is_true, is_false: self.either(c, a.is_false, b.is_false) }
            }
            I::OrElseCondition(a, b) => self.or_else_condition(a, b),
            I::IsKnown(a) => {
                let a = self.bits(a);
                let is_true = self.code.ins().bor(a.is_true, a.is_false);
                Packed { is_true, is_false: self.code.ins().bnot(is_true) }
            }
            _ => self.fixed(None),
        }
    }

    fn condition(&mut self, condition: u16) -> Packed {
        match self.operands.conditions[usize::from(condition)] {
            Operand::All(bits) => bits,
            Operand::Rows(bases) => {
                let [is_true, is_false] = bases.map(|base| {
                    let address = self.bits_address(base);
                    self.code.ins().load(self.bits, reads(), address, 0)
                });
                Packed { is_true, is_false }
            }
        }
    }

    pub(super) fn fixed(&mut self, condition: Option<bool>) -> Packed {
        let all = (u64::MAX >> (u64::BITS - self.bits.bits())).cast_signed();
        let [is_true, is_false] = [Some(true), Some(false)].map(|one| {
            let bits = if condition == one { all } else { 0 };
            self.code.ins().iconst(self.bits, bits)
        });
        Packed { is_true, is_false }
    }

    /// Where a register of numbers is there.
    fn known(&mut self, register: Register) -> Value {
        let place = usize::from(register.0);
        if let Some(known) = self.known[place] {
            return known;
        }
        let numbers = self.numbers(register);
        let masks = self.code.test(FloatCC::Ordered, numbers, numbers);
        let known = self.code.pack(masks);
        self.known[place] = Some(known);
        known
    }

    fn compare(&mut self, comparison: Compare, a: Register, b: Register) -> Packed {
        let (first, second) = (self.numbers(a), self.numbers(b));
        // There is no vector comparison for "ordered and not equal": it is the other side of equality.
        let code = plain_comparison(comparison).unwrap_or(FloatCC::Equal);
        let masks = self.code.test(code, first, second);
        let [holds, known] = match (masks, first, second) {
            (Vectors::Each(masks), Vectors::Each(_), Vectors::Each(_)) if a != b => {
                match self.code.test(FloatCC::Ordered, first, second) {
                    Vectors::Each(there) => self.code.pack_two(masks, there),
                    there @ Vectors::Same(_) => {
                        [Vectors::Each(masks), there].map(|masks| self.code.pack(masks))
                    }
                }
            }
            (Vectors::Each(masks), _, _) => {
                let (rows, other) = if matches!(first, Vectors::Each(_)) { (a, b) } else { (b, a) };
                let [holds, known] = self.pack_and_known(masks, rows);
                let other = self.known(other);
                [holds, self.code.ins().band(known, other)]
            }
            (Vectors::Same(_), _, _) => {
                let known = [a, b].map(|register| self.known(register));
                [self.code.pack(masks), self.code.ins().band(known[0], known[1])]
            }
        };
        let other = self.code.ins().band_not(known, holds);
        match comparison {
            Compare::NotEqual => Packed { is_true: other, is_false: holds },
            _ => Packed { is_true: holds, is_false: other },
        }
    }

    /// Packs masks, and together with them where a register is there unless that is known already.
    fn pack_and_known(&mut self, masks: [Value; LANES], register: Register) -> [Value; 2] {
        let numbers = self.numbers(register);
        let place = usize::from(register.0);
        match (self.known[place], self.code.test(FloatCC::Ordered, numbers, numbers)) {
            (None, Vectors::Each(there)) => {
                let [holds, known] = self.code.pack_two(masks, there);
                self.known[place] = Some(known);
                [holds, known]
            }
            _ => [self.code.pack(Vectors::Each(masks)), self.known(register)],
        }
    }

    /// Masks of where a condition is true and where it is unknown: from the numbers compared where it is a comparison, else from
    /// its bits.
    pub(super) fn masks(&mut self, register: Register) -> [Vectors<LANES>; 2] {
        match self.kernel.code[usize::from(register.0)] {
            Instruction::Compare(comparison, a, b) if let Some(code) = plain_comparison(comparison) => {
                let (a, b) = (self.numbers(a), self.numbers(b));
                [code, FloatCC::Unordered].map(|code| self.code.test(code, a, b))
            }
            _ => {
                let Packed { is_true, is_false } = self.bits(register);
                let known = self.code.ins().bor(is_true, is_false);
                let unknown = self.code.ins().bnot(known);
                [is_true, unknown].map(|bits| self.code.unpack(bits))
            }
        }
    }

    /// Bits: `a` where `c` is true, `b` where it is false.
    fn either(&mut self, c: Packed, a: Value, b: Value) -> Value {
        let first = self.code.ins().band(c.is_true, a);
        let second = self.code.ins().band(c.is_false, b);
        self.code.ins().bor(first, second)
    }

    /// `a` where it is known, else `b`.
    fn or_else_condition(&mut self, a: Register, b: Register) -> Packed {
        let (a, b) = (self.bits(a), self.bits(b));
        let known = self.code.ins().bor(a.is_true, a.is_false);
        let [is_true, is_false] = [(a.is_true, b.is_true), (a.is_false, b.is_false)].map(|(a, b)| {
            let other = self.code.ins().band_not(b, known);
            self.code.ins().bor(a, other)
        });
        Packed { is_true, is_false }
    }
}

/// The vector comparison that is false where a number is missing, if there is one.
const fn plain_comparison(comparison: Compare) -> Option<FloatCC> {
    match comparison {
        Compare::Less => Some(FloatCC::LessThan),
        Compare::LessOrEqual => Some(FloatCC::LessThanOrEqual),
        Compare::Greater => Some(FloatCC::GreaterThan),
        Compare::GreaterOrEqual => Some(FloatCC::GreaterThanOrEqual),
        Compare::Equal => Some(FloatCC::Equal),
        Compare::NotEqual => None,
    }
}
