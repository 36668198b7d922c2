//! Arithmetic, functions and comparisons of numbers; what is missing makes missing and unknown.

use std::cmp::Ordering;

use nvp_plan::response::formula::{Arithmetic, Compare, Function};

/// `a + b` and so on.
pub(super) fn arithmetic(how: Arithmetic, a: f64, b: f64) -> f64 {
    match how {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide => a / b,
    }
}

/// A function of numbers. Missing of anything missing, and of too few.
pub(super) fn function(which: Function, of: &[f64]) -> f64 {
    let one = |f: fn(f64) -> f64| of.first().map_or(f64::NAN, |x| f(*x));
    let least = |wanted: Ordering| {
        let better = |a: f64, b: f64| if b.partial_cmp(&a) == Some(wanted) { b } else { a };
        if of.iter().any(|x| x.is_nan()) { None } else { of.iter().copied().reduce(better) }
    };
    match which {
        Function::Abs => one(f64::abs),
        Function::Ceil => one(f64::ceil),
        Function::Floor => one(f64::floor),
        Function::Round => one(f64::round),
        Function::Sqrt => one(f64::sqrt),
        Function::Exp => one(libm::exp),
        Function::Ln => one(libm::log),
        Function::Log2 => one(libm::log2),
        Function::Log10 => one(libm::log10),
        Function::Sgn => one(|x| {
            if x > 0.0 {
                1.0
            } else if x < 0.0 {
                -1.0
            } else if x == 0.0 {
                0.0
            } else {
                f64::NAN
            }
        }),
        Function::Max => least(Ordering::Greater).unwrap_or(f64::NAN),
        Function::Min => least(Ordering::Less).unwrap_or(f64::NAN),
        Function::Clamp => match of {
            [x, low, high] if !low.is_nan() && !high.is_nan() => {
                let raised = if *x < *low { *low } else { *x };
                if raised > *high { *high } else { raised }
            }
            _ => f64::NAN,
        },
    }
}

/// `a < b` and so on; unknown of anything missing.
pub(super) fn compare(how: Compare, a: f64, b: f64) -> Option<bool> {
    let order = a.partial_cmp(&b)?;
    Some(match how {
        Compare::Less => order.is_lt(),
        Compare::LessOrEqual => order.is_le(),
        Compare::Greater => order.is_gt(),
        Compare::GreaterOrEqual => order.is_ge(),
        Compare::Equal => order.is_eq(),
        Compare::NotEqual => order.is_ne(),
    })
}
