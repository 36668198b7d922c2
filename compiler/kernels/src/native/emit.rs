//! A kernel as a Cranelift function: a loop over its rows, one step after the other, with no branch inside.
//!
//! Numbers stay in vectors from load to store; conditions are packed to a bit a row as soon as they are compared, so logic costs two
//! instructions a step. False is *known and not true*, so what is known of a register is computed once however many thresholds it is
//! compared with. Values are in plain SSA form: the optimiser drops what nothing needs and moves out of the loop what does not depend on the row.
#![expect(clippy::indexing_slicing, reason = "INVARIANT (well formed): registers read are defined before")]

mod conditions;
mod numbers;
mod operands;

use std::array::from_fn;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{
    AbiParam, Block, BlockArg, FuncRef, Function, InstBuilder, MemFlagsData, Signature, StackSlot, Type,
    UserFuncName, Value,
};
use cranelift_codegen::isa::TargetIsa;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use nvp_plan::kernel::{Kernel, Register};

use self::operands::Operands;
use super::isa::rounds;
use super::layout::Layout;
use super::rows::ROW_FUNCTIONS;
use super::vectors::{self, Code, Packed, Vectors};
use super::{NARROW, WIDE, WIDE_FROM};
use crate::check::{Kind, kind};

/// Makes `function` the code of a checked kernel.
pub(super) fn emit(
    kernel: &Kernel,
    isa: &dyn TargetIsa,
    function: &mut Function,
    context: &mut FunctionBuilderContext,
) {
    if kernel.to_conditions.len() < WIDE_FROM {
        emit_lanes::<NARROW>(kernel, isa, function, context);
    } else {
        emit_lanes::<WIDE>(kernel, isa, function, context);
    }
}

/// The same, in steps of so many vectors.
fn emit_lanes<const LANES: usize>(
    kernel: &Kernel,
    isa: &dyn TargetIsa,
    function: &mut Function,
    context: &mut FunctionBuilderContext,
) {
    function.name = UserFuncName::user(0, 0);
    function.signature = signature(isa);
    let mut code = Code { builder: FunctionBuilder::new(function, context) };
    let [entry, step, done] = from_fn(|_| code.builder.create_block());
    code.builder.append_block_params_for_function_params(entry);
    let offset = code.builder.append_block_param(step, I64);
    code.builder.switch_to_block(entry);
    let arguments = code.builder.block_params(entry)[0];
    let bits = step_bits(kernel, LANES);
    let mut emitter = Emitter::<LANES> {
        operands: Operands::load(&mut code, kernel, arguments, bits),
        bits,
        code,
        kernel,
        rounds: rounds(isa),
        calls: [None; ROW_FUNCTIONS.len()],
        call_signature: signature(isa),
        slot: None,
        offset,
        registers: Vec::with_capacity(kernel.code.len()),
        known: vec![None; kernel.code.len()],
    };
    emitter.steps(arguments, [entry, step, done]);
    emitter.code.builder.seal_all_blocks();
    emitter.code.builder.finalize(isa.frontend_config());
}

/// Where there are numbers, a step is as many rows as their vectors have; where all are conditions, whole words.
fn step_bits(kernel: &Kernel, lanes: usize) -> Type {
    let numbers = kernel.code.iter().any(|instruction| kind(*instruction) == Kind::Number);
    if numbers { vectors::step_bits(lanes) } else { I64 }
}

/// One pointer and no result: that of kernels and of row functions alike.
fn signature(isa: &dyn TargetIsa) -> Signature {
    let mut signature = Signature::new(isa.default_call_conv());
    signature.params.push(AbiParam::new(I64));
    signature
}

/// A register over a step.
#[derive(Clone, Copy)]
enum Held<const LANES: usize> {
    Numbers(Vectors<LANES>),
    Bits(Packed),
}

struct Emitter<'a, 'k, const LANES: usize> {
    code: Code<'a>,
    kernel: &'k Kernel,
    operands: Operands<LANES>,
    /// An integer of a bit for each row of a step.
    bits: Type,
    /// Whether the target rounds by an instruction.
    rounds: bool,
    /// The row functions used so far.
    calls: [Option<FuncRef>; ROW_FUNCTIONS.len()],
    call_signature: Signature,
    /// Where numbers are handed to row functions.
    slot: Option<StackSlot>,
    /// The offset of the step's first row in columns of numbers, in bytes.
    offset: Value,
    registers: Vec<Held<LANES>>,
    /// Where a register of numbers is there, packed, once it is asked for.
    known: Vec<Option<Value>>,
}

/// Loads of what a kernel reads: within the column, and nothing changes them while it runs (results are other columns).
const fn reads() -> MemFlagsData {
    MemFlagsData::new().with_notrap().with_readonly().with_can_move()
}

const fn writes() -> MemFlagsData {
    MemFlagsData::new().with_notrap()
}

impl<const LANES: usize> Emitter<'_, '_, LANES> {
    /// The loop.
    fn steps(&mut self, arguments: Value, [entry, step, done]: [Block; 3]) {
        debug_assert_eq!(self.code.builder.current_block(), Some(entry));
        let end = self.code.ins().load(I64, reads(), arguments, Layout::end());
        let zero = self.code.ins().iconst(I64, 0);
        self.code.ins().brif(end, step, &[BlockArg::Value(zero)], done, &[]);

        self.code.builder.switch_to_block(step);
        for place in 0..self.kernel.code.len() {
            let instruction = self.kernel.code[place];
            let held = match kind(instruction) {
                Kind::Number => Held::Numbers(self.number_of(instruction)),
                Kind::Condition => Held::Bits(self.condition_of(instruction)),
            };
            self.registers.push(held);
        }
        self.results();
        let next =
            self.code.ins().iadd_imm_s(self.offset, i64::from(self.bits.bits()) * size_of::<f64>() as i64);
        let more = self.code.ins().icmp(IntCC::UnsignedLessThan, next, end);
        self.code.ins().brif(more, step, &[BlockArg::Value(next)], done, &[]);

        self.code.builder.switch_to_block(done);
        self.code.ins().return_(&[]);
    }

    fn results(&mut self) {
        for place in 0..self.kernel.to_values.len() {
            let numbers = self.numbers(self.kernel.to_values[place]);
            let address = self.code.ins().iadd(self.operands.to_values[place], self.offset);
            for lane in 0..LANES {
                self.code.ins().store(writes(), numbers.at(lane), address, lane_offset(lane));
            }
        }
        for place in 0..self.kernel.to_conditions.len() {
            let Packed { is_true, is_false } = self.bits(self.kernel.to_conditions[place]);
            for (base, bits) in self.operands.to_conditions[place].into_iter().zip([is_true, is_false]) {
                let address = self.bits_address(base);
                self.code.ins().store(writes(), bits, address, 0);
            }
        }
    }

    /// The address of the step's bits: 64 bytes of numbers for one byte of bits.
    fn bits_address(&mut self, base: Value) -> Value {
        let offset = self.code.ins().ushr_imm_u(self.offset, 6);
        self.code.ins().iadd(base, offset)
    }

    /// INVARIANT (well formed): the register holds numbers.
    fn numbers(&mut self, register: Register) -> Vectors<LANES> {
        match self.registers[usize::from(register.0)] {
            Held::Numbers(numbers) => numbers,
            Held::Bits(_) => Vectors::Same(self.code.number(f64::NAN)),
        }
    }

    /// INVARIANT (well formed): the register holds conditions.
    fn bits(&mut self, register: Register) -> Packed {
        match self.registers[usize::from(register.0)] {
            Held::Bits(bits) => bits,
            Held::Numbers(_) => self.fixed(None),
        }
    }
}

/// The offset of a lane's rows from the step's first.
const fn lane_offset(lane: usize) -> i32 {
    (lane * 2 * size_of::<f64>()) as i32
}
