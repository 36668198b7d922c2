//! `cpu > 0.7 && mem < 0.95 || queue > 1000` over columns, by this project's machine code and interpreter, and row by row by CEL,
//! Rhai and evalexpr: each as its documentation says is fastest, the text compiled once and the variables' memory reused.
//!
//! All must decide every row alike. The peers know neither missing values nor unknown, so there are none in the data; ours pay
//! for both all the same.

mod peers;
#[path = "../../compiler/kernels/benches/rounds.rs"]
mod rounds;

use nvp_kernels::{BitsMut, Call, Mode, Program, Scratch};
use nvp_plan::ids::KernelId;
use nvp_plan::kernel::{Compare, Instruction as I, Kernel, Reach, Register as R};
use rounds::{compare, goal, way};

/// What the peers are given.
pub const CONDITION: &str = "cpu > 0.7 && mem < 0.95 || queue > 1000.0";
/// Its variables.
pub const NAMES: [&str; 3] = ["cpu", "mem", "queue"];
const LIMITS: [f64; 3] = [0.7, 0.95, 1000.0];
const ROWS: usize = 8_192;

/// The variables of each row.
pub type Columns = [Vec<f64>; 3];

fn kernel() -> Kernel {
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

/// Values without order, so that no branch can be foretold.
fn columns() -> Columns {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |most: f64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64 * most
    };
    [1.0, 1.0, 1200.0].map(|most| (0..ROWS).map(|_| next(most)).collect())
}

fn run(program: &Program, columns: &Columns, to: &mut [Vec<u64>; 2], scratch: &mut Scratch) {
    let [is_true, is_false] = to;
    let call = Call {
        values: columns.iter().map(Vec::as_slice),
        conditions: [],
        constants: &LIMITS,
        to_values: [],
        to_conditions: [BitsMut { is_true, is_false }],
        rows: ROWS,
    };
    program.run(KernelId(0), call, scratch).expect("the operands fit");
}

fn main() {
    let columns = columns();
    let native = Program::compile(&[kernel()], Mode::On).expect("machine code can be made here");
    let interpreted = Program::compile(&[kernel()], Mode::Off).expect("the kernel is well formed");
    let mut ours: [[Vec<u64>; 2]; 2] = std::array::from_fn(|_| [vec![0; ROWS / 64], vec![0; ROWS / 64]]);
    let mut theirs: [Vec<bool>; 3] = std::array::from_fn(|_| vec![false; ROWS]);
    let mut scratch = [Scratch::default(), Scratch::default()];
    let ratios = {
        let ([first, second], [cel, rhai, evalexpr]) = (&mut ours, &mut theirs);
        let [scratch_native, scratch_interpreted] = &mut scratch;
        compare(
            CONDITION,
            8,
            &mut [
                way("machine code", || run(&native, &columns, first, scratch_native)),
                way("interpreter", || run(&interpreted, &columns, second, scratch_interpreted)),
                way("cel 0.15", peers::cel(&columns, cel)),
                way("rhai 1.27", peers::rhai(&columns, rhai)),
                way("evalexpr 13.1", peers::evalexpr(&columns, evalexpr)),
            ],
        )
    };
    for row in 0..ROWS {
        let is_true =
            |maps: &[Vec<u64>; 2]| maps.each_ref().map(|map| (map[row / 64] >> (row % 64)) & 1 == 1);
        let wanted =
            columns[0][row] > LIMITS[0] && columns[1][row] < LIMITS[1] || columns[2][row] > LIMITS[2];
        assert!(ours.iter().all(|maps| is_true(maps) == [wanted, !wanted]), "ours, row {row}");
        assert!(theirs.iter().all(|rows| rows[row] == wanted), "theirs, row {row}");
    }
    let fastest = ratios[2..].iter().copied().fold(f64::INFINITY, f64::min);
    goal("machine code against the fastest of the three", 1.0 / fastest, 0.01);
    goal("interpreter against the fastest of the three", ratios[1] / fastest, 0.01);
}
