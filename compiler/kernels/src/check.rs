//! Whether a kernel is well formed.
//!
//! INVARIANT (well formed): once [`check`] has passed a kernel, every operand it names exists, every register read is an earlier
//! one of the type needed, and so are its results. The evaluators rely on it.

use nvp_plan::kernel::{Instruction, Kernel, Register};

use crate::error::Fault;

/// What a register holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A number.
    Number,
    /// A condition.
    Condition,
}

/// What an instruction defines.
pub(crate) const fn kind(instruction: Instruction) -> Kind {
    use Instruction as I;
    match instruction {
        I::Value(_) | I::Constant(_) | I::Unary(..) | I::Binary(..) | I::Choose(..) | I::OrElse(..) => {
            Kind::Number
        }
        I::Condition(_)
        | I::Fixed(_)
        | I::Compare(..)
        | I::IsPresent(_)
        | I::Not(_)
        | I::And(..)
        | I::Or(..)
        | I::ChooseCondition(..)
        | I::OrElseCondition(..)
        | I::IsKnown(_) => Kind::Condition,
    }
}

/// The registers an instruction reads, and as what.
pub(crate) fn reads(instruction: Instruction) -> impl Iterator<Item = (Register, Kind)> {
    use Instruction as I;
    use Kind::{Condition as C, Number as N};
    let list = match instruction {
        I::Value(_) | I::Condition(_) | I::Constant(_) | I::Fixed(_) => [None; 3],
        I::Unary(_, a) | I::IsPresent(a) => [Some((a, N)), None, None],
        I::Binary(_, a, b) | I::OrElse(a, b) | I::Compare(_, a, b) => [Some((a, N)), Some((b, N)), None],
        I::Choose(c, a, b) => [Some((c, C)), Some((a, N)), Some((b, N))],
        I::Not(a) | I::IsKnown(a) => [Some((a, C)), None, None],
        I::And(a, b) | I::Or(a, b) | I::OrElseCondition(a, b) => [Some((a, C)), Some((b, C)), None],
        I::ChooseCondition(c, a, b) => [Some((c, C)), Some((a, C)), Some((b, C))],
    };
    list.into_iter().flatten()
}

/// Whether the kernel is well formed.
pub(crate) fn check(kernel: &Kernel) -> Result<(), Fault> {
    if kernel.code.len() > usize::from(u16::MAX) + 1 {
        return Err(Fault::TooLong(kernel.code.len()));
    }
    for (place, instruction) in kernel.code.iter().enumerate() {
        let exists = match *instruction {
            Instruction::Value(value) => usize::from(value) < kernel.values.len(),
            Instruction::Condition(condition) => usize::from(condition) < kernel.conditions.len(),
            Instruction::Constant(constant) => constant < kernel.constants,
            _ => true,
        };
        if !exists {
            return Err(Fault::NoSuchOperand(place));
        }
        for (register, wanted) in reads(*instruction) {
            match kernel.code.get(usize::from(register.0)) {
                Some(read) if usize::from(register.0) < place => {
                    if kind(*read) != wanted {
                        return Err(Fault::WrongType(place));
                    }
                }
                _ => return Err(Fault::NotYetDefined(place)),
            }
        }
    }
    let holds = |register: &Register, wanted| {
        kernel.code.get(usize::from(register.0)).is_some_and(|found| kind(*found) == wanted)
    };
    let numbers = kernel.to_values.iter().map(|register| holds(register, Kind::Number));
    let conditions = kernel.to_conditions.iter().map(|register| holds(register, Kind::Condition));
    match numbers.chain(conditions).position(|good| !good) {
        Some(place) => Err(Fault::BadResult(place)),
        None => Ok(()),
    }
}
