//! A kernel as a Cranelift function: a loop over its rows, one step after the other, with no branch inside.
//!
//! Numbers stay in vectors from load to store; conditions are packed to a bit a row as soon as they are compared, so logic costs two
//! instructions a step. False is *known and not true*, so what is known of a register is computed once however many thresholds it is
//! compared with. Values are in plain SSA form: the optimiser drops what nothing needs and moves out of the loop what does not depend on the row.
#![expect(clippy::indexing_slicing, reason = "INVARIANT (well formed): registers read are defined before")]

use std::array::from_fn;

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{F64, F64X2, I64, I64X2};
use cranelift_codegen::ir::{
    AbiParam, Block, BlockArg, ExtFuncData, ExternalName, FuncRef, Function, InstBuilder, MemFlagsData,
    Signature, StackSlot, StackSlotData, StackSlotKind, UserExternalName, UserFuncName, Value,
};
use cranelift_codegen::isa::TargetIsa;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use nvp_plan::kernel::{Binary, Compare, Instruction, Kernel, Reach, Register, Unary};

use super::isa::rounds;
use super::layout::Layout;
use super::rows::ROW_FUNCTIONS;
use super::vectors::{Code, Packed, Vectors};
use super::{LANES, STEP_BITS, STEP_ROWS};

/// The number below 0.5: added before truncation, it rounds halves away from zero and nothing else up.
const BELOW_HALF: f64 = 0.499_999_999_999_999_94;

/// Makes `function` the code of a checked kernel.
pub(super) fn emit(
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
    let mut emitter = Emitter {
        operands: Operands::load(&mut code, kernel, arguments),
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

/// One pointer and no result: that of kernels and of row functions alike.
fn signature(isa: &dyn TargetIsa) -> Signature {
    let mut signature = Signature::new(isa.default_call_conv());
    signature.params.push(AbiParam::new(I64));
    signature
}

/// What is the same in all steps: addresses, constants, operands for all rows.
struct Operands {
    values: Vec<Operand<Vectors>>,
    conditions: Vec<Operand<Packed>>,
    constants: Vec<Vectors>,
    to_values: Vec<Value>,
    to_conditions: Vec<[Value; 2]>,
}

/// An operand that is read.
enum Operand<Whole> {
    /// From these addresses, row by row; numbers have one.
    Rows([Value; 2]),
    /// It is this for all rows.
    All(Whole),
}

/// A register over a step.
#[derive(Clone, Copy)]
enum Held {
    Numbers(Vectors),
    Bits(Packed),
}

struct Emitter<'a, 'k> {
    code: Code<'a>,
    kernel: &'k Kernel,
    operands: Operands,
    /// Whether the target rounds by an instruction.
    rounds: bool,
    /// The row functions used so far.
    calls: [Option<FuncRef>; ROW_FUNCTIONS.len()],
    call_signature: Signature,
    /// Where numbers are handed to row functions.
    slot: Option<StackSlot>,
    /// The offset of the step's first row in columns of numbers, in bytes.
    offset: Value,
    registers: Vec<Held>,
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

impl Operands {
    fn load(code: &mut Code<'_>, kernel: &Kernel, arguments: Value) -> Self {
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
                        let bits = code.ins().load(STEP_BITS, reads(), address, 0);
                        let bit = code.ins().band_imm_u(bits, 1);
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

impl Emitter<'_, '_> {
    /// The loop.
    fn steps(&mut self, arguments: Value, [entry, step, done]: [Block; 3]) {
        debug_assert_eq!(self.code.builder.current_block(), Some(entry));
        let end = self.code.ins().load(I64, reads(), arguments, Layout::end());
        let zero = self.code.ins().iconst(I64, 0);
        self.code.ins().brif(end, step, &[BlockArg::Value(zero)], done, &[]);

        self.code.builder.switch_to_block(step);
        for place in 0..self.kernel.code.len() {
            let held = self.instruction(self.kernel.code[place]);
            self.registers.push(held);
        }
        self.results();
        let next = self.code.ins().iadd_imm_s(self.offset, (STEP_ROWS * size_of::<f64>()) as i64);
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
    fn numbers(&mut self, register: Register) -> Vectors {
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

    fn instruction(&mut self, instruction: Instruction) -> Held {
        use Instruction as I;
        match instruction {
            I::Value(value) => Held::Numbers(self.value(value)),
            I::Constant(constant) => Held::Numbers(self.operands.constants[usize::from(constant)]),
            I::Unary(function, a) => Held::Numbers(self.unary(function, a)),
            I::Binary(function, a, b) => Held::Numbers(self.binary(function, a, b)),
            I::Choose(c, a, b) => Held::Numbers(self.choose(c, a, b)),
            I::OrElse(a, b) => {
                let (a, b) = (self.numbers(a), self.numbers(b));
                let there = self.code.test(FloatCC::Ordered, a, a);
                Held::Numbers(self.code.select(there, a, b))
            }
            I::Condition(condition) => Held::Bits(self.condition(condition)),
            I::Fixed(condition) => Held::Bits(self.fixed(condition)),
            I::Compare(comparison, a, b) => Held::Bits(self.compare(comparison, a, b)),
            I::IsPresent(a) => {
                let is_true = self.known(a);
                Held::Bits(Packed { is_true, is_false: self.code.ins().bnot(is_true) })
            }
            I::Not(a) => {
                let Packed { is_true, is_false } = self.bits(a);
                Held::Bits(Packed { is_true: is_false, is_false: is_true })
            }
            I::And(a, b) => {
                let (a, b) = (self.bits(a), self.bits(b));
                let is_true = self.code.ins().band(a.is_true, b.is_true);
                Held::Bits(Packed { is_true, is_false: self.code.ins().bor(a.is_false, b.is_false) })
            }
            I::Or(a, b) => {
                let (a, b) = (self.bits(a), self.bits(b));
                let is_true = self.code.ins().bor(a.is_true, b.is_true);
                Held::Bits(Packed { is_true, is_false: self.code.ins().band(a.is_false, b.is_false) })
            }
            I::ChooseCondition(c, a, b) => {
                let (c, a, b) = (self.bits(c), self.bits(a), self.bits(b));
                let is_true = self.either(c, a.is_true, b.is_true);
                Held::Bits(Packed { is_true, is_false: self.either(c, a.is_false, b.is_false) })
            }
            I::OrElseCondition(a, b) => {
                let (a, b) = (self.bits(a), self.bits(b));
                let known = self.code.ins().bor(a.is_true, a.is_false);
                let [is_true, is_false] = [(a.is_true, b.is_true), (a.is_false, b.is_false)].map(|(a, b)| {
                    let other = self.code.ins().band_not(b, known);
                    self.code.ins().bor(a, other)
                });
                Held::Bits(Packed { is_true, is_false })
            }
            I::IsKnown(a) => {
                let a = self.bits(a);
                let is_true = self.code.ins().bor(a.is_true, a.is_false);
                Held::Bits(Packed { is_true, is_false: self.code.ins().bnot(is_true) })
            }
        }
    }

    /// Bits: `a` where `c` is true, `b` where it is false.
    fn either(&mut self, c: Packed, a: Value, b: Value) -> Value {
        let first = self.code.ins().band(c.is_true, a);
        let second = self.code.ins().band(c.is_false, b);
        self.code.ins().bor(first, second)
    }

    fn value(&mut self, value: u16) -> Vectors {
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

    fn condition(&mut self, condition: u16) -> Packed {
        match self.operands.conditions[usize::from(condition)] {
            Operand::All(bits) => bits,
            Operand::Rows(bases) => {
                let [is_true, is_false] = bases.map(|base| {
                    let address = self.bits_address(base);
                    self.code.ins().load(STEP_BITS, reads(), address, 0)
                });
                Packed { is_true, is_false }
            }
        }
    }

    fn fixed(&mut self, condition: Option<bool>) -> Packed {
        let [is_true, is_false] = [Some(true), Some(false)].map(|one| {
            let bits = if condition == one { i64::from(u16::MAX) } else { 0 };
            self.code.ins().iconst(STEP_BITS, bits)
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
        let holds = self.code.pack(masks);
        let known = match (first, second) {
            (Vectors::Each(_), Vectors::Each(_)) if a != b => {
                let masks = self.code.test(FloatCC::Ordered, first, second);
                self.code.pack(masks)
            }
            _ => {
                let (a, b) = (self.known(a), self.known(b));
                self.code.ins().band(a, b)
            }
        };
        let other = self.code.ins().band_not(known, holds);
        match comparison {
            Compare::NotEqual => Packed { is_true: other, is_false: holds },
            _ => Packed { is_true: holds, is_false: other },
        }
    }

    /// Masks of where a condition is true and where it is false: from the numbers compared where it is a comparison, else
    /// from its bits.
    fn masks(&mut self, register: Register) -> [Vectors; 2] {
        match self.kernel.code[usize::from(register.0)] {
            Instruction::Compare(comparison, a, b) if plain_comparison(comparison).is_some() => {
                let (a, b) = (self.numbers(a), self.numbers(b));
                [comparison, opposite(comparison)]
                    .map(|comparison| self.ordered_test(plain_comparison(comparison), a, b))
            }
            Instruction::IsPresent(a) => {
                let a = self.numbers(a);
                [FloatCC::Ordered, FloatCC::Unordered].map(|code| self.code.test(code, a, a))
            }
            _ => {
                let Packed { is_true, is_false } = self.bits(register);
                [is_true, is_false].map(|bits| self.code.unpack(bits))
            }
        }
    }

    /// The test, or where there is none, *less or greater*.
    fn ordered_test(&mut self, code: Option<FloatCC>, a: Vectors, b: Vectors) -> Vectors {
        let Some(code) = code else {
            let less = self.code.test(FloatCC::LessThan, a, b);
            let greater = self.code.test(FloatCC::GreaterThan, a, b);
            return self.code.map2(less, greater, |code, less, greater| code.ins().bor(less, greater));
        };
        self.code.test(code, a, b)
    }

    fn choose(&mut self, c: Register, a: Register, b: Register) -> Vectors {
        let [is_true, is_false] = self.masks(c);
        let (a, b) = (self.numbers(a), self.numbers(b));
        let missing = Vectors::Same(self.code.number(f64::NAN));
        let other = self.code.select(is_false, b, missing);
        self.code.select(is_true, a, other)
    }

    fn binary(&mut self, function: Binary, a: Register, b: Register) -> Vectors {
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

    /// `if a < b then a else b` (which is `b` where it is missing), and `a` where that is missing.
    fn extreme(&mut self, code: FloatCC, a: Vectors, b: Vectors) -> Vectors {
        let better = self.code.test(code, a, b);
        let chosen = self.code.select(better, a, b);
        let there = self.code.test(FloatCC::Ordered, a, a);
        self.code.select(there, chosen, a)
    }

    fn unary(&mut self, function: Unary, a: Register) -> Vectors {
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
    fn round(&mut self, a: Vectors) -> Vectors {
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

    /// Ones of either sign where the number is beyond zero, zero where it is zero, itself where it is missing.
    fn sign(&mut self, a: Vectors) -> Vectors {
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
        let there = self.code.test(FloatCC::Ordered, a, a);
        self.code.select(there, ones, a)
    }

    /// A row function: the numbers go through the stack, one call a step.
    fn call(&mut self, function: Unary, a: Vectors) -> Vectors {
        let Some(place) = ROW_FUNCTIONS.iter().position(|row| row.of == function) else {
            return a;
        };
        let callee = match self.calls[place] {
            Some(callee) => callee,
            None => self.import(place),
        };
        let slot = *self.slot.get_or_insert_with(|| {
            let bytes = (STEP_ROWS * size_of::<f64>()) as u32;
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
        self.code.ins().call(callee, &[address]);
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

/// The offset of a lane's rows from the step's first.
const fn lane_offset(lane: usize) -> i32 {
    (lane * 2 * size_of::<f64>()) as i32
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

/// What holds where the comparison is known and does not.
const fn opposite(comparison: Compare) -> Compare {
    match comparison {
        Compare::Less => Compare::GreaterOrEqual,
        Compare::LessOrEqual => Compare::Greater,
        Compare::Greater => Compare::LessOrEqual,
        Compare::GreaterOrEqual => Compare::Less,
        Compare::Equal => Compare::NotEqual,
        Compare::NotEqual => Compare::Equal,
    }
}
