//! Executable memory: where it is forbidden, that it is given back; and that runs allocate nothing.
#![expect(unsafe_code, reason = "an allocator that counts can be had in no other way")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::BTreeMap;

use nvp_kernels::{Bits, BitsMut, Call, CompileError, Mode, Program, Scratch};
use nvp_plan::ids::KernelId;
use nvp_plan::kernel::{Binary, Compare, Instruction as I, Kernel, Reach, Register as R};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};

use crate::typical;

fn all() -> Vec<Kernel> {
    vec![
        typical::threshold(),
        typical::three_metrics(),
        typical::two_levels_of_a_ratio(),
        typical::choice(),
        typical::latch(),
        typical::functions(),
    ]
}

/// Runs `test` on a thread that may not make memory executable, as under systemd's `MemoryDenyWriteExecute`.
fn without_executable_memory<T: Send>(test: impl FnOnce() -> T + Send) -> T {
    let executable = u64::from(libc::PROT_EXEC.unsigned_abs());
    let asks_for_it =
        SeccompCondition::new(2, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(executable), executable)
            .unwrap();
    let rules = BTreeMap::from([(libc::SYS_mprotect, vec![SeccompRule::new(vec![asks_for_it]).unwrap()])]);
    let refuse = SeccompAction::Errno(libc::EACCES.unsigned_abs());
    let arch = std::env::consts::ARCH.try_into().unwrap();
    let filter: BpfProgram =
        SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch).unwrap().try_into().unwrap();
    std::thread::scope(|scope| {
        let run = || {
            seccompiler::apply_filter(&filter).unwrap();
            test()
        };
        scope.spawn(run).join().unwrap()
    })
}

#[test]
fn where_executable_memory_is_refused_auto_interprets_and_on_says_so() {
    let (auto, on, off) = without_executable_memory(|| {
        let compile = |mode| Program::compile(&all(), mode);
        (compile(Mode::Auto).unwrap(), compile(Mode::On).map(|_| ()), compile(Mode::Off).unwrap())
    });
    let Err(CompileError::Refused(why)) = &on else { panic!("{on:?}") };
    assert!(why.contains("Permission denied"), "{why}");
    assert_eq!(auto.fallback(), on.as_ref().err());
    assert!(!auto.is_native() && auto.code_bytes() == 0);
    assert_eq!(off.fallback(), None);
    let (mut to, mut scratch) = ([[0; 1], [0; 1]], Scratch::default());
    for program in [auto, off] {
        run_threshold(&program, &[2.0; 64], &mut to, &mut scratch);
        assert_eq!(to, [[u64::MAX], [0]]);
    }
}

fn run_threshold(program: &Program, values: &[f64], to: &mut [[u64; 1]; 2], scratch: &mut Scratch) {
    let [is_true, is_false] = to;
    let call = Call {
        values: [values],
        conditions: [],
        constants: &[1.0],
        to_values: [],
        to_conditions: [BitsMut { is_true, is_false }],
        rows: values.len(),
    };
    program.run(KernelId(0), call, scratch).unwrap();
}

/// How many bytes of executable memory there are that come from no file.
fn executable_bytes() -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let own = maps.lines().filter(|line| line.contains(" r-xp ") && line.ends_with(" 0 "));
    own.map(|line| {
        let (from, to) = line.split_once(' ').and_then(|(range, _)| range.split_once('-')).unwrap();
        usize::from_str_radix(to, 16).unwrap() - usize::from_str_radix(from, 16).unwrap()
    })
    .sum()
}

#[test]
fn machine_code_is_freed_with_its_program() {
    let programs: Vec<Program> = (0..300).map(|_| Program::compile(&all(), Mode::On).unwrap()).collect();
    let code_bytes: usize = programs.iter().map(Program::code_bytes).sum();
    let with = executable_bytes();
    assert!(with > code_bytes, "{with} bytes are executable for {code_bytes} of code");
    drop(programs);
    let without = executable_bytes();
    // Other tests compile at the same time, but nothing near as much.
    assert!(without < with / 10, "{without} of {with} bytes are left");
}

#[test]
fn a_program_is_shared_by_threads() {
    let program = Program::compile(&all(), Mode::On).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let program = &program;
            scope.spawn(move || {
                let (mut to, mut scratch) = ([[0; 1], [0; 1]], Scratch::default());
                for run in 0..1_000 {
                    let above = (thread + run) % 2 == 0;
                    run_threshold(program, &[if above { 2.0 } else { 0.5 }; 64], &mut to, &mut scratch);
                    assert_eq!(to, if above { [[u64::MAX], [0]] } else { [[0], [u64::MAX]] });
                }
            });
        }
    });
}

#[test]
fn kernels_of_one_shape_share_code() {
    let one = Program::compile(&[typical::threshold()], Mode::On).unwrap();
    let many = Program::compile(&vec![typical::threshold(); 1_000], Mode::On).unwrap();
    assert_eq!((one.shapes(), many.shapes()), (1, 1));
    assert_eq!(one.code_bytes(), many.code_bytes());
    assert!(one.is_native() && one.code_bytes() > 0);
}

#[test]
fn a_kernel_too_long_for_machine_code_is_interpreted() {
    let mut code = vec![I::Value(0), I::Constant(0)];
    for place in 1..900 {
        code.push(I::Binary(Binary::Add, R(place), R(0)));
    }
    code.push(I::Compare(Compare::Greater, R(900), R(0)));
    let long = Kernel {
        values: vec![Reach::Row],
        constants: 1,
        code,
        to_conditions: vec![R(901)],
        ..Kernel::default()
    };
    let program = Program::compile(&[long, typical::threshold()], Mode::On).unwrap();
    let (mut to, mut scratch) = ([[0; 1], [0; 1]], Scratch::default());
    run_threshold(&program, &[2.0; 64], &mut to, &mut scratch);
    assert_eq!(to, [[u64::MAX], [0]]);
    let alone = Program::compile(&[typical::threshold()], Mode::On).unwrap();
    assert_eq!(program.code_bytes(), alone.code_bytes());
}

/// Counts this thread's allocations.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: everything is the system allocator's; the counter is a plain cell of this thread, which needs no allocation and no drop.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promise is the system allocator's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn runs_allocate_nothing_once_the_kernels_have_run() {
    for mode in [Mode::On, Mode::Off] {
        let kernels = all();
        let program = Program::compile(&kernels, mode).unwrap();
        let rows = 4_096;
        let values = vec![vec![0.5; rows]; 3];
        let bitmaps = vec![[vec![1_u64; rows / 64], vec![2_u64; rows / 64]]; 2];
        let mut to_values = vec![vec![0.0; rows]; 2];
        let mut to_bitmaps = vec![[vec![0_u64; rows / 64], vec![0_u64; rows / 64]]; 2];
        let mut scratch = Scratch::default();
        let mut tick = |scratch: &mut Scratch| {
            for (id, kernel) in (0..).zip(&kernels) {
                let call = Call {
                    values: values.iter().take(kernel.values.len()).map(Vec::as_slice),
                    conditions: (bitmaps.iter().take(kernel.conditions.len()))
                        .map(|[is_true, is_false]| Bits { is_true, is_false }),
                    constants: &[0.1, 0.2, 0.3][..usize::from(kernel.constants)],
                    to_values: to_values.iter_mut().take(kernel.to_values.len()).map(Vec::as_mut_slice),
                    to_conditions: (to_bitmaps.iter_mut().take(kernel.to_conditions.len()))
                        .map(|[is_true, is_false]| BitsMut { is_true, is_false }),
                    rows,
                };
                program.run(KernelId(id), call, scratch).unwrap();
            }
        };
        tick(&mut scratch);
        let before = ALLOCATIONS.with(Cell::get);
        assert!(before > 0, "nothing is counted");
        for _ in 0..10 {
            tick(&mut scratch);
        }
        assert_eq!(ALLOCATIONS.with(Cell::get), before, "{mode:?}");
    }
}
