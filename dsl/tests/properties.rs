//! What holds of every text: generated ones, and known ones with a few bytes changed.

use nvp_dsl::{FileId, fuzz, parse};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::generated;

const SEEDS: [&str; 4] = [
    include_str!("corpus/gateway.nvp"),
    include_str!("corpus/real-rules.nvp"),
    include_str!("corpus/playbooks.nvp"),
    generated::EVERYTHING,
];

/// A change of a text: a place in thousandths, how many bytes go, what comes.
fn change() -> impl Strategy<Value = (usize, usize, String)> {
    let comes = prop_oneof![
        "[{}()\"#\\\\]{1,3}",
        "[ \n\t]{1,3}",
        "[a-z0-9_.%/]{1,6}",
        prop::sample::select(vec![
            "when",
            "for",
            "and",
            "not ",
            "\"{",
            "}}",
            "{{",
            "# x\n",
            "=~",
            "..",
            "if ",
            "then",
            "alert ",
            "metric a: b",
            "é",
            "\0",
        ])
        .prop_map(str::to_owned),
    ];
    (0..1000_usize, 0..6_usize, comes)
}

fn changed(seed: &str, changes: &[(usize, usize, String)]) -> Vec<u8> {
    let mut bytes = seed.as_bytes().to_vec();
    for (place, goes, comes) in changes {
        let at = bytes.len() * place / 1000;
        let end = (at + goes).min(bytes.len());
        bytes.splice(at..end, comes.bytes());
    }
    bytes
}

/// A piece of a seed, so that a case is quick.
fn piece() -> impl Strategy<Value = String> {
    (prop::sample::select(SEEDS.to_vec()), 0..1000_usize, 40..900_usize).prop_map(|(seed, from, length)| {
        let first = seed.lines().count() * from / 1000;
        let mut piece = String::new();
        for line in seed.lines().skip(first) {
            piece.push_str(line);
            piece.push('\n');
            if piece.len() > length {
                break;
            }
        }
        piece
    })
}

/// The same cases each time, unless `PROPTEST_RNG_SEED` says otherwise; `PROPTEST_CASES` says how many.
fn config() -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    match config.rng_seed {
        RngSeed::Random => ProptestConfig { rng_seed: RngSeed::Fixed(0x6e76_7000), ..config },
        RngSeed::Fixed(_) => config,
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn broken_texts_are_survived(seed in piece(), changes in prop::collection::vec(change(), 1..5)) {
        let bytes = changed(&seed, &changes);
        fuzz::parse(&bytes);
        fuzz::format_round_trip(&bytes);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        fuzz::parse(&bytes);
        fuzz::format_round_trip(&bytes);
    }

    #[test]
    fn generated_texts_are_read_and_keep_their_meaning(text in generated::file()) {
        let parsed = parse(FileId(0), &text);
        prop_assert_eq!(&parsed.diagnostics, &[], "{}", text);
        fuzz::parse(text.as_bytes());
        fuzz::format_round_trip(text.as_bytes());
    }
}

#[test]
fn known_texts_keep_their_meaning() {
    for seed in SEEDS {
        fuzz::parse(seed.as_bytes());
        fuzz::format_round_trip(seed.as_bytes());
    }
    // the examples without what later versions bring
    let (before, scale) = SEEDS[0].split_once("scale ").expect("the gateway is scaled");
    let (_, after) = scale.split_once("\n}\n").expect("its block ends");
    let playbooks = SEEDS[2].replace("saturates(region_cpu at 90%)", "region_cpu");
    for text in [format!("{before}{after}"), playbooks] {
        assert_eq!(parse(FileId(0), &text).diagnostics, []);
        fuzz::format_round_trip(text.as_bytes());
    }
}
