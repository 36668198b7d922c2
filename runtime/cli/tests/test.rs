//! `test`.

use std::io::{BufRead as _, BufReader};

use crate::harness::Folder;

#[test]
fn passing_tests_are_a_line_each() {
    let folder = Folder::with(&["shop.nvp"]);
    insta::assert_snapshot!(folder.run(&["test", "shop.nvp"]).shown());
}

#[test]
fn failures_are_trees_of_values() {
    let folder = Folder::with(&["failing.nvp"]);
    let ran = folder.run(&["test", "failing.nvp"]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.shown());
}

#[test]
fn the_filter_chooses_by_name() {
    let folder = Folder::with(&["shop.nvp"]);
    let ran = folder.run(&["test", "shop.nvp", "--filter", "busy"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.ends_with("1 passed, 0 failed, 1 left out by the filter\n"), "{}", ran.stdout);
    let none = folder.run(&["test", "shop.nvp", "--filter", "nowhere"]);
    assert_eq!(none.code, 2);
    assert!(none.stderr.contains("no test has `nowhere` in its name"), "{}", none.stderr);
}

#[test]
fn coverage_says_what_decided_nothing() {
    let folder = Folder::with(&["shop.nvp"]);
    insta::assert_snapshot!(folder.run(&["test", "shop.nvp", "--coverage"]).shown());
}

#[test]
fn mutation_lists_what_no_test_notices() {
    let folder = Folder::with(&["shop.nvp"]);
    let ran = folder.run(&["test", "shop.nvp", "--mutate"]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.shown());
    let json = folder.run(&["test", "shop.nvp", "--mutate", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let changes = json["mutation"]["changes"].as_u64().unwrap();
    let noticed = json["mutation"]["noticed_by_test"].as_u64().unwrap();
    assert_eq!(changes - noticed, json["mutation"]["unnoticed"].as_array().unwrap().len() as u64);
    let junit = folder.run(&["test", "shop.nvp", "--mutate", "--format", "junit"]);
    assert_eq!(junit.code, 2);
}

#[test]
fn machines_get_json_and_junit() {
    let folder = Folder::with(&["failing.nvp"]);
    let json = folder.run(&["test", "failing.nvp", "--format", "json", "--coverage"]);
    assert_eq!(json.code, 1);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((json["passed"].as_u64(), json["failed"].as_u64()), (Some(1), Some(4)));
    let first = &json["tests"][0];
    assert_eq!(first["not_given"][0], "memory");
    assert_eq!(first["failures"][0]["decided"]["at_ms"], 300_000);
    assert_eq!(first["failures"][0]["decided"]["rows"][0]["state"], "yellow");
    assert!(json["coverage"]["never_decided"]["cpu_high"].is_array());
    let covered = &json["coverage"]["alerts"]["cpu_high"];
    assert_eq!(covered["levels"][1], serde_json::json!({ "name": "red", "set": 2, "cleared": 0 }));
    assert_eq!(covered["missing_data"], serde_json::json!({ "clause": "absent holds", "seen": 0 }));
    let junit = folder.run(&["test", "failing.nvp", "--format", "junit"]);
    assert_eq!(junit.code, 1);
    insta::assert_snapshot!(junit.stdout);
}

#[test]
fn both_evaluators_give_the_same_report() {
    let folder = Folder::with(&["failing.nvp"]);
    let of = |mode: &str| folder.run(&["--jit", mode, "test", "failing.nvp"]).stdout;
    assert_eq!(of("on"), of("off"));
}

#[test]
fn watching_runs_again_when_a_policy_changes() {
    let folder = Folder::with(&["shop.nvp"]);
    let mut child = folder.command(&["test", "--watch", "."]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut until = |text: &str| lines.by_ref().find(|line| line.contains(text)).unwrap();
    until("waiting for a policy to change");
    let failing = folder
        .read("shop.nvp")
        .replace("at 20m slow{service = \"cart\"} is ok", "at 20m slow{service = \"cart\"} is red");
    folder.write("shop.nvp", failing);
    assert_eq!(until("passed"), "1 passed, 1 failed");
    until("waiting for a policy to change");
    child.kill().unwrap();
    child.wait().unwrap();
}
