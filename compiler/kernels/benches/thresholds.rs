//! The commonest rule by far: a metric and two thresholds. 21 rules as NovaEvo has them, over a million series.

use std::cell::RefCell;

use nvp_kernels::{BitsMut, Call, Mode, Program, Scratch};
use nvp_plan::ids::KernelId;
use nvp_plan::kernel::{Compare, Instruction as I, Kernel, Reach, Register as R};

use crate::by_hand::{self, Maps};
use crate::rounds::{Way, compare, goal, way};

const RULES: usize = 21;
const LIMITS: [f64; 2] = [0.9, 0.97];

/// Both levels of a rule.
fn rule() -> Kernel {
    Kernel {
        values: vec![Reach::Row],
        constants: 2,
        code: vec![
            I::Value(0),
            I::Constant(0),
            I::Compare(Compare::Greater, R(0), R(1)),
            I::Constant(1),
            I::Compare(Compare::Greater, R(0), R(3)),
        ],
        to_conditions: vec![R(2), R(4)],
        ..Kernel::default()
    }
}

/// Values of which some are missing and some are above the limits.
pub fn values(rows: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..rows)
        .map(|_| if next() % 100 == 0 { f64::NAN } else { (next() >> 11) as f64 / (1_u64 << 53) as f64 })
        .collect()
}

fn maps(rows: usize) -> Maps {
    std::array::from_fn(|_| vec![0; rows / 64])
}

fn run(program: &Program, values: &[f64], maps: &mut Maps, scratch: &mut Scratch) {
    let [yellow_true, yellow_false, red_true, red_false] = maps;
    let call = Call {
        values: [values],
        conditions: [],
        constants: &LIMITS,
        to_values: [],
        to_conditions: [
            BitsMut { is_true: yellow_true, is_false: yellow_false },
            BitsMut { is_true: red_true, is_false: red_false },
        ],
        rows: values.len(),
    };
    program.run(KernelId(0), call, scratch).unwrap();
}

/// `f` for each column.
fn each<'a>(
    columns: &'a [Vec<f64>],
    results: &'a RefCell<Vec<Maps>>,
    mut f: impl FnMut(&[f64], &mut Maps) + 'a,
) -> impl FnMut() + 'a {
    move || {
        for (column, maps) in columns.iter().zip(results.borrow_mut().iter_mut()) {
            f(column, maps);
        }
    }
}

/// Each way runs over all columns in turn; afterwards all must have written the same.
fn measure(title: &str, columns: &[Vec<f64>], times: usize) -> [f64; 2] {
    let rows = columns[0].len();
    let native = Program::compile(&[rule()], Mode::On).unwrap();
    let interpreted = Program::compile(&[rule()], Mode::Off).unwrap();
    let results: [RefCell<Vec<Maps>>; 4] =
        std::array::from_fn(|_| RefCell::new(vec![maps(rows); columns.len()]));
    let mut scratch = [Scratch::default(), Scratch::default()];
    let [scratch_native, scratch_interpreted] = &mut scratch;
    let mut ways: Vec<Way<'_>> = vec![
        way(
            "machine code",
            each(columns, &results[0], |column, maps| run(&native, column, maps, scratch_native)),
        ),
        way(
            "interpreter",
            each(columns, &results[1], |column, maps| run(&interpreted, column, maps, scratch_interpreted)),
        ),
        way(
            "plain loop by hand",
            each(columns, &results[2], |column, maps| by_hand::plain(column, LIMITS, maps)),
        ),
    ];
    #[cfg(target_arch = "x86_64")]
    if by_hand::has_avx2() {
        ways.push(way(
            "AVX2 by hand",
            each(columns, &results[3], |column, maps| by_hand::avx2(column, LIMITS, maps)),
        ));
    }
    let ratios = compare(title, times, &mut ways);
    let ways = ratios.len();
    for other in 1..ways {
        assert!(*results[other].borrow() == *results[0].borrow(), "way {other} differs");
    }
    let true_bits: u32 =
        results[0].borrow().iter().flat_map(|maps| &maps[0]).map(|word| word.count_ones()).sum();
    assert!(true_bits as usize > columns.len() * rows / 20, "the data are as meant");
    [1.0 / ratios[2], 1.0 / ratios.get(3).copied().unwrap_or(f64::NAN)]
}

/// 4,096 series, again and again.
pub fn in_cache() {
    let columns = [values(4_096, 1)];
    let [_, avx2] = measure("two thresholds over 4,096 series, in cache", &columns, 2_000);
    goal("machine code against AVX2 by hand", avx2, 3.0);
}

/// A million series of 21 rules, four million values in turn so that they do not stay in the cache.
pub fn from_memory() {
    let rows = (1_000_000 / RULES / 64) * 64;
    let columns: Vec<Vec<f64>> = (0..4 * RULES as u64).map(|seed| values(rows, seed + 1)).collect();
    let [plain, _] = measure("21 rules, two thresholds each, over 1 M series", &columns, 1);
    goal("machine code against a plain loop by hand", plain, 1.3);
}
