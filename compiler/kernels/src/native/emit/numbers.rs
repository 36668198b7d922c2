//! Instructions that yield numbers.
#![expect(clippy::indexing_slicing, reason = "INVARIANT (well formed): operands exist")]

use std::array::from_fn;

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::types::{F64X2, I64, I64X2};
use cranelift_codegen::ir::{
    ExtFuncData, ExternalName, FuncRef, InstBuilder, StackSlotData, StackSlotKind, UserExternalName,
};
use nvp_plan::kernel::{Binary, Instruction, Register, Unary};

use super::operands::Operand;
use super::{Emitter, lane_offset, reads, writes};
use crate::native::STEP_ROWS;
use crate::native::rows::ROW_FUNCTIONS;
use crate::native::vectors::Vectors;

/// The number below 0.5: added before truncation, it rounds halves away from zero and nothing else up.
const BELOW_HALF: f64 = 0.499_999_999_999_999_94;

impl<const LANES: usize> Emitter<'_, '_, LANES> {
    /// The numbers that an instruction of numbers yields.
    pub(super) fn number_of(&mut self, instruction: Instruction) -> Vectors<LANES> {
        match instruction {
            Instruction::Value(value) => self.value(value),
            Instruction::Constant(constant) => self.operands.constants[usize::from(constant)],
            Instruction::Unary(function, a) => self.unary(function, a),
            Instruction::Binary(function, a, b) => self.binary(function, a, b),
            Instruction::Choose(c, a, b) => self.choose(c, a, b),
            Instruction::OrElse(a, b) => self.or_else(a, b),
            _ => Vectors::Same(self.code.number(f64::NAN)),
        }
    }

    fn value(&mut self, value: u16) -> Vectors<LANES> {
        match self.operands.values[usize::from(value)] {
            Operand::All(numbers) => numbers,
            Operand::Rows([base, _]) => {
                let address = self.code.ins().iadd(base, self.offset);
                Vectors::Each(from_fn(|lane| {
                    self.code.ins().load(F64X2, reads(), address, lane_offset(lane))
                }))
            }
        }
    }

    /// `a` where it is there, else `b`.
    fn or_else(&mut self, a: Register, b: Register) -> Vectors<LANES> {
        let (a, b) = (self.numbers(a), self.numbers(b));
        let there = self.code.test(FloatCC::Ordered, a, a);
        self.code.select(there, a, b)
    }

    /// `if c then a else b`; missing where `c` is unknown. A mask of all ones is a NaN, so missing is put in by `or`.
    fn choose(&mut self, c: Register, a: Register, b: Register) -> Vectors<LANES> {
        let (a, b) = (self.numbers(a), self.numbers(b));
        let [is_true, unknown] = self.masks(c);
        let chosen = self.code.select(is_true, a, b);
        self.code.missing_where(unknown, chosen)
    }

    fn binary(&mut self, function: Binary, a: Register, b: Register) -> Vectors<LANES> {
        let (a, b) = (self.numbers(a), self.numbers(b));
        match function {
            Binary::Add => self.code.map2(a, b, |code, a, b| code.ins().fadd(a, b)),
            Binary::Subtract => self.code.map2(a, b, |code, a, b| code.ins().fsub(a, b)),
            Binary::Multiply => self.code.map2(a, b, |code, a, b| code.ins().fmul(a, b)),
            Binary::Divide => self.code.map2(a, b, |code, a, b| code.ins().fdiv(a, b)),
            Binary::Min => self.extreme(FloatCC::LessThan, a, b),
            Binary::Max => self.extreme(FloatCC::GreaterThan, a, b),
        }
    }

    /// `if a < b then a else b` (which is `b` where it is missing), and missing where `a` is.
    fn extreme(&mut self, code: FloatCC, a: Vectors<LANES>, b: Vectors<LANES>) -> Vectors<LANES> {
        let better = self.code.test(code, a, b);
        let chosen = self.code.select(better, a, b);
        let gone = self.code.test(FloatCC::Unordered, a, a);
        self.code.missing_where(gone, chosen)
    }

    fn unary(&mut self, function: Unary, a: Register) -> Vectors<LANES> {
        let a = self.numbers(a);
        match function {
            Unary::Negate => self.code.map(a, |code, a| code.ins().fneg(a)),
            Unary::Abs => self.code.map(a, |code, a| code.ins().fabs(a)),
            Unary::Sqrt => self.code.map(a, |code, a| code.ins().sqrt(a)),
            Unary::Ceil if self.rounds => self.code.map(a, |code, a| code.ins().ceil(a)),
            Unary::Floor if self.rounds => self.code.map(a, |code, a| code.ins().floor(a)),
            Unary::Round if self.rounds => self.round(a),
            Unary::Sign => self.sign(a),
            Unary::Ceil
            | Unary::Floor
            | Unary::Round
            | Unary::Exp
            | Unary::Ln
            | Unary::Log2
            | Unary::Log10 => self.call(function, a),
        }
    }

    /// To the nearest, halves away from zero: half of the number's sign is added, just short of it, and the fraction cut.
    fn round(&mut self, a: Vectors<LANES>) -> Vectors<LANES> {
        let sign = self.code.pair(1 << 63, 1 << 63);
        let half = self.code.pair(BELOW_HALF.to_bits(), BELOW_HALF.to_bits());
        self.code.map(a, |code, a| {
            let bits = code.cast(I64X2, a);
            let sign = code.ins().band(bits, sign);
            let half = code.ins().bor(sign, half);
            let half = code.cast(F64X2, half);
            let moved = code.ins().fadd(a, half);
            code.ins().trunc(moved)
        })
    }

    /// Ones of either sign where the number is beyond zero, zero where it is zero, missing where it is missing.
    fn sign(&mut self, a: Vectors<LANES>) -> Vectors<LANES> {
        let zero = Vectors::Same(self.code.number(0.0));
        let [positive, negative] =
            [(FloatCC::GreaterThan, 1.0), (FloatCC::LessThan, -1.0_f64)].map(|(test, one)| {
                let one = self.code.pair(one.to_bits(), one.to_bits());
                let masks = self.code.test(test, a, zero);
                self.code.map(masks, |code, mask| code.ins().band(mask, one))
            });
        let ones = self.code.map2(positive, negative, |code, positive, negative| {
            let ones = code.ins().bor(positive, negative);
            code.cast(F64X2, ones)
        });
        let gone = self.code.test(FloatCC::Unordered, a, a);
        self.code.missing_where(gone, ones)
    }

    /// A row function: the numbers go through the stack, a call for as many rows as it takes.
    fn call(&mut self, function: Unary, a: Vectors<LANES>) -> Vectors<LANES> {
        let Some(place) = ROW_FUNCTIONS.iter().position(|row| row.of == function) else {
            return a;
        };
        let callee = match self.calls[place] {
            Some(callee) => callee,
            None => self.import(place),
        };
        let slot = *self.slot.get_or_insert_with(|| {
            let bytes = (2 * LANES * size_of::<f64>()) as u32;
            self.code.builder.create_sized_stack_slot(StackSlotData::new(
                StackSlotKind::ExplicitSlot,
                bytes,
                4,
            ))
        });
        let address = self.code.ins().stack_addr(I64, slot, 0);
        for lane in 0..LANES {
            self.code.ins().store(writes(), a.at(lane), address, lane_offset(lane));
        }
        for from in (0..2 * LANES).step_by(STEP_ROWS) {
            let rows = match from {
                0 => address,
                _ => self.code.ins().stack_addr(I64, slot, (from * size_of::<f64>()) as i32),
            };
            self.code.ins().call(callee, &[rows]);
        }
        // Not `reads()`: the stack slot is written again by the next call.
        Vectors::Each(from_fn(|lane| self.code.ins().load(F64X2, writes(), address, lane_offset(lane))))
    }

    fn import(&mut self, place: usize) -> FuncRef {
        let signature = self.code.builder.import_signature(self.call_signature.clone());
        let name = UserExternalName { namespace: 0, index: place as u32 };
        let name = self.code.builder.func.declare_imported_user_function(name);
        let callee = self.code.builder.import_function(ExtFuncData {
            name: ExternalName::user(name),
            signature,
            colocated: false,
            patchable: false,
        });
        self.calls[place] = Some(callee);
        callee
    }
}
