//! The claim about the recorded day: all CPU faults red within three minutes, at most one false page while no fault is on.

use std::collections::BTreeSet;

use nvp_drive::decision::{Decision, State};
use nvp_drive::dry_run::{Told, dry_run};
use nvp_drive::generation::Generation;
use nvp_history::Recording;
use nvp_kernels::Mode;

use crate::house::{read, root};
use crate::policies::sound;

/// How soon after its injection a fault must be red.
const SOON_MS: i64 = 3 * 60_000;
/// How long after its injection a fault explains an alert on its pod.
const EXPLAINED_MS: i64 = 10 * 60_000;

#[derive(Debug, serde::Deserialize)]
struct Fault {
    at: i64,
    pod: String,
    fault: String,
}

fn faults() -> Vec<Fault> {
    let text = read(&root().join("tests/recordings/online-boutique-day.faults.json"));
    let faults: Vec<Fault> = serde_json::from_str(&text).expect("the faults can be read");
    assert_eq!(faults.len(), 24);
    faults
}

fn decisions(mode: Mode) -> Vec<Decision> {
    let policy = sound(&[root().join("policies/online-boutique")]);
    let generation = Generation::new(policy, mode).expect("it compiles");
    let path = root().join("tests/recordings/online-boutique-day.om.gz");
    let recording = Recording::open(&path, nvp_history::Options::default(), &mut |_, _| {})
        .expect("the recording can be read");
    let mut decisions = Vec::new();
    dry_run(&generation, &recording, &mut |_| {}, &mut |told| {
        if let Told::Decision(decision) = told {
            decisions.push(*decision);
        }
    })
    .unwrap();
    decisions
}

fn pod(decision: &Decision) -> &str {
    decision.labels.get("pod").expect("the policies' alerts are labelled by pod")
}

#[test]
fn every_cpu_fault_is_red_within_three_minutes() {
    let decisions = decisions(Mode::Auto);
    let faults = faults();
    let cpu: Vec<&Fault> = faults.iter().filter(|fault| fault.fault.starts_with("cpu_")).collect();
    assert_eq!(cpu.len(), 11);
    let missed: Vec<&&Fault> = cpu
        .iter()
        .filter(|fault| {
            let (from, until) = (fault.at * 1_000, fault.at * 1_000 + SOON_MS);
            !decisions.iter().any(|decision| {
                decision.to.name() == "red"
                    && pod(decision) == fault.pod
                    && (from..=until).contains(&decision.at_ms)
            })
        })
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn at_most_one_page_is_false() {
    let faults = faults();
    let last = faults.iter().map(|fault| fault.at * 1_000).max().expect("there are faults");
    let false_pages: Vec<String> = decisions(Mode::Auto)
        .iter()
        // The fault-free hours: later than what the last injection explains.
        .filter(|decision| decision.at_ms > last + EXPLAINED_MS)
        .filter(|decision| matches!(decision.from, State::Ok | State::Pending) && decision.to.is_level())
        .filter(|decision| {
            !faults.iter().any(|fault| {
                let since = decision.at_ms - fault.at * 1_000;
                fault.pod == pod(decision) && (0..=EXPLAINED_MS).contains(&since)
            })
        })
        .map(|decision| format!("{} {} {}", decision.at_ms, decision.name, pod(decision)))
        .collect();
    assert!(false_pages.len() <= 1, "{false_pages:#?}");
}

#[test]
fn the_policies_know_no_pod_and_no_day() {
    let pods: BTreeSet<String> = faults().into_iter().map(|fault| fault.pod).collect();
    for name in ["policies/online-boutique", "policies/online-boutique-front"] {
        for path in crate::house::files(&root().join(name)) {
            let text = read(&path);
            assert!(!pods.iter().any(|pod| text.contains(pod.as_str())), "{name} names a pod");
            assert!(!text.contains("16611") && !text.contains("2022-08"), "{name} names a time");
        }
    }
}

#[test]
fn the_interpreter_and_machine_code_decide_the_same() {
    let told = |mode| decisions(mode).iter().map(Decision::json).collect::<Vec<_>>();
    assert_eq!(told(Mode::Off), told(Mode::On));
}
