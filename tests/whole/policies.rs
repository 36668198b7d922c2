//! The shipped policies: they check as one set without a word, and all their tests pass, by the interpreter and by machine code.

use std::path::PathBuf;
use std::sync::Arc;

use nvp_check::typed::Policy;
use nvp_drive::load::{PolicySet, Stdlib, load};
use nvp_drive::test_run::{TestOptions, run_test};
use nvp_kernels::Mode;

use crate::house::root;

/// Loads and checks, and wants no diagnostic at all.
pub fn sound(paths: &[PathBuf]) -> Arc<Policy> {
    let stdlib = Stdlib::built_in();
    let set: PolicySet = load(paths, &stdlib);
    assert!(set.problems.is_empty(), "{:?}", set.problems);
    let checked = nvp_drive::generation::check(&set, &stdlib);
    let told: Vec<String> = checked
        .diagnostics
        .iter()
        .map(|diagnostic| {
            format!(
                "{} {} at {}",
                diagnostic.code.0,
                diagnostic.title,
                set.sources.text(diagnostic.primary.span)
            )
        })
        .collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    Arc::new(checked.policy.expect("no diagnostics, so a policy"))
}

#[test]
fn all_policies_are_one_sound_set() {
    let policy = sound(&[root().join("policies")]);
    assert!(policy.alerts.len() >= 21, "the thresholds are gone: {}", policy.alerts.len());
}

#[test]
fn every_folder_of_policies_stands_alone() {
    for entry in std::fs::read_dir(root().join("policies")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sound(&[path]);
        }
    }
}

#[test]
fn rules_that_people_really_run_raise_no_false_alarm() {
    sound(&[root().join("tests/corpus/real-rules.nvp")]);
}

fn all_pass(mode: Mode) {
    let policy = sound(&[root().join("policies")]);
    assert!(policy.tests.len() >= 80, "tests are gone: {}", policy.tests.len());
    let mut failed = Vec::new();
    for test in &policy.tests {
        let outcome = run_test(&policy, test, TestOptions { mode }).expect("it compiles");
        if !outcome.passed() {
            failed.push(format!("{}: {:#?}", test.name, outcome.failures));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn their_tests_pass() {
    all_pass(Mode::Auto);
}

#[test]
fn their_tests_pass_as_machine_code() {
    all_pass(Mode::On);
}
