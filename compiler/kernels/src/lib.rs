//! nvp-kernels: from kernels as data to their execution over columns.
//!
//! A [`Program`] is all kernels of a plan, each compiled to machine code by Cranelift or read by the vectorised reference
//! interpreter; the two agree bit for bit, so nobody above can tell which one ran. [`trace`] computes one row and shows every
//! register. This crate is the only one with `unsafe` code and the only one that knows Cranelift; it knows neither ticks nor
//! series nor label sets: rows are rows.
//!
//! # Columns
//!
//! A column of numbers is `&[f64]`, missing being any NaN. A column of conditions is two bitmaps of 64 rows a word, row 0 in the lowest bit:
//! [`Bits::is_true`] and [`Bits::is_false`]; neither is *unknown*, both never happens. Columns are padded to whole words of 64 rows
//! and kernels run over the padding too: what results hold there is whatever the code yields (`default 0` yields 0), so readers
//! look at real rows only.

mod call;
mod check;
mod error;
pub mod fuzz;
mod interpreter;
mod native;
mod program;
mod scalar;
mod trace;

pub use call::{Bits, BitsMut, Call};
pub use error::{CallError, CompileError, Fault, Operand};
pub use native::{Isa, Listing, listing};
pub use program::{Mode, Program, Scratch};
pub use trace::{Scalar, trace};

/// How many rows a word of a bitmap has; columns are padded to a multiple of it.
pub const ROWS_PER_WORD: usize = 64;
