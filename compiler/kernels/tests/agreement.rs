//! Interpreter, machine code and trace agree on every bit.

use nvp_kernels::fuzz::jit_is_interpreter;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, TestRunner};

#[test]
fn any_kernel_on_any_rows() {
    // `PROPTEST_CASES` asks for more.
    let cases = Config::default().cases.max(1_000);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&vec(any::<u8>(), 0..600), |data| {
        jit_is_interpreter(&data);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}
