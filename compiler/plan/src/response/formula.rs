//! Expressions as playbooks evaluate them: once, or again and again while something is waited for; three-valued, with missing values.

use crate::ids::{CalendarId, ProviderId};
use crate::unit::Unit;

/// An expression over a playbook's parameters, what it has found out, what providers read, and metrics.
///
/// Numbers are missing (NaN) or known, conditions true, false or unknown; operators treat them as the plan's kernels do.
#[derive(Debug, Clone, PartialEq)]
pub enum Formula<L> {
    /// A fixed value.
    Constant(Constant),
    /// The present instant, in seconds since the Unix epoch.
    Now,
    /// A parameter of the playbook, or of the write whose clause this is.
    Parameter(u32),
    /// What `let` found, by its place.
    Local(u32),
    /// The one of `each` that the step is at.
    Item,
    /// What the read at this place of [`super::provider::Write::before`] gave just before the write.
    Before(u32),
    /// A value of the evaluation, for the row of these labels.
    Observed(Observed<L>),
    /// What a provider reads.
    Read(ReadCall<L>),
    /// `-x`
    Negate(Box<Self>),
    /// `a + b`
    Arithmetic(Arithmetic, Box<Self>, Box<Self>),
    /// `abs(x)`, `min(a, b)`
    Function(Function, Vec<Self>),
    /// `a < b`, of two numbers; of texts, handles and flags `==` and `!=` only
    Compare(Compare, Box<Self>, Box<Self>),
    /// `not c`
    Not(Box<Self>),
    /// `a and b`
    And(Box<Self>, Box<Self>),
    /// `a or b`
    Or(Box<Self>, Box<Self>),
    /// `if c then x else y`
    If(Box<Self>, Box<Self>, Option<Box<Self>>),
    /// `x default y`
    Default(Box<Self>, Box<Self>),
    /// `present(x)`
    Present(Box<Self>),
    /// `missing(x)`
    Missing(Box<Self>),
    /// A number as a condition (a flag): not 0
    IsSet(Box<Self>),
    /// `count(list)`
    Count(Box<Self>),
    /// `now in office_hours`
    Open(CalendarId),
    /// `c for 5m`; the last is its clock's place among those of its clause
    For(Box<Self>, i64, u32),
}

/// A fixed value.
#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    /// In base units; NaN is missing.
    Number(f64),
    /// `None` is unknown.
    Condition(Option<bool>),
    /// A text.
    Text(String),
}

/// A value of the evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed<L> {
    /// Which.
    pub of: L,
    /// The labels that its rows have, sorted by name, and what they must be here. None of them is left open.
    pub labels: Vec<(String, Formula<L>)>,
    /// Whether it is a condition; a number otherwise.
    pub is_condition: bool,
    /// As written, for people.
    pub text: String,
    /// The unit in which people see it.
    pub unit: Unit,
}

/// A call of a provider's read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadCall<L> {
    /// Whose.
    pub provider: ProviderId,
    /// Its place among [`super::provider::Provider::reads`].
    pub read: u32,
    /// One a parameter.
    pub arguments: Vec<Formula<L>>,
    /// As written, for people.
    pub text: String,
}

/// A call of a provider's write.
#[derive(Debug, Clone, PartialEq)]
pub struct WriteCall<L> {
    /// Whose.
    pub provider: ProviderId,
    /// Its place among [`super::provider::Provider::writes`].
    pub write: u32,
    /// One a parameter.
    pub arguments: Vec<Formula<L>>,
    /// As written, for people.
    pub text: String,
}

/// A condition that is waited for or asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause<L> {
    /// What.
    pub formula: Formula<L>,
    /// How many clocks of `for` are in it.
    pub clocks: u32,
    /// As written, for people.
    pub text: String,
}

/// A piece of a text for people.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece<L> {
    /// As it is.
    Plain(String),
    /// A value, seen in this unit.
    Value(Formula<L>, Unit),
}

/// Arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*` and `of`
    Multiply,
    /// `/`
    Divide,
}

/// Comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compare {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

/// Functions of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    /// `abs(x)`
    Abs,
    /// `ceil(x)`
    Ceil,
    /// `floor(x)`
    Floor,
    /// `round(x)`: halves away from zero
    Round,
    /// `sqrt(x)`
    Sqrt,
    /// `exp(x)`
    Exp,
    /// `ln(x)`
    Ln,
    /// `log2(x)`
    Log2,
    /// `log10(x)`
    Log10,
    /// `sgn(x)`
    Sgn,
    /// `clamp(x, low, high)`
    Clamp,
    /// `max(a, b)`
    Max,
    /// `min(a, b)`
    Min,
}
