//! How long the code generator takes.

use nvp_kernels::{Mode, Program};
use nvp_plan::kernel::{Binary, Compare, Instruction as I, Kernel, Reach, Register as R};

use crate::rounds::{goal, median, own_time};

const BINARY: [Binary; 6] =
    [Binary::Add, Binary::Subtract, Binary::Multiply, Binary::Divide, Binary::Min, Binary::Max];

const COMPARE: [Compare; 6] = [
    Compare::Less,
    Compare::LessOrEqual,
    Compare::Greater,
    Compare::GreaterOrEqual,
    Compare::Equal,
    Compare::NotEqual,
];

/// The rule of this number, its shape unlike that of any other below 1,296: `a OP b` compared with a threshold, combined with
/// another comparison of one of the two.
fn rule(number: usize) -> Kernel {
    let pick = |by: usize| number / by % 6;
    let combined = if (number / 1_080).is_multiple_of(2) { I::And(R(4), R(6)) } else { I::Or(R(4), R(6)) };
    Kernel {
        values: vec![Reach::Row, if pick(216) % 2 == 0 { Reach::Row } else { Reach::All }],
        constants: 2,
        code: vec![
            I::Value(0),
            I::Value(1),
            I::Binary(BINARY[pick(1)], R(0), R(1)),
            I::Constant(0),
            I::Compare(COMPARE[pick(6)], R(2), R(3)),
            I::Constant(1),
            I::Compare(COMPARE[pick(36)], R(pick(216) as u16 / 2 % 3), R(5)),
            combined,
        ],
        to_conditions: vec![R(4), R(7)],
        ..Kernel::default()
    }
}

/// A thousand rules of as many shapes.
pub fn thousand_rules() {
    let kernels: Vec<Kernel> = (0..1_000).map(rule).collect();
    let mut taken = Vec::new();
    let mut code_bytes = 0;
    for _ in 0..7 {
        let start = own_time();
        let program = Program::compile(&kernels, Mode::On).unwrap();
        taken.push(own_time() - start);
        assert_eq!(program.shapes(), 1_000, "all are different");
        assert!(program.is_native());
        code_bytes = program.code_bytes();
    }
    println!("1,000 rules of 1,000 shapes to {} KiB of machine code", code_bytes / 1024);
    goal("milliseconds of processor time", median(&mut taken).as_secs_f64() * 1e3, 300.0);
}
