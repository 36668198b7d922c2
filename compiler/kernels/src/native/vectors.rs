//! Vectors and packed bits in Cranelift's terms.
//!
//! A step is twice as many rows as there are lanes. Over it, a register of numbers is `LANES` vectors of two rows, and a condition
//! is two integers of a bit a row. Nothing here knows kernels.
#![expect(
    clippy::indexing_slicing,
    reason = "INVARIANT (lanes): lanes are counted by `from_fn` over arrays of LANES, of which there are NARROW or WIDE"
)]

use std::array::from_fn;

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{F64X2, I8, I8X16, I16, I32X4, I64, I64X2};
use cranelift_codegen::ir::{ConstantData, Endianness, InstBuilder, MemFlagsData, Opcode, Type, Value};
use cranelift_frontend::{FuncInstBuilder, FunctionBuilder};

use super::{NARROW, WIDE};

/// Bytes of the even 32-bit quarters of two vectors.
const EVEN_QUARTERS: [u8; 16] = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];

/// A register of numbers (`F64X2`) or of masks (`I64X2`, all ones or all zeros) over a step.
#[derive(Debug, Clone, Copy)]
pub(super) enum Vectors<const LANES: usize> {
    /// Every vector is the same: the register does not depend on the row.
    Same(Value),
    /// Rows 0 and 1, rows 2 and 3, …
    Each([Value; LANES]),
}

impl<const LANES: usize> Vectors<LANES> {
    /// The vector of a lane.
    pub(super) const fn at(self, lane: usize) -> Value {
        match self {
            Self::Same(value) => value,
            Self::Each(values) => values[lane],
        }
    }
}

/// A register of conditions over a step: a bit a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packed {
    pub(super) is_true: Value,
    pub(super) is_false: Value,
}

/// An integer of a bit for each row of so many lanes.
pub(super) fn step_bits(lanes: usize) -> Type {
    if lanes == WIDE { I16 } else { I8 }
}

/// A function in the making.
pub(super) struct Code<'a> {
    pub(super) builder: FunctionBuilder<'a>,
}

impl<'a> Code<'a> {
    pub(super) fn ins<'short>(&'short mut self) -> FuncInstBuilder<'short, 'a> {
        self.builder.ins()
    }

    /// `f` of each vector.
    pub(super) fn map<const LANES: usize>(
        &mut self,
        a: Vectors<LANES>,
        mut f: impl FnMut(&mut Self, Value) -> Value,
    ) -> Vectors<LANES> {
        match a {
            Vectors::Same(a) => Vectors::Same(f(self, a)),
            Vectors::Each(a) => Vectors::Each(a.map(|a| f(self, a))),
        }
    }

    /// `f` of each two vectors.
    pub(super) fn map2<const LANES: usize>(
        &mut self,
        a: Vectors<LANES>,
        b: Vectors<LANES>,
        mut f: impl FnMut(&mut Self, Value, Value) -> Value,
    ) -> Vectors<LANES> {
        match (a, b) {
            (Vectors::Same(a), Vectors::Same(b)) => Vectors::Same(f(self, a, b)),
            _ => Vectors::Each(from_fn(|lane| f(self, a.at(lane), b.at(lane)))),
        }
    }

    /// The same bits as another type of vector. Lanes count from the low end.
    pub(super) fn cast(&mut self, to: Type, value: Value) -> Value {
        if self.builder.func.dfg.value_type(value) == to {
            return value;
        }
        self.ins().bitcast(to, MemFlagsData::new().with_endianness(Endianness::Little), value)
    }

    /// A fixed `I64X2`.
    pub(super) fn pair(&mut self, low: u64, high: u64) -> Value {
        let mut bytes = [0; 16];
        for (byte, of) in bytes.iter_mut().zip(low.to_le_bytes().into_iter().chain(high.to_le_bytes())) {
            *byte = of;
        }
        let constant = self.builder.func.dfg.constants.insert(ConstantData::from(&bytes[..]));
        self.ins().vconst(I64X2, constant)
    }

    /// A fixed number in both rows.
    pub(super) fn number(&mut self, number: f64) -> Value {
        let pair = self.pair(number.to_bits(), number.to_bits());
        self.cast(F64X2, pair)
    }

    /// Masks of where numbers compare so.
    pub(super) fn test<const LANES: usize>(
        &mut self,
        code: FloatCC,
        a: Vectors<LANES>,
        b: Vectors<LANES>,
    ) -> Vectors<LANES> {
        self.map2(a, b, |code_, a, b| code_.ins().fcmp(code, a, b))
    }

    /// Numbers: `a` where the mask is set, else `b`.
    pub(super) fn select<const LANES: usize>(
        &mut self,
        mask: Vectors<LANES>,
        a: Vectors<LANES>,
        b: Vectors<LANES>,
    ) -> Vectors<LANES> {
        match (mask, a, b) {
            (Vectors::Same(mask), Vectors::Same(a), Vectors::Same(b)) => {
                Vectors::Same(self.select_two(mask, a, b))
            }
            _ => Vectors::Each(from_fn(|lane| self.select_two(mask.at(lane), a.at(lane), b.at(lane)))),
        }
    }

    /// Cranelift knows that a comparison's mask is all ones or all zeros, of integers only in their own type and of floats in both:
    /// then it takes one instruction, for extremes the very one of the processor.
    fn select_two(&mut self, mask: Value, a: Value, b: Value) -> Value {
        let dfg = &self.builder.func.dfg;
        let of_floats =
            dfg.value_def(mask).inst().is_some_and(|inst| dfg.insts[inst].opcode() == Opcode::Fcmp);
        let own = if of_floats { F64X2 } else { I64X2 };
        let (mask, a, b) = (self.cast(own, mask), self.cast(own, a), self.cast(own, b));
        let chosen = self.ins().bitselect(mask, a, b);
        self.cast(F64X2, chosen)
    }

    /// The numbers, but NaN where the mask is set: all ones are a NaN.
    pub(super) fn missing_where<const LANES: usize>(
        &mut self,
        mask: Vectors<LANES>,
        numbers: Vectors<LANES>,
    ) -> Vectors<LANES> {
        self.map2(mask, numbers, |code, mask, numbers| {
            let numbers = code.cast(I64X2, numbers);
            let either = code.ins().bor(mask, numbers);
            code.cast(F64X2, either)
        })
    }

    /// Masks to a bit a row.
    pub(super) fn pack<const LANES: usize>(&mut self, masks: Vectors<LANES>) -> Value {
        match masks {
            Vectors::Same(mask) => {
                let bits = self.ins().vhigh_bits(step_bits(LANES), mask);
                let bit = self.ins().band_imm_u(bits, 1);
                self.ins().ineg(bit)
            }
            Vectors::Each(masks) if LANES == WIDE => {
                let (first, second) = (self.narrow(&masks[..NARROW]), self.narrow(&masks[NARROW..]));
                let bytes = self.ins().snarrow(first, second);
                self.ins().vhigh_bits(I16, bytes)
            }
            Vectors::Each(masks) => {
                let words = self.narrow(&masks);
                self.ins().vhigh_bits(I8, words)
            }
        }
    }

    /// The masks of two conditions to a bit a row each, for little more than those of one where half a vector of bytes holds one.
    pub(super) fn pack_two<const LANES: usize>(
        &mut self,
        first: [Value; LANES],
        second: [Value; LANES],
    ) -> [Value; 2] {
        if LANES == WIDE {
            return [first, second].map(|masks| self.pack(Vectors::Each(masks)));
        }
        let (first, second) = (self.narrow(&first), self.narrow(&second));
        let bytes = self.ins().snarrow(first, second);
        let both = self.ins().vhigh_bits(I16, bytes);
        let high = self.ins().ushr_imm_u(both, 2 * NARROW as i64);
        [self.ins().ireduce(I8, both), self.ins().ireduce(I8, high)]
    }

    /// Masks of NARROW lanes to lanes of 16 bits. No instruction narrows 64-bit lanes, so their even quarters are shuffled together
    /// first.
    fn narrow(&mut self, masks: &[Value]) -> Value {
        let even = self.builder.func.dfg.immediates.push(ConstantData::from(&EVEN_QUARTERS[..]));
        let bytes: [Value; NARROW] = from_fn(|lane| self.cast(I8X16, masks[lane]));
        let [first, second] = [[bytes[0], bytes[1]], [bytes[2], bytes[3]]].map(|[a, b]| {
            let shuffled = self.ins().shuffle(a, b, even);
            self.cast(I32X4, shuffled)
        });
        self.ins().snarrow(first, second)
    }

    /// A bit a row to masks.
    pub(super) fn unpack<const LANES: usize>(&mut self, bits: Value) -> Vectors<LANES> {
        let wide = self.ins().uextend(I64, bits);
        let spread = self.ins().splat(I64X2, wide);
        Vectors::Each(from_fn(|lane| {
            let own = self.pair(1 << (2 * lane), 2 << (2 * lane));
            let bit = self.ins().band(spread, own);
            self.ins().icmp(IntCC::Equal, bit, own)
        }))
    }
}
