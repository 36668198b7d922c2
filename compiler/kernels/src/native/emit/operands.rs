//! What is the same in all steps of a kernel's loop, loaded before it: addresses, constants, operands for all rows.

use cranelift_codegen::ir::types::{F64, F64X2, I64};
use cranelift_codegen::ir::{InstBuilder, Type, Value};
use nvp_plan::kernel::{Kernel, Reach};

use super::reads;
use crate::native::layout::Layout;
use crate::native::vectors::{Code, Packed, Vectors};

/// What is the same in all steps: addresses, constants, operands for all rows.
pub(super) struct Operands<const LANES: usize> {
    pub(super) values: Vec<Operand<Vectors<LANES>>>,
    pub(super) conditions: Vec<Operand<Packed>>,
    pub(super) constants: Vec<Vectors<LANES>>,
    pub(super) to_values: Vec<Value>,
    pub(super) to_conditions: Vec<[Value; 2]>,
}

/// An operand that is read.
pub(super) enum Operand<Whole> {
    /// From these addresses, row by row; numbers have one.
    Rows([Value; 2]),
    /// It is this for all rows.
    All(Whole),
}

impl<const LANES: usize> Operands<LANES> {
    pub(super) fn load(code: &mut Code<'_>, kernel: &Kernel, arguments: Value, bits: Type) -> Self {
        let layout = Layout::new(kernel);
        let word = |code: &mut Code<'_>, offset| code.ins().load(I64, reads(), arguments, offset);
        let spread = |code: &mut Code<'_>, address, offset| {
            let number = code.ins().load(F64, reads(), address, offset);
            Vectors::Same(code.ins().splat(F64X2, number))
        };
        let mut operands = Self {
            values: Vec::with_capacity(kernel.values.len()),
            conditions: Vec::with_capacity(kernel.conditions.len()),
            constants: (0..kernel.constants).map(|c| spread(code, arguments, layout.constant(c))).collect(),
            to_values: Vec::with_capacity(kernel.to_values.len()),
            to_conditions: Vec::with_capacity(kernel.to_conditions.len()),
        };
        for (value, reach) in (0..).zip(&kernel.values) {
            let address = word(code, Layout::value(value));
            operands.values.push(match reach {
                Reach::Row => Operand::Rows([address; 2]),
                Reach::All => Operand::All(spread(code, address, 0)),
            });
        }
        for (condition, reach) in (0..).zip(&kernel.conditions) {
            let addresses = layout.condition(condition).map(|offset| word(code, offset));
            operands.conditions.push(match reach {
                Reach::Row => Operand::Rows(addresses),
                Reach::All => {
                    let [is_true, is_false] = addresses.map(|address| {
                        let word = code.ins().load(bits, reads(), address, 0);
                        let bit = code.ins().band_imm_u(word, 1);
                        code.ins().ineg(bit)
                    });
                    Operand::All(Packed { is_true, is_false })
                }
            });
        }
        for place in 0..kernel.to_values.len() {
            operands.to_values.push(word(code, layout.to_value(place)));
        }
        for place in 0..kernel.to_conditions.len() {
            operands.to_conditions.push(layout.to_condition(place).map(|offset| word(code, offset)));
        }
        operands
    }
}
