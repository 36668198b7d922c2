//! Benchmarks of the kernels: `cargo bench -p nvp-kernels`.
//!
//! Each compares ways to compute the same thing in one run, in turns, asserts that their results are equal bit for bit, and prints ratios of
//! medians: absolute times say more about the machine and its neighbours than about the code.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and one that goes wrong may panic"
)]

mod by_hand;
mod compiling;
mod conditions;
mod rounds;
mod thresholds;

fn main() {
    thresholds::in_cache();
    thresholds::from_memory();
    conditions::three_metrics();
    conditions::arithmetic();
    conditions::long();
    compiling::thousand_rules();
}
