//! Kernels as policies have them.

use nvp_plan::kernel::{Binary, Compare, Instruction as I, Kernel, Reach, Register as R, Unary};

/// `cpu > 0.7 && mem < 0.95 || queue > 1000`
pub fn three_metrics() -> Kernel {
    Kernel {
        values: vec![Reach::Row; 3],
        constants: 3,
        code: vec![
            I::Value(0),
            I::Constant(0),
            I::Compare(Compare::Greater, R(0), R(1)),
            I::Value(1),
            I::Constant(1),
            I::Compare(Compare::Less, R(3), R(4)),
            I::Value(2),
            I::Constant(2),
            I::Compare(Compare::Greater, R(6), R(7)),
            I::And(R(2), R(5)),
            I::Or(R(9), R(8)),
        ],
        to_conditions: vec![R(10)],
        ..Kernel::default()
    }
}

/// A threshold.
pub fn threshold() -> Kernel {
    Kernel {
        values: vec![Reach::Row],
        constants: 1,
        code: vec![I::Value(0), I::Constant(0), I::Compare(Compare::Greater, R(0), R(1))],
        to_conditions: vec![R(2)],
        ..Kernel::default()
    }
}

/// Two levels of one ratio: `used / total`, more than each of two limits.
pub fn two_levels_of_a_ratio() -> Kernel {
    Kernel {
        values: vec![Reach::Row; 2],
        constants: 2,
        code: vec![
            I::Value(0),
            I::Value(1),
            I::Binary(Binary::Divide, R(0), R(1)),
            I::Constant(0),
            I::Compare(Compare::GreaterOrEqual, R(2), R(3)),
            I::Constant(1),
            I::Compare(Compare::GreaterOrEqual, R(2), R(5)),
        ],
        to_values: vec![R(2)],
        to_conditions: vec![R(4), R(6)],
        ..Kernel::default()
    }
}

/// `if busy then max(x, floor) else x default 0`, with the floor the same for all rows.
pub fn choice() -> Kernel {
    Kernel {
        values: vec![Reach::Row, Reach::All],
        conditions: vec![Reach::Row],
        constants: 1,
        code: vec![
            I::Value(0),
            I::Value(1),
            I::Condition(0),
            I::Binary(Binary::Max, R(0), R(1)),
            I::Constant(0),
            I::OrElse(R(0), R(4)),
            I::Choose(R(2), R(3), R(5)),
        ],
        to_values: vec![R(6)],
        ..Kernel::default()
    }
}

/// What latches ask: the level's condition, whether it is known, its opposite, and the two while something else is so.
pub fn latch() -> Kernel {
    Kernel {
        conditions: vec![Reach::Row, Reach::All],
        code: vec![
            I::Condition(0),
            I::Condition(1),
            I::IsKnown(R(0)),
            I::Not(R(0)),
            I::OrElseCondition(R(0), R(1)),
            I::ChooseCondition(R(1), R(4), R(3)),
            I::And(R(2), R(5)),
        ],
        to_conditions: vec![R(3), R(6)],
        ..Kernel::default()
    }
}

/// `round(log10(x)) != 2`
pub fn functions() -> Kernel {
    Kernel {
        values: vec![Reach::Row],
        constants: 1,
        code: vec![
            I::Value(0),
            I::Unary(Unary::Log10, R(0)),
            I::Unary(Unary::Round, R(1)),
            I::Constant(0),
            I::Compare(Compare::NotEqual, R(2), R(3)),
            I::IsPresent(R(2)),
        ],
        to_conditions: vec![R(4), R(5)],
        ..Kernel::default()
    }
}
