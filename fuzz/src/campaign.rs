//! Runs a target over its corpus and a bounded number of mutations, and tells what broke it so that it can be kept.

use std::fmt;
use std::panic::catch_unwind;
use std::path::Path;

use crate::mutate::{Part, inputs};

/// How often a failing input may be run again to find a smaller one that fails.
const SHRINKS_MAX: usize = 300;

/// Something that is tried with many inputs.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, also of its folder in `fuzz/corpus` and of its program in `fuzz_targets`.
    pub name: &'static str,
    /// Panics when what it claims does not hold of the input.
    pub run: fn(&[u8]),
    /// What mutations start from.
    pub corpus: fn() -> Vec<Vec<u8>>,
    /// What of an input is mutated.
    pub part: Part,
    /// How many mutations the tests try.
    pub mutations: usize,
}

/// An input of which a target's claim does not hold.
#[derive(Debug)]
pub struct Failure {
    /// Which target.
    pub target: &'static str,
    /// What it said.
    pub message: String,
    /// The input, made smaller as far as was easy.
    pub input: Vec<u8>,
}

impl fmt::Display for Failure {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, message, input } = self;
        write!(
            to,
            "target `{target}` fails: {message}\n--- input, {} bytes, to be kept in fuzz/corpus/{target}/\n{}\n--- the same, escaped\n{}",
            input.len(),
            String::from_utf8_lossy(input),
            input.escape_ascii()
        )
    }
}

/// Runs a target over its corpus and as many mutations as it says; how many inputs that were. The input at work is written to
/// `current`, so that one that ends the whole process (a stack that overflows) can be found there.
///
/// # Errors
///
/// The first input of which the claim does not hold.
pub fn run(target: &Target, seed: u64, current: &Path) -> Result<usize, Failure> {
    let corpus = (target.corpus)();
    let mut count = 0;
    for input in inputs(&corpus, target.mutations, target.part, seed) {
        // Only a process that dies needs the file: one that cannot be written is no reason to stop.
        let _ = std::fs::write(current, &input);
        count += 1;
        if let Some(message) = fails(target, &input) {
            let (message, input) = smaller(target, message, input);
            return Err(Failure { target: target.name, message, input });
        }
    }
    Ok(count)
}

fn fails(target: &Target, input: &[u8]) -> Option<String> {
    let panic = catch_unwind(|| (target.run)(input)).err()?;
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    Some(text.unwrap_or_else(|| "a panic without words".to_owned()))
}

/// Leaves out lines, then bytes, as long as what remains fails.
fn smaller(target: &Target, mut message: String, mut input: Vec<u8>) -> (String, Vec<u8>) {
    let mut tries = 0;
    for by_line in [true, false] {
        let pieces = |input: &[u8]| {
            if by_line { input.split_inclusive(|byte| *byte == b'\n').count() } else { input.len() }
        };
        let mut width = pieces(&input).div_ceil(2);
        while width > 0 && tries < SHRINKS_MAX {
            let mut at = 0;
            while at < pieces(&input) && tries < SHRINKS_MAX {
                let without = without(&input, by_line, at, width);
                tries += 1;
                match fails(target, &without) {
                    Some(said) => (message, input) = (said, without),
                    None => at += width,
                }
            }
            width /= 2;
        }
    }
    (message, input)
}

fn without(input: &[u8], by_line: bool, at: usize, width: usize) -> Vec<u8> {
    let kept = |place: usize| place < at || place >= at + width;
    if by_line {
        let lines = input.split_inclusive(|byte| *byte == b'\n').enumerate();
        lines.filter(|(place, _)| kept(*place)).flat_map(|(_, line)| line.iter().copied()).collect()
    } else {
        input.iter().copied().enumerate().filter(|(place, _)| kept(*place)).map(|(_, byte)| byte).collect()
    }
}
