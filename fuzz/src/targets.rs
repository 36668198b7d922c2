//! The targets: one function each, by the name under which it is known to `fuzz/corpus` and `fuzz_targets`.

mod exposition;
mod policy;
mod recording;

use crate::campaign::Target;
use crate::corpus;
use crate::mutate::Part;

pub use exposition::exposition;
pub use policy::{decisions, format, language, parse, soundness};
pub use recording::recording;

/// Machine code does what the interpreter does, bit for bit, on kernels and operands made of the bytes.
///
/// # Panics
///
/// When they differ.
pub fn kernels(data: &[u8]) {
    nvp_kernels::fuzz::jit_is_interpreter(data);
}

/// The engine gives the same effects for the same samples, on a plan of every kind of step made by hand.
///
/// # Panics
///
/// When it does not.
pub fn engine(data: &[u8]) {
    nvp_engine::fuzz::order_and_chunking(data);
}

/// All of them, with how much of each the tests try.
pub const ALL: &[Target] = &[
    Target {
        name: "parse",
        run: parse,
        corpus: || with_kept("parse", corpus::policies()),
        part: Part::Whole,
        mutations: 6_000,
    },
    Target {
        name: "format",
        run: format,
        corpus: || with_kept("format", corpus::policies()),
        part: Part::Whole,
        mutations: 6_000,
    },
    Target {
        name: "soundness",
        run: soundness,
        corpus: || with_kept("soundness", corpus::policies()),
        part: Part::Whole,
        mutations: 6_000,
    },
    Target {
        name: "decisions",
        run: decisions,
        corpus: || with_kept("decisions", corpus::policies()),
        part: Part::Choices,
        mutations: 2_000,
    },
    Target {
        name: "language",
        run: language,
        corpus: || with_kept("language", corpus::noise()),
        part: Part::Whole,
        mutations: 2_000,
    },
    Target {
        name: "kernels",
        run: kernels,
        corpus: || with_kept("kernels", corpus::noise()),
        part: Part::Whole,
        mutations: 3_000,
    },
    Target {
        name: "engine",
        run: engine,
        corpus: || with_kept("engine", corpus::noise()),
        part: Part::Whole,
        mutations: 500,
    },
    Target {
        name: "exposition",
        run: exposition,
        corpus: || with_kept("exposition", corpus::expositions()),
        part: Part::Whole,
        mutations: 20_000,
    },
    Target {
        name: "recording",
        run: recording,
        corpus: || with_kept("recording", corpus::recordings()),
        part: Part::Whole,
        mutations: 10_000,
    },
];

fn with_kept(target: &str, mut corpus: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    corpus.extend(corpus::kept(target));
    corpus
}
