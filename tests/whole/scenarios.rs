//! The worked example of the specification (3.4.3), on the virtual clock: it checks, its tests pass, and no way in which its playbook can
//! go wrong leaves the world half-changed without a word. The folders in `scenarios/` are sets of their own.
//!
//! `BLESS=1` writes what `explore` finds: read it before you commit.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use nvp_drive::generation::Generation;
use nvp_drive::test_run::{TestOptions, run_test};
use nvp_kernels::Mode;
use nvp_plan::ids::PlaybookId;
use nvp_respond::explore::{Explored, Options, explore};

use crate::house::{read, root};
use crate::policies::sound;

fn gateway() -> PathBuf {
    root().join("tests/scenarios/gateway")
}

#[test]
fn the_worked_example_does_what_its_tests_say() {
    let policy = sound(&[gateway()]);
    assert!(policy.tests.len() >= 11, "tests are gone: {}", policy.tests.len());
    for mode in [Mode::Auto, Mode::On] {
        for test in &policy.tests {
            let outcome = run_test(&policy, test, TestOptions { mode }).expect("it compiles");
            assert!(outcome.passed(), "{}: {:#?}", test.name, outcome.failures);
        }
    }
}

#[test]
fn no_way_of_the_worked_example_ends_badly_without_a_word() {
    let generation = Generation::new(sound(&[gateway()]), Mode::Auto).expect("it compiles");
    assert_eq!(generation.response.playbooks.len(), 1);
    let started = Instant::now();
    let explored = explore(&generation.response, PlaybookId(0), Options::default(), &mut |_, _| true);
    let explored = explored.expect("there is the playbook");
    println!("{} states in {:?}", explored.states, started.elapsed());
    assert!(explored.is_complete, "not all ways were looked at");
    assert!(explored.ends.iter().all(|end| end.wrong.is_none()), "{:#?}", explored.ends);
    let (shown, file) = (shown(&explored), gateway().join("explored.txt"));
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, &shown).expect("it can be written");
    }
    assert_eq!(shown, read(&file), "BLESS=1 accepts what was found");
}

#[test]
fn the_page_about_the_worked_example_shows_what_is_tried() {
    let page = read(&root().join("docs/worked-example.md"));
    let files = [
        gateway().join("gateway.nvp"),
        gateway().join("times.nvp"),
        root().join("runtime/cli/tests/run/pool/world.toml"),
        root().join("runtime/cli/tests/run/pool/times.nvp"),
    ];
    for file in files {
        assert!(page.contains(read(&file).trim()), "{} is not as the page shows it", file.display());
    }
}

/// The ends with a shortest way to each, as `explore` prints them but for the numbers of states.
fn shown(explored: &Explored) -> String {
    let mut text = format!("{}\n", explored.playbook);
    for end in &explored.ends {
        write!(text, "\n  {}\n", end.end).expect("a string takes it");
        if let Some(why) = &end.why {
            writeln!(text, "    {why}").expect("a string takes it");
        }
        for (place, step) in end.way.iter().enumerate() {
            writeln!(text, "    {}. {step}", place + 1).expect("a string takes it");
        }
        if !end.differs.is_empty() {
            writeln!(text, "    then: {}", end.differs.join(", ")).expect("a string takes it");
        }
    }
    text
}
