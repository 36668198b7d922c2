//! An engine made anew of its snapshot goes on as if it had never stopped.

use nvp_engine::fuzz::snapshot_and_restore;
use proptest::prelude::*;

/// A few, for each is a long story; more with `PROPTEST_CASES`.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(24)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn neither_stops_nor_restarts_show(data in prop::collection::vec(any::<u8>(), 0..400)) {
        snapshot_and_restore(&data);
    }
}
