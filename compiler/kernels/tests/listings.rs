//! What typical kernels become, on x86-64-v2 whatever this machine is.

use nvp_kernels::{Isa, listing};
use nvp_plan::kernel::Kernel;

use crate::typical;

#[track_caller]
fn check(name: &str, kernel: &Kernel) {
    let listing = listing(kernel, Isa::Baseline).unwrap();
    insta::assert_snapshot!(
        name,
        format!("{}\n; {} bytes of code\n", listing.clif.trim_end(), listing.code_bytes)
    );
}

#[test]
fn typical_kernels() {
    check("threshold", &typical::threshold());
    check("three_metrics", &typical::three_metrics());
    check("two_levels_of_a_ratio", &typical::two_levels_of_a_ratio());
    check("choice", &typical::choice());
    check("latch", &typical::latch());
    check("functions", &typical::functions());
}

#[test]
fn what_nothing_needs_costs_nothing() {
    let mut idle = typical::threshold();
    let bytes = |kernel: &Kernel| listing(kernel, Isa::Baseline).unwrap().code_bytes;
    let before = bytes(&idle);
    idle.code.extend(typical::threshold().code.into_iter().take(2));
    assert_eq!(bytes(&idle), before);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn rounding_is_called_where_the_processor_cannot() {
    let rounds = |isa| listing(&typical::functions(), isa).unwrap().clif.matches("call fn").count();
    assert_eq!(
        (rounds(Isa::Baseline), rounds(Isa::Plain)),
        (1, 2),
        "log10 always, round where there is no SSE4.1"
    );
}
