//! Every target over its corpus and a bounded number of mutations, always the same ones. `FUZZ_PERCENT=1000` tries ten times as
//! many, `FUZZ_SEED=7` others.

#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

use std::path::Path;

use novaevo_fuzz::campaign::{self, Target};
use novaevo_fuzz::mutate::{Part, inputs};
use novaevo_fuzz::targets::ALL;

const SEED: u64 = 0x6e6f_7661_6576_6f31;

fn asked(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// Runs the target of this name; when it fails, prints what broke it and leaves it in a file to be kept.
fn holds(name: &str) {
    let mut target = *ALL.iter().find(|target| target.name == name).expect("a target of this name");
    if let Some(percent) = asked("FUZZ_PERCENT") {
        target.mutations = target.mutations * percent as usize / 100;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let current = folder.join(format!("{name}.input"));
    match campaign::run(&target, asked("FUZZ_SEED").unwrap_or(SEED), &current) {
        Ok(inputs) => assert!(inputs > target.mutations, "no corpus: {inputs} inputs"),
        Err(failure) => {
            std::fs::write(&current, &failure.input).expect("the target's folder can be written");
            panic!("{failure}\n--- cp {} fuzz/corpus/{name}/SAY_WHAT", current.display());
        }
    }
}

#[test]
fn parsing_never_panics_and_points_into_the_text() {
    holds("parse");
}

#[test]
fn formatting_keeps_what_is_said() {
    holds("format");
}

#[test]
fn what_check_accepts_runs() {
    holds("soundness");
}

#[test]
fn order_of_arrival_never_shows() {
    holds("decisions");
}

#[test]
fn whatever_can_be_said_runs_and_order_does_not_show() {
    holds("language");
}

#[test]
fn machine_code_does_what_the_interpreter_does() {
    holds("kernels");
}

#[test]
fn the_engine_by_itself_is_indifferent_to_order_too() {
    holds("engine");
}

#[test]
fn what_was_scraped_before_never_shows() {
    holds("exposition");
}

#[test]
fn chunks_of_a_recording_never_show() {
    holds("recording");
}

#[test]
fn every_target_has_a_test_and_a_program() {
    let tests = include_str!("targets.rs");
    let manifest = include_str!("../Cargo.toml");
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz_targets");
    for target in ALL {
        assert!(tests.contains(&format!("holds(\"{}\")", target.name)), "no test runs {}", target.name);
        let program = programs.join(format!("{}.rs", target.name));
        let text = std::fs::read_to_string(&program).unwrap_or_default();
        assert!(text.contains(&format!("targets::{}(", target.name)), "no program fuzzes {}", target.name);
        assert!(
            manifest.contains(&format!("fuzz_targets/{}.rs", target.name)),
            "{} is no binary",
            target.name
        );
    }
    assert_eq!(std::fs::read_dir(programs).unwrap().count(), ALL.len(), "a program of no target");
}

#[test]
fn a_target_that_fails_tells_a_small_input() {
    let target = Target {
        name: "no_needle",
        run: |data| assert!(!data.windows(6).any(|part| part == b"needle"), "found it"),
        corpus: || vec![b"hay\nhay\n".to_vec(), b"some hay\na needle in it\nmore hay\n".to_vec()],
        part: Part::Whole,
        mutations: 0,
    };
    let current = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no_needle.input");
    let failure = campaign::run(&target, SEED, &current).expect_err("there is a needle");
    assert_eq!((failure.input.as_slice(), failure.message.as_str()), (&b"needle"[..], "found it"));
    assert!(failure.to_string().contains("fuzz/corpus/no_needle/"), "{failure}");
}

#[test]
fn the_same_seed_makes_the_same_inputs() {
    let corpus =
        vec![b"alert a { red when x > 1 }".to_vec(), b"metric x: s".to_vec(), b"x\0\x01\x02".to_vec()];
    for part in [Part::Whole, Part::Choices] {
        let made: Vec<_> = inputs(&corpus, 50, part, 7).collect();
        assert_eq!(made, inputs(&corpus, 50, part, 7).collect::<Vec<_>>());
        assert_ne!(made, inputs(&corpus, 50, part, 8).collect::<Vec<_>>());
        assert_eq!(made.len(), 53);
    }
    let kept = inputs(&corpus, 50, Part::Choices, 7).skip(3);
    assert!(
        kept.into_iter().all(|input| corpus
            .iter()
            .any(|text| input.starts_with(text.split(|b| *b == 0).next().unwrap())))
    );
}
