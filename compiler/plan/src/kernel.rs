//! Kernels: straight-line code over the rows of one domain, in three-address form.
//!
//! A number is an `f64`; *missing is NaN*, any NaN (the bits of a NaN never show). A condition is two bits: is it true, is it false;
//! neither is *unknown*. Kleene's logic follows: `and` is true when both are, false when one is.
//! A kernel is a shape: its constants come from outside, so rules that differ in a threshold share code.

/// The place of an instruction, and so of its result, in a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Register(pub u16);

/// The shape of a kernel.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Kernel {
    /// The columns of numbers it reads, in order: whole columns or one number for all rows.
    pub values: Vec<Reach>,
    /// The columns of conditions it reads, in order.
    pub conditions: Vec<Reach>,
    /// How many constants it is given.
    pub constants: u16,
    /// Its code; an instruction reads only earlier registers of the type it needs.
    pub code: Vec<Instruction>,
    /// The registers (numbers) written out as columns, in order.
    pub to_values: Vec<Register>,
    /// The registers (conditions) written out as columns, in order.
    pub to_conditions: Vec<Register>,
}

/// How an operand reaches the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// One entry a row.
    Row,
    /// The first entry for all rows (an operand without labels).
    All,
}

/// An instruction; it defines the register of its own place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Instruction {
    /// The number in this value operand.
    Value(u16),
    /// The condition in this condition operand.
    Condition(u16),
    /// This constant (NaN: missing).
    Constant(u16),
    /// A fixed condition; `None` is unknown.
    Fixed(Option<bool>),
    /// A function of one number.
    Unary(Unary, Register),
    /// A function of two numbers; missing when one is.
    Binary(Binary, Register, Register),
    /// `if c then x else y` of numbers; missing where `c` is unknown.
    Choose(Register, Register, Register),
    /// `x default y` of numbers.
    OrElse(Register, Register),
    /// Two numbers compared; unknown when one is missing.
    Compare(Compare, Register, Register),
    /// Whether a number is there; never unknown.
    IsPresent(Register),
    /// `not c`
    Not(Register),
    /// `a and b`
    And(Register, Register),
    /// `a or b`
    Or(Register, Register),
    /// `if c then a else b` of conditions; unknown where `c` is unknown.
    ChooseCondition(Register, Register, Register),
    /// `a default b` of conditions.
    OrElseCondition(Register, Register),
    /// Whether a condition is known; never unknown.
    IsKnown(Register),
}

/// Functions of one number. Of missing, missing. All are IEEE 754 but the transcendental ones, which are `libm`'s in every evaluator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unary {
    /// The sign turned.
    Negate,
    /// The magnitude.
    Abs,
    /// Towards +∞.
    Ceil,
    /// Towards −∞.
    Floor,
    /// To the nearest, halves away from zero.
    Round,
    /// The square root; of a negative, missing.
    Sqrt,
    /// `e` to the power.
    Exp,
    /// The natural logarithm; of 0 −∞, of a negative missing.
    Ln,
    /// The logarithm to base 2.
    Log2,
    /// The logarithm to base 10.
    Log10,
    /// −1, 0 or 1 (0 of −0).
    Sign,
}

/// Functions of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Binary {
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `a * b`
    Multiply,
    /// `a / b`; 0/0 is missing, 1/0 is ∞
    Divide,
    /// The smaller: `if a < b then a else b`, so of −0 and 0 the second.
    Min,
    /// The greater: `if a > b then a else b`.
    Max,
}

/// Comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compare {
    /// `a < b`
    Less,
    /// `a <= b`
    LessOrEqual,
    /// `a > b`
    Greater,
    /// `a >= b`
    GreaterOrEqual,
    /// `a == b`
    Equal,
    /// `a != b`
    NotEqual,
}
