//! What each function of the kernel language means for one row. The interpreter's loops and [`crate::trace()`] are built on
//! these; the machine code has to agree with them bit for bit.

use nvp_plan::kernel::{Binary, Compare, Unary};

/// A function of one number.
#[inline(always)]
pub(crate) fn unary(function: Unary, x: f64) -> f64 {
    match function {
        Unary::Negate => -x,
        Unary::Abs => x.abs(),
        Unary::Ceil => x.ceil(),
        Unary::Floor => x.floor(),
        Unary::Round => x.round(),
        Unary::Sqrt => x.sqrt(),
        Unary::Exp => libm::exp(x),
        Unary::Ln => libm::log(x),
        Unary::Log2 => libm::log2(x),
        Unary::Log10 => libm::log10(x),
        Unary::Sign => {
            if x > 0.0 {
                1.0
            } else if x < 0.0 {
                -1.0
            } else if x == 0.0 {
                0.0
            } else {
                f64::NAN
            }
        }
    }
}

/// A function of two numbers; missing when one is.
#[inline(always)]
pub(crate) fn binary(function: Binary, a: f64, b: f64) -> f64 {
    match function {
        Binary::Add => a + b,
        Binary::Subtract => a - b,
        Binary::Multiply => a * b,
        Binary::Divide => a / b,
        // Where `b` is missing the comparison fails and `b` is the answer; only `a` needs asking.
        Binary::Min if a.is_nan() => a,
        Binary::Min => choose(a < b, a, b),
        Binary::Max if a.is_nan() => a,
        Binary::Max => choose(a > b, a, b),
    }
}

#[inline(always)]
const fn choose(condition: bool, a: f64, b: f64) -> f64 {
    if condition { a } else { b }
}

/// Whether the comparison holds; false where a number is missing ([`known`] tells).
#[inline(always)]
pub(crate) fn compare(comparison: Compare, a: f64, b: f64) -> bool {
    match comparison {
        Compare::Less => a < b,
        Compare::LessOrEqual => a <= b,
        Compare::Greater => a > b,
        Compare::GreaterOrEqual => a >= b,
        Compare::Equal => a == b,
        Compare::NotEqual => (a < b) | (a > b),
    }
}

/// Whether both numbers are there.
#[inline(always)]
pub(crate) const fn known(a: f64, b: f64) -> bool {
    !a.is_nan() & !b.is_nan()
}
