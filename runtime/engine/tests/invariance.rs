//! Neither order nor batches nor numbers nor evaluators show.

use nvp_engine::fuzz::order_and_chunking;
use proptest::prelude::*;

/// A few, for each is a long story; more with `PROPTEST_CASES`.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(24)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn neither_order_nor_batches_nor_numbers_nor_evaluators_show(data in prop::collection::vec(any::<u8>(), 0..400)) {
        order_and_chunking(&data);
    }
}

#[test]
fn the_worlds_made_of_bytes_are_not_empty() {
    // Were they, the property would hold of anything.
    let decisions: usize = (0..20_u8).map(|seed| order_and_chunking(&[seed])).sum();
    assert!(decisions > 1_000, "{decisions}");
}
