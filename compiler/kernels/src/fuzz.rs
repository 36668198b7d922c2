//! The property that holds the evaluators together, as a plain function of bytes: properties, corpora and fuzzers all feed it.

mod bytes;

use nvp_plan::ids::KernelId;
use nvp_plan::kernel::{Kernel, Reach, Register};

use self::bytes::Bytes;
use crate::check::{Kind, kind};
use crate::error::CompileError;
use crate::{Bits, BitsMut, Call, Isa, Mode, Program, ROWS_PER_WORD, Scalar, Scratch, trace};

/// Makes a kernel and its operands of any bytes, runs it by every evaluator and holds the results against each other: all bits
/// of all rows, but of NaN only that it is one.
///
/// # Panics
///
/// When they differ, when a condition is true and false at once, or when a kernel is refused.
pub fn jit_is_interpreter(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let kernel = bytes.kernel();
    let operands = bytes.operands(&kernel);
    operands.agree_on(&kernel);
    operands.agree_on(&widened(kernel));
}

/// The kernel with so many conditions written that it is compiled in wide steps.
fn widened(mut kernel: Kernel) -> Kernel {
    let place = kernel.code.iter().position(|instruction| kind(*instruction) == Kind::Condition);
    if let Some(register) = place.and_then(|place| u16::try_from(place).ok()).map(Register) {
        kernel.to_conditions.extend([register; 8]);
    }
    kernel
}

/// What a kernel is run on.
struct Operands {
    values: Vec<Vec<f64>>,
    conditions: Vec<[Vec<u64>; 2]>,
    constants: Vec<f64>,
    rows: usize,
}

/// What a kernel writes: the bits of numbers, all NaN alike, and bitmaps.
#[derive(Debug, PartialEq)]
struct Results {
    values: Vec<Vec<u64>>,
    conditions: Vec<[Vec<u64>; 2]>,
}

const fn canonical(number: f64) -> u64 {
    if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() }
}

const fn bit(words: &[u64], row: usize) -> bool {
    match words.split_at_checked(row / ROWS_PER_WORD) {
        Some((_, [word, ..])) => (*word >> (row % ROWS_PER_WORD)) & 1 == 1,
        _ => false,
    }
}

impl Operands {
    /// Holds the evaluators' results against each other.
    fn agree_on(&self, kernel: &Kernel) {
        let interpreted = self.run(kernel, Mode::Off, Isa::Host);
        assert!(interpreted.conditions.iter().all(|[t, f]| t.iter().zip(f).all(|(t, f)| t & f == 0)));
        // Where executable memory is forbidden there is nothing to hold the interpreter against but `trace`.
        for isa in [Isa::Host, Isa::Plain] {
            let compiled = self.run(kernel, Mode::Auto, isa);
            assert_eq!(compiled, interpreted, "machine code for {isa:?} differs on {kernel:?}");
        }
        for row in 0..self.rows {
            self.check_trace(kernel, &interpreted, row);
        }
    }

    fn run(&self, kernel: &Kernel, mode: Mode, isa: Isa) -> Results {
        let words = self.rows / ROWS_PER_WORD;
        let mut values = vec![vec![1.5; self.rows]; kernel.to_values.len()];
        let mut conditions = vec![[vec![7; words], vec![8; words]]; kernel.to_conditions.len()];
        let mut scratch = Scratch::default();
        let program = Program::build(std::slice::from_ref(kernel), mode, isa, true);
        if let Ok(program) = &program {
            // Code for a machine with less may not be had, but only for want of executable memory.
            assert!(
                !matches!(program.fallback(), Some(CompileError::Generator(_))),
                "{:?}",
                program.fallback()
            );
        }
        // Twice: what a run leaves in the scratch memory must not show.
        for _ in 0..2 {
            let call = Call {
                values: self.values.iter().map(Vec::as_slice),
                conditions: self.conditions.iter().map(|[is_true, is_false]| Bits { is_true, is_false }),
                constants: &self.constants,
                to_values: values.iter_mut().map(Vec::as_mut_slice),
                to_conditions: conditions.iter_mut().map(|[is_true, is_false]| BitsMut { is_true, is_false }),
                rows: self.rows,
            };
            let ran = program.as_ref().map(|program| program.run(KernelId(0), call, &mut scratch));
            assert_eq!(ran.as_ref().ok(), Some(&Ok(())), "{kernel:?} was refused: {ran:?}");
        }
        let values = values.into_iter().map(|column| column.into_iter().map(canonical).collect()).collect();
        Results { values, conditions }
    }

    fn check_trace(&self, kernel: &Kernel, results: &Results, row: usize) {
        let of = |reach: &Reach| if *reach == Reach::Row { row } else { 0 };
        let values: Vec<f64> = (self.values.iter().zip(&kernel.values))
            .filter_map(|(column, reach)| column.get(of(reach)).copied())
            .collect();
        let conditions: Vec<Option<bool>> = (self.conditions.iter().zip(&kernel.conditions))
            .map(|([t, f], reach)| (bit(t, of(reach)) | bit(f, of(reach))).then(|| bit(t, of(reach))))
            .collect();
        let scalars = trace(kernel, &values, &conditions, &self.constants);
        let at = |register: &Register| scalars.get(usize::from(register.0)).copied();
        for (column, register) in results.values.iter().zip(&kernel.to_values) {
            let traced = match at(register) {
                Some(Scalar::Number(number)) => Some(canonical(number)),
                _ => None,
            };
            assert_eq!(traced, column.get(row).copied(), "trace differs on {kernel:?}");
        }
        for ([t, f], register) in results.conditions.iter().zip(&kernel.to_conditions) {
            let wanted = (bit(t, row) | bit(f, row)).then(|| bit(t, row));
            assert_eq!(at(register), Some(Scalar::Condition(wanted)), "trace differs on {kernel:?}");
        }
    }
}
