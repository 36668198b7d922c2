//! Scenarios that nobody has thought of. A seed that breaks something is printed, and does it again.
//!
//! `TORTURE_SEED=7` runs one scenario, `TORTURE_SCENARIOS=10000` so many, each of `TORTURE_HOURS=24` of virtual time (1 without it).
#![expect(
    clippy::panic,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails"
)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use novaevo_torture::{Length, Tally, compiled, run};

/// How many scenarios are run where nobody asks for more.
const SCENARIOS: u64 = 300;
const HOUR_MS: i64 = 3_600_000;

fn wanted(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a number"))
}

/// Runs the scenarios of these seeds on all cores.
fn scenarios(seeds: std::ops::Range<u64>, length: Length) -> Tally {
    let started = Instant::now();
    let plan = compiled().unwrap_or_else(|why| panic!("{why}"));
    let next = AtomicU64::new(seeds.start);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let work = || {
        let mut tally = Tally::default();
        let mut broken = Vec::new();
        while let seed = next.fetch_add(1, Ordering::Relaxed)
            && seed < seeds.end
        {
            match run(&plan, seed, length) {
                Ok(one) => tally.add(&one),
                Err(why) => broken.push(why),
            }
        }
        (tally, broken)
    };
    let mut all = Tally::default();
    let mut broken = Vec::new();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            let (tally, more) = worker.join().expect("it does not panic");
            all.add(&tally);
            broken.extend(more);
        }
    });
    println!("{all}, in {:?}", started.elapsed());
    broken.sort();
    let shown: Vec<&str> = broken.iter().take(9).map(String::as_str).collect();
    assert!(broken.is_empty(), "{} of {seeds:?} are broken:\n{}", broken.len(), shown.join("\n\n"));
    all
}

#[test]
fn no_rule_is_ever_broken() {
    let hours = wanted("TORTURE_HOURS").unwrap_or(1);
    let length = Length { rough_ms: i64::try_from(hours).expect("a number of hours") * HOUR_MS };
    let seeds = match wanted("TORTURE_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..wanted("TORTURE_SCENARIOS").unwrap_or(SCENARIOS),
    };
    let tally = scenarios(seeds.clone(), length);
    if seeds.end - seeds.start >= SCENARIOS {
        // A calm that nobody has noticed would make this test worthless.
        let ends = [
            "inconclusive",
            "indeterminate",
            "lifted",
            "refused",
            "rollback_failed",
            "rolled_back",
            "succeeded",
        ];
        for end in ends {
            assert!(
                tally.ends.get(end).is_some_and(|times| *times >= 10),
                "hardly any run ends {end}: {tally}"
            );
        }
        assert!(
            tally.crashes >= 100 && tally.lost >= 10 && tally.meddlings >= 100,
            "it is too calm: {tally}"
        );
    }
}

#[test]
fn a_day_and_a_night() {
    scenarios(1_000_000..1_000_002, Length { rough_ms: 24 * HOUR_MS });
}

#[test]
fn a_seed_gives_the_same_scenario_again() {
    let plan = compiled().unwrap_or_else(|why| panic!("{why}"));
    let length = Length { rough_ms: HOUR_MS };
    let [first, again] = [0, 1].map(|_| run(&plan, 3, length).expect("it holds").to_string());
    assert_eq!(first, again);
}
