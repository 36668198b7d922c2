//! What each instruction means, said row by row and held against every evaluator.

use nvp_kernels::{
    Bits, BitsMut, Call, CallError, CompileError, Fault, Mode, Operand, Program, Scalar, Scratch, trace,
};
use nvp_plan::ids::KernelId;
use nvp_plan::kernel::{Binary, Compare, Instruction as I, Kernel, Reach, Register as R, Unary};

const TRUTHS: [Option<bool>; 3] = [Some(true), Some(false), None];

/// Runs `kernel` over rows of numbers and truths by every evaluator; all must agree; gives the columns it writes.
fn evaluate(
    kernel: &Kernel,
    values: &[Vec<f64>],
    conditions: &[Vec<Option<bool>>],
    constants: &[f64],
) -> (Vec<Vec<f64>>, Vec<Vec<Option<bool>>>) {
    let rows = values.iter().map(Vec::len).chain(conditions.iter().map(Vec::len)).max().unwrap_or(1);
    let padded = rows.next_multiple_of(64);
    let columns: Vec<Vec<f64>> = values
        .iter()
        .map(|column| column.iter().copied().chain(std::iter::repeat(f64::NAN)).take(padded).collect())
        .collect();
    let bitmaps: Vec<[Vec<u64>; 2]> = conditions
        .iter()
        .map(|column| {
            let mut bitmap = [vec![0_u64; padded / 64], vec![0_u64; padded / 64]];
            for (row, truth) in column.iter().enumerate() {
                if let Some(truth) = truth {
                    bitmap[usize::from(!truth)][row / 64] |= 1 << (row % 64);
                }
            }
            bitmap
        })
        .collect();
    let mut results = Vec::new();
    for mode in [Mode::Off, Mode::On] {
        let program = Program::compile(std::slice::from_ref(kernel), mode).unwrap();
        let mut to_values = vec![vec![0.0; padded]; kernel.to_values.len()];
        let mut to_conditions =
            vec![[vec![0_u64; padded / 64], vec![0_u64; padded / 64]]; kernel.to_conditions.len()];
        let call = Call {
            values: columns.iter().map(Vec::as_slice),
            conditions: bitmaps.iter().map(|[is_true, is_false]| Bits { is_true, is_false }),
            constants,
            to_values: to_values.iter_mut().map(Vec::as_mut_slice),
            to_conditions: to_conditions.iter_mut().map(|[is_true, is_false]| BitsMut { is_true, is_false }),
            rows: padded,
        };
        program.run(KernelId(0), call, &mut Scratch::default()).unwrap();
        let truths: Vec<Vec<Option<bool>>> = to_conditions
            .iter()
            .map(|[is_true, is_false]| {
                (0..rows)
                    .map(|row| {
                        let bit = |word: &[u64]| (word[row / 64] >> (row % 64)) & 1 == 1;
                        assert!(!(bit(is_true) && bit(is_false)), "true and false at once");
                        (bit(is_true) || bit(is_false)).then(|| bit(is_true))
                    })
                    .collect()
            })
            .collect();
        let numbers: Vec<Vec<f64>> = to_values.into_iter().map(|column| column[..rows].to_vec()).collect();
        results.push((numbers, truths));
    }
    let (numbers, truths) = results.remove(0);
    assert_eq!(
        (bits(&numbers), &truths),
        (bits(&results[0].0), &results[0].1),
        "evaluators differ on {kernel:?}"
    );
    for row in 0..rows {
        let pick = |reach: Reach| if reach == Reach::Row { row } else { 0 };
        let row_values: Vec<f64> =
            values.iter().zip(&kernel.values).map(|(c, reach)| c[pick(*reach)]).collect();
        let row_truths: Vec<_> =
            conditions.iter().zip(&kernel.conditions).map(|(c, reach)| c[pick(*reach)]).collect();
        let scalars = trace(kernel, &row_values, &row_truths, constants);
        for (column, register) in numbers.iter().zip(&kernel.to_values) {
            let Scalar::Number(number) = scalars[usize::from(register.0)] else {
                panic!("a number was wanted")
            };
            assert_eq!(bits(&[vec![number]]), bits(&[vec![column[row]]]), "trace differs in row {row}");
        }
        for (column, register) in truths.iter().zip(&kernel.to_conditions) {
            assert_eq!(
                scalars[usize::from(register.0)],
                Scalar::Condition(column[row]),
                "trace differs in row {row}"
            );
        }
    }
    (numbers, truths)
}

/// Bits of numbers, all NaN alike.
fn bits(columns: &[Vec<f64>]) -> Vec<Vec<u64>> {
    let one = |number: &f64| if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() };
    columns.iter().map(|column| column.iter().map(one).collect()).collect()
}

fn number_kernel(operands: usize, last: I) -> Kernel {
    let mut code: Vec<I> = (0..operands).map(|operand| I::Value(operand as u16)).collect();
    code.push(last);
    Kernel {
        values: vec![Reach::Row; operands],
        code,
        to_values: vec![R(operands as u16)],
        ..Kernel::default()
    }
}

fn truth_kernel(operands: usize, last: I) -> Kernel {
    let mut code: Vec<I> = (0..operands).map(|operand| I::Condition(operand as u16)).collect();
    code.push(last);
    Kernel {
        conditions: vec![Reach::Row; operands],
        code,
        to_conditions: vec![R(operands as u16)],
        ..Kernel::default()
    }
}

fn all_pairs() -> [Vec<Option<bool>>; 2] {
    let pairs = TRUTHS.iter().flat_map(|a| TRUTHS.iter().map(move |b| (*a, *b)));
    [pairs.clone().map(|(a, _)| a).collect(), pairs.map(|(_, b)| b).collect()]
}

#[test]
fn logic_is_kleenes() {
    let [a, b] = all_pairs();
    let table = |last| evaluate(&truth_kernel(2, last), &[], &[a.clone(), b.clone()], &[]).1.remove(0);
    let (t, f, u) = (Some(true), Some(false), None);
    assert_eq!(table(I::And(R(0), R(1))), [t, f, u, f, f, f, u, f, u]);
    assert_eq!(table(I::Or(R(0), R(1))), [t, t, t, t, f, u, t, u, u]);
    assert_eq!(table(I::OrElseCondition(R(0), R(1))), [t, t, t, f, f, f, t, f, u]);
    assert_eq!(table(I::Not(R(0))), [f, f, f, t, t, t, u, u, u]);
    assert_eq!(table(I::IsKnown(R(0))), [t, t, t, t, t, t, f, f, f]);
    for fixed in TRUTHS {
        assert_eq!(table(I::Fixed(fixed)), [fixed; 9]);
    }
}

#[test]
fn a_choice_of_conditions_is_unknown_where_the_condition_is() {
    let [a, b] = all_pairs();
    for c in TRUTHS {
        let found = evaluate(
            &truth_kernel(3, I::ChooseCondition(R(0), R(1), R(2))),
            &[],
            &[vec![c; 9], a.clone(), b.clone()],
            &[],
        );
        let wanted = match c {
            Some(true) => a.clone(),
            Some(false) => b.clone(),
            None => vec![None; 9],
        };
        assert_eq!(found.1[0], wanted);
    }
}

#[test]
fn numbers_are_chosen_and_replaced_where_missing() {
    let kernel = Kernel {
        values: vec![Reach::Row, Reach::Row],
        conditions: vec![Reach::Row],
        code: vec![
            I::Value(0),
            I::Value(1),
            I::Condition(0),
            I::Choose(R(2), R(0), R(1)),
            I::OrElse(R(3), R(1)),
        ],
        to_values: vec![R(3), R(4)],
        ..Kernel::default()
    };
    let x = vec![1.0, 2.0, 3.0, f64::NAN];
    let y = vec![-1.0, -2.0, -3.0, -0.0];
    let c = vec![Some(true), Some(false), None, Some(true)];
    let (numbers, _) = evaluate(&kernel, &[x, y], &[c], &[]);
    assert_eq!(bits(&numbers), bits(&[vec![1.0, -2.0, f64::NAN, f64::NAN], vec![1.0, -2.0, -3.0, -0.0]]));
}

/// Numbers at which functions break.
fn awkward() -> Vec<f64> {
    let mut list = vec![
        0.0,
        0.1,
        0.3,
        0.5,
        0.499_999_999_999_999_94,
        0.7,
        1.0,
        1.5,
        2.0,
        2.5,
        3.5,
        1e-5,
        100.0,
        1e15,
        4_503_599_627_370_495.5,
        4_503_599_627_370_494.5,
        4_503_599_627_370_497.0,
        9_007_199_254_740_993.0,
        1e16,
        1e300,
        f64::MAX,
        f64::MIN_POSITIVE,
        5e-324,
        f64::EPSILON,
        f64::INFINITY,
        2.499_999_999_999_999_6,
        709.78,
        745.2,
    ];
    let negative: Vec<f64> = list.iter().map(|x| -x).collect();
    list.extend(negative);
    list.extend([f64::NAN, -f64::NAN, f64::from_bits(0x7ff0_0000_0000_0001)]);
    list
}

#[test]
fn functions_of_one_number_are_ieee_and_libm() {
    let table: [(Unary, fn(f64) -> f64); 11] = [
        (Unary::Negate, |x| -x),
        (Unary::Abs, f64::abs),
        (Unary::Ceil, libm::ceil),
        (Unary::Floor, libm::floor),
        (Unary::Round, libm::round),
        (Unary::Sqrt, libm::sqrt),
        (Unary::Exp, libm::exp),
        (Unary::Ln, libm::log),
        (Unary::Log2, libm::log2),
        (Unary::Log10, libm::log10),
        (Unary::Sign, |x| if x == 0.0 { 0.0 } else { x.signum() }),
    ];
    for (function, definition) in table {
        let found = evaluate(&number_kernel(1, I::Unary(function, R(0))), &[awkward()], &[], &[]).0;
        let wanted: Vec<f64> = awkward().into_iter().map(definition).collect();
        assert_eq!(bits(&found), bits(&[wanted]), "{function:?}");
    }
}

fn awkward_pairs() -> [Vec<f64>; 2] {
    let list = awkward();
    let pairs: Vec<(f64, f64)> = list.iter().flat_map(|a| list.iter().map(move |b| (*a, *b))).collect();
    [pairs.iter().map(|(a, _)| *a).collect(), pairs.iter().map(|(_, b)| *b).collect()]
}

#[test]
fn functions_of_two_numbers_are_ieee_and_miss_what_one_misses() {
    let table: [(Binary, fn(f64, f64) -> f64); 6] = [
        (Binary::Add, |a, b| a + b),
        (Binary::Subtract, |a, b| a - b),
        (Binary::Multiply, |a, b| a * b),
        (Binary::Divide, |a, b| a / b),
        (Binary::Min, |a, b| {
            if a.is_nan() || b.is_nan() {
                f64::NAN
            } else if a < b {
                a
            } else {
                b
            }
        }),
        (Binary::Max, |a, b| {
            if a.is_nan() || b.is_nan() {
                f64::NAN
            } else if a > b {
                a
            } else {
                b
            }
        }),
    ];
    let [a, b] = awkward_pairs();
    for (function, definition) in table {
        let kernel = number_kernel(2, I::Binary(function, R(0), R(1)));
        let found = evaluate(&kernel, &[a.clone(), b.clone()], &[], &[]).0;
        let wanted: Vec<f64> = a.iter().zip(&b).map(|(a, b)| definition(*a, *b)).collect();
        assert_eq!(bits(&found), bits(&[wanted]), "{function:?}");
    }
}

#[test]
fn comparisons_are_unknown_where_a_number_is_missing() {
    let table: [(Compare, fn(&f64, &f64) -> bool); 6] = [
        (Compare::Less, f64::lt),
        (Compare::LessOrEqual, f64::le),
        (Compare::Greater, f64::gt),
        (Compare::GreaterOrEqual, f64::ge),
        (Compare::Equal, f64::eq),
        (Compare::NotEqual, f64::ne),
    ];
    let [a, b] = awkward_pairs();
    for (comparison, definition) in table {
        let wanted = |a: &f64, b: &f64| (!a.is_nan() && !b.is_nan()).then(|| definition(a, b));
        let kernel = Kernel {
            values: vec![Reach::Row, Reach::Row],
            code: vec![I::Value(0), I::Value(1), I::Compare(comparison, R(0), R(1))],
            to_conditions: vec![R(2)],
            ..Kernel::default()
        };
        let found = evaluate(&kernel, &[a.clone(), b.clone()], &[], &[]).1;
        let rows: Vec<Option<bool>> = a.iter().zip(&b).map(|(a, b)| wanted(a, b)).collect();
        assert_eq!(found[0], rows, "{comparison:?}");
        // Against a constant on either side, missing ones included.
        for constant in [70.0, 0.0, -0.0, f64::INFINITY, f64::NAN] {
            let kernel = Kernel {
                values: vec![Reach::Row],
                constants: 1,
                code: vec![
                    I::Value(0),
                    I::Constant(0),
                    I::Compare(comparison, R(0), R(1)),
                    I::Compare(comparison, R(1), R(0)),
                    I::Compare(comparison, R(1), R(1)),
                ],
                to_conditions: vec![R(2), R(3), R(4)],
                ..Kernel::default()
            };
            let found = evaluate(&kernel, &[awkward()], &[], &[constant]).1;
            assert_eq!(found[0], awkward().iter().map(|a| wanted(a, &constant)).collect::<Vec<_>>());
            assert_eq!(found[1], awkward().iter().map(|a| wanted(&constant, a)).collect::<Vec<_>>());
            assert_eq!(found[2], awkward().iter().map(|_| wanted(&constant, &constant)).collect::<Vec<_>>());
        }
    }
}

#[test]
fn presence_is_known_of_every_row() {
    let kernel = Kernel {
        values: vec![Reach::Row],
        code: vec![I::Value(0), I::IsPresent(R(0))],
        to_conditions: vec![R(1)],
        ..Kernel::default()
    };
    let found = evaluate(&kernel, &[awkward()], &[], &[]).1;
    assert_eq!(found[0], awkward().iter().map(|x| Some(!x.is_nan())).collect::<Vec<_>>());
}

#[test]
fn an_operand_for_all_rows_is_its_first_entry() {
    let kernel = Kernel {
        values: vec![Reach::Row, Reach::All],
        conditions: vec![Reach::All, Reach::Row],
        code: vec![
            I::Value(0),
            I::Value(1),
            I::Condition(0),
            I::Condition(1),
            I::Binary(Binary::Add, R(0), R(1)),
            I::Compare(Compare::Less, R(0), R(1)),
            I::And(R(2), R(5)),
            I::Or(R(3), R(6)),
        ],
        to_values: vec![R(4), R(1)],
        to_conditions: vec![R(6), R(7), R(2)],
        ..Kernel::default()
    };
    for spread in TRUTHS {
        let rows: Vec<f64> = (0..200).map(f64::from).collect();
        let truths: Vec<Option<bool>> = (0..200).map(|row| TRUTHS[row % 3]).collect();
        let (numbers, found) = evaluate(&kernel, &[rows.clone(), vec![100.0]], &[vec![spread], truths], &[]);
        assert_eq!(numbers[0], rows.iter().map(|x| x + 100.0).collect::<Vec<_>>());
        assert_eq!(numbers[1], vec![100.0; 200]);
        assert_eq!(found[2], vec![spread; 200]);
    }
}

#[test]
fn a_kernel_may_write_what_it_reads_and_run_over_no_rows() {
    let kernel = Kernel {
        values: vec![Reach::Row],
        conditions: vec![Reach::Row],
        constants: 1,
        code: vec![I::Value(0), I::Condition(0), I::Constant(0)],
        to_values: vec![R(0), R(2)],
        to_conditions: vec![R(1)],
    };
    let x: Vec<f64> = (0..2_000).map(f64::from).collect();
    let c: Vec<Option<bool>> = (0..2_000).map(|row| TRUTHS[row % 3]).collect();
    let (numbers, truths) = evaluate(&kernel, std::slice::from_ref(&x), std::slice::from_ref(&c), &[7.0]);
    assert_eq!((&numbers[0], &numbers[1], &truths[0]), (&x, &vec![7.0; 2_000], &c));

    let program = Program::compile(&[Kernel::default()], Mode::Off).unwrap();
    let call = Call { values: [], conditions: [], constants: &[], to_values: [], to_conditions: [], rows: 0 };
    assert_eq!(program.run(KernelId(0), call, &mut Scratch::default()), Ok(()));
}

#[test]
fn operands_that_do_not_fit_are_refused_before_anything_is_written() {
    let kernel = number_kernel(2, I::Binary(Binary::Add, R(0), R(1)));
    let program = Program::compile(&[kernel], Mode::Off).unwrap();
    let column = [1.0; 128];
    let run = |id, a: &[f64], b: &[f64], constants: &[f64], length: usize, rows| {
        let mut to = vec![5.0; length];
        let call = Call {
            values: [a, b],
            conditions: [],
            constants,
            to_values: [&mut to[..]],
            to_conditions: [],
            rows,
        };
        let result = program.run(KernelId(id), call, &mut Scratch::default());
        assert!(result.is_ok() || to.iter().all(|x| *x == 5.0));
        result
    };
    assert_eq!(run(0, &column, &column, &[], 128, 128), Ok(()));
    assert_eq!(run(1, &column, &column, &[], 128, 128), Err(CallError::NoSuchKernel(KernelId(1))));
    assert_eq!(run(0, &column, &column, &[], 128, 100), Err(CallError::NotPadded(100)));
    let short = |list, place| Err(CallError::Short { list, place, wanted: 128, given: 64 });
    assert_eq!(run(0, &column, &column[..64], &[], 128, 128), short(Operand::Values, 1));
    assert_eq!(run(0, &column, &column, &[], 64, 128), short(Operand::ToValues, 0));
    let count = CallError::Count { list: Operand::Constants, wanted: 0, given: 1 };
    assert_eq!(run(0, &column, &column, &[1.0], 128, 128), Err(count));
    assert_eq!(count.to_string(), "the kernel takes 0 constants, 1 were given");
}

#[test]
fn an_operand_for_all_rows_has_an_entry_even_over_no_rows() {
    let kernel = Kernel {
        values: vec![Reach::All],
        conditions: vec![Reach::All],
        code: vec![I::Value(0), I::Condition(0)],
        ..Kernel::default()
    };
    let program = Program::compile(&[kernel], Mode::Off).unwrap();
    let run = |values: &[f64], words: &[u64]| {
        let conditions = [Bits { is_true: &[1], is_false: words }];
        let call =
            Call { values: [values], conditions, constants: &[], to_values: [], to_conditions: [], rows: 0 };
        program.run(KernelId(0), call, &mut Scratch::default())
    };
    let short = |list| Err(CallError::Short { list, place: 0, wanted: 1, given: 0 });
    assert_eq!(run(&[1.0], &[0]), Ok(()));
    assert_eq!(run(&[], &[0]), short(Operand::Values));
    assert_eq!(run(&[1.0], &[]), short(Operand::Conditions));
}

#[test]
fn malformed_kernels_are_refused() {
    let refused = |code: Vec<I>, to_values: Vec<R>| {
        let kernel = Kernel { values: vec![Reach::Row], code, to_values, ..Kernel::default() };
        match Program::compile(&[Kernel::default(), kernel], Mode::Off) {
            Err(CompileError::Malformed { kernel: 1, fault }) => Some(fault),
            _ => None,
        }
    };
    assert_eq!(refused(vec![I::Value(0)], vec![R(0)]), None);
    assert_eq!(refused(vec![I::Value(1)], vec![]), Some(Fault::NoSuchOperand(0)));
    assert_eq!(refused(vec![I::Constant(0)], vec![]), Some(Fault::NoSuchOperand(0)));
    assert_eq!(refused(vec![I::Condition(0)], vec![]), Some(Fault::NoSuchOperand(0)));
    assert_eq!(refused(vec![I::Unary(Unary::Abs, R(0))], vec![]), Some(Fault::NotYetDefined(0)));
    assert_eq!(refused(vec![I::Value(0), I::Not(R(0))], vec![]), Some(Fault::WrongType(1)));
    assert_eq!(refused(vec![I::Fixed(None), I::IsPresent(R(0))], vec![]), Some(Fault::WrongType(1)));
    assert_eq!(refused(vec![I::Fixed(None)], vec![R(0)]), Some(Fault::BadResult(0)));
    assert_eq!(refused(vec![I::Value(0)], vec![R(1)]), Some(Fault::BadResult(0)));
    assert_eq!(refused(vec![I::Value(0); 65_537], vec![]), Some(Fault::TooLong(65_537)));
}
