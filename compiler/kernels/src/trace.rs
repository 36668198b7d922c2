//! One row, every register: what `why` trees are made of.

use nvp_plan::kernel::{Instruction, Kernel, Register};

use crate::scalar;

/// What a register holds for one row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar {
    /// A number; NaN is missing.
    Number(f64),
    /// A condition; `None` is unknown.
    Condition(Option<bool>),
}

/// Computes one row: a value for each register, in order.
///
/// `values`, `conditions` and `constants` are the row's operands in the order of the kernel's lists. Where an operand or a
/// register is not there (which a checked kernel rules out) it is missing or unknown.
#[must_use]
pub fn trace(kernel: &Kernel, values: &[f64], conditions: &[Option<bool>], constants: &[f64]) -> Vec<Scalar> {
    let mut row = Row { values, conditions, constants, registers: Vec::with_capacity(kernel.code.len()) };
    for instruction in &kernel.code {
        let scalar = row.step(*instruction);
        row.registers.push(scalar);
    }
    row.registers
}

struct Row<'a> {
    values: &'a [f64],
    conditions: &'a [Option<bool>],
    constants: &'a [f64],
    registers: Vec<Scalar>,
}

impl Row<'_> {
    fn number(&self, register: Register) -> f64 {
        match self.registers.get(usize::from(register.0)) {
            Some(Scalar::Number(number)) => *number,
            _ => f64::NAN,
        }
    }

    fn condition(&self, register: Register) -> Option<bool> {
        match self.registers.get(usize::from(register.0)) {
            Some(Scalar::Condition(condition)) => *condition,
            _ => None,
        }
    }

    fn step(&self, instruction: Instruction) -> Scalar {
        use Instruction as I;
        use Scalar::{Condition, Number};
        let entry = |list: &[f64], place: u16| list.get(usize::from(place)).copied().unwrap_or(f64::NAN);
        match instruction {
            I::Value(value) => Number(entry(self.values, value)),
            I::Condition(place) => Condition(self.conditions.get(usize::from(place)).copied().flatten()),
            I::Constant(constant) => Number(entry(self.constants, constant)),
            I::Fixed(condition) => Condition(condition),
            I::Unary(function, a) => Number(scalar::unary(function, self.number(a))),
            I::Binary(function, a, b) => Number(scalar::binary(function, self.number(a), self.number(b))),
            I::Choose(c, a, b) => Number(match self.condition(c) {
                Some(true) => self.number(a),
                Some(false) => self.number(b),
                None => f64::NAN,
            }),
            I::OrElse(a, b) => {
                let a = self.number(a);
                Number(if a.is_nan() { self.number(b) } else { a })
            }
            I::Compare(comparison, a, b) => {
                let (a, b) = (self.number(a), self.number(b));
                Condition(scalar::known(a, b).then(|| scalar::compare(comparison, a, b)))
            }
            I::IsPresent(a) => Condition(Some(!self.number(a).is_nan())),
            I::Not(a) => Condition(self.condition(a).map(|a| !a)),
            I::And(a, b) => Condition(match (self.condition(a), self.condition(b)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            }),
            I::Or(a, b) => Condition(match (self.condition(a), self.condition(b)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            }),
            I::ChooseCondition(c, a, b) => Condition(match self.condition(c) {
                Some(true) => self.condition(a),
                Some(false) => self.condition(b),
                None => None,
            }),
            I::OrElseCondition(a, b) => Condition(self.condition(a).or_else(|| self.condition(b))),
            I::IsKnown(a) => Condition(Some(self.condition(a).is_some())),
        }
    }
}
