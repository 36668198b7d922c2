//! Conditions of several metrics, in blocks that stay in the cache.

use nvp_kernels::{BitsMut, Call, Mode, Program, Scratch};
use nvp_plan::ids::KernelId;
use nvp_plan::kernel::{Binary, Compare, Instruction as I, Kernel, Reach, Register as R};

use crate::rounds::{compare, way};
use crate::thresholds::values;

const ROWS: usize = 4_096;

fn run(
    program: &Program,
    columns: &[Vec<f64>],
    constants: &[f64],
    to: &mut [Vec<u64>; 2],
    scratch: &mut Scratch,
) {
    let [is_true, is_false] = to;
    let call = Call {
        values: columns.iter().map(Vec::as_slice),
        conditions: [],
        constants,
        to_values: [],
        to_conditions: [BitsMut { is_true, is_false }],
        rows: ROWS,
    };
    program.run(KernelId(0), call, scratch).unwrap();
}

/// Machine code, the interpreter, and one row after the other as a person would write it; `None` is unknown.
fn measure(title: &str, kernel: Kernel, constants: &[f64], by_hand: impl Fn(&[f64]) -> Option<bool>) {
    let columns: Vec<Vec<f64>> = (0..kernel.values.len() as u64).map(|seed| values(ROWS, seed + 1)).collect();
    let native = Program::compile(std::slice::from_ref(&kernel), Mode::On).unwrap();
    let interpreted = Program::compile(&[kernel], Mode::Off).unwrap();
    let mut results: [[Vec<u64>; 2]; 3] = std::array::from_fn(|_| [vec![0; ROWS / 64], vec![0; ROWS / 64]]);
    let mut scratch = [Scratch::default(), Scratch::default()];
    let [first, second, third] = &mut results;
    let [scratch_native, scratch_interpreted] = &mut scratch;
    let mut row = vec![0.0; columns.len()];
    compare(
        title,
        1_000,
        &mut [
            way("machine code", || run(&native, &columns, constants, first, scratch_native)),
            way("interpreter", || run(&interpreted, &columns, constants, second, scratch_interpreted)),
            way("row by row by hand", || {
                let [is_true, is_false] = &mut *third;
                is_true.fill(0);
                is_false.fill(0);
                for place in 0..ROWS {
                    for (entry, column) in row.iter_mut().zip(&columns) {
                        *entry = column[place];
                    }
                    let found = by_hand(&row);
                    is_true[place / 64] |= u64::from(found == Some(true)) << (place % 64);
                    is_false[place / 64] |= u64::from(found == Some(false)) << (place % 64);
                }
            }),
        ],
    );
    println!();
    assert!(results[1] == results[0] && results[2] == results[0], "results differ");
}

fn known(values: &[f64], condition: bool) -> Option<bool> {
    (!values.iter().any(|value| value.is_nan())).then_some(condition)
}

fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    if a == Some(false) || b == Some(false) { Some(false) } else { Some(a? & b?) }
}

fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    if a == Some(true) || b == Some(true) { Some(true) } else { Some(a? | b?) }
}

/// `cpu > 0.7 && mem < 0.95 || queue > 0.9`
pub fn three_metrics() {
    let kernel = Kernel {
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
    };
    measure("three metrics: cpu > 0.7 and mem < 0.95 or queue > 0.9", kernel, &[0.7, 0.95, 0.9], |row| {
        let [cpu, mem, queue] = [row[0], row[1], row[2]];
        or(and(known(&[cpu], cpu > 0.7), known(&[mem], mem < 0.95)), known(&[queue], queue > 0.9))
    });
}

/// `(a - b) / c * 100 > 70 and d < 0.95 or (e * 8 + a) / (c + 1) > 3.5`
pub fn arithmetic() {
    let binary = I::Binary;
    let kernel = Kernel {
        values: vec![Reach::Row; 5],
        constants: 6,
        code: vec![
            I::Value(0),
            I::Value(1),
            I::Value(2),
            I::Value(3),
            I::Value(4),
            I::Constant(0),
            I::Constant(1),
            I::Constant(2),
            I::Constant(3),
            I::Constant(4),
            I::Constant(5),
            binary(Binary::Subtract, R(0), R(1)),
            binary(Binary::Divide, R(11), R(2)),
            binary(Binary::Multiply, R(12), R(5)),
            I::Compare(Compare::Greater, R(13), R(6)),
            I::Compare(Compare::Less, R(3), R(7)),
            I::And(R(14), R(15)),
            binary(Binary::Multiply, R(4), R(8)),
            binary(Binary::Add, R(17), R(0)),
            binary(Binary::Add, R(2), R(9)),
            binary(Binary::Divide, R(18), R(19)),
            I::Compare(Compare::Greater, R(20), R(10)),
            I::Or(R(16), R(21)),
        ],
        to_conditions: vec![R(22)],
        ..Kernel::default()
    };
    let title = "arithmetic: (a - b) / c * 100 > 70 and d < 0.95 or (e * 8 + a) / (c + 1) > 3.5";
    measure(title, kernel, &[100.0, 70.0, 0.95, 8.0, 1.0, 3.5], |row| {
        let [a, b, c, d, e] = [row[0], row[1], row[2], row[3], row[4]];
        let (first, second) = ((a - b) / c * 100.0, (e * 8.0 + a) / (c + 1.0));
        or(and(known(&[first], first > 70.0), known(&[d], d < 0.95)), known(&[second], second > 3.5))
    });
}

/// The longest kernel that becomes machine code: each of eight metrics, and each sum of one with the one before, against its own limit, all of
/// them held together by `or`.
pub fn long() {
    const METRICS: u16 = 8;
    const LIMITS: u16 = 97;
    let mut code: Vec<I> = (0..METRICS).map(I::Value).collect();
    let push = |code: &mut Vec<I>, instruction| {
        code.push(instruction);
        R(code.len() as u16 - 1)
    };
    let mut any = None;
    for limit in 0..LIMITS {
        let metric = R(limit % METRICS);
        let sum = push(&mut code, binary_add(metric, R((limit / METRICS + limit) % METRICS)));
        let constant = push(&mut code, I::Constant(limit));
        let above = push(&mut code, I::Compare(Compare::Greater, sum, constant));
        any = Some(match any {
            None => above,
            Some(any) => push(&mut code, I::Or(any, above)),
        });
    }
    let kernel = Kernel {
        values: vec![Reach::Row; usize::from(METRICS)],
        constants: LIMITS,
        to_conditions: any.into_iter().collect(),
        code,
        ..Kernel::default()
    };
    assert_eq!(kernel.code.len(), 395);
    let limits: Vec<f64> = (0..LIMITS).map(|limit| 1.9 + f64::from(limit) / 1000.0).collect();
    measure("97 thresholds in one kernel of 395 instructions", kernel, &limits, |row| {
        let sums = (0..usize::from(LIMITS)).map(|limit| row[limit % 8] + row[(limit / 8 + limit) % 8]);
        sums.zip(&limits).map(|(sum, limit)| known(&[sum], sum > *limit)).fold(Some(false), or)
    });
}

const fn binary_add(a: R, b: R) -> I {
    I::Binary(Binary::Add, a, b)
}
