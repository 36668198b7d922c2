use std::sync::Arc;

use super::*;
use crate::generation;
use crate::load::{Stdlib, load_text};
use crate::test_run::{Runner, TestOptions};

const HEAD: &str = r#"
severity yellow is minor
severity red is critical
unit boxes
defaults { every 1m }
metric load: boxes { labels host }
metric lag: boxes { labels host }
"#;

/// What no test decided, of the only alert of a text.
fn undecided(text: &str) -> Vec<String> {
    let stdlib = Stdlib::built_in();
    let checked = generation::check(&load_text("test.nvp", &format!("{HEAD}{text}"), &stdlib), &stdlib);
    let policy = Arc::new(checked.policy.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics)));
    let runner = Runner::new(&policy, TestOptions::default());
    let mut coverage = Coverage::new(&policy);
    for test in &policy.tests {
        let outcome = runner.run(test, Some(&mut coverage)).unwrap();
        assert!(outcome.passed(), "{:#?}", outcome.failures);
    }
    let text = |part: &Covered<'_>| {
        let level = part.level.map(|level| format!("{level} ")).unwrap_or_default();
        let condition = part.condition.map(|condition| format!(": {condition}")).unwrap_or_default();
        format!("{level}{}{condition}", part.clause)
    };
    let alert = coverage.alerts.first().unwrap();
    let undecided: Vec<String> = alert.undecided().iter().map(text).collect();
    assert_eq!(coverage.decided_of(), (alert.parts() - undecided.len(), alert.parts()));
    undecided
}

const NONE: [&str; 0] = [];

#[test]
fn without_a_test_nothing_is_decided() {
    assert_eq!(
        undecided(
            "alert a on load { yellow when > 5  red when > 10 and lag > 3  clear when < 7  absent clears }"
        ),
        [
            "yellow when",
            "yellow clear",
            "red when",
            "red when: load > 10",
            "red when: lag > 3",
            "red clear",
            "absent clears"
        ]
    );
}

#[test]
fn a_default_clear_has_the_conditions_of_its_when() {
    let alert = "alert a on load { red when (load > 10 and lag > 3) for 2m  absent holds }";
    let rises =
        r#"given load{host = "a"} is 20 given lag{host = "a"} is 5 expect by 9m a{host = "a"} is red"#;
    let stays = ["red clear", "red clear: load > 10", "red clear: lag > 3", "absent holds"];
    assert_eq!(undecided(&format!(r#"{alert} test "t" {{ {rises} }}"#)), stays);
    let clears = r#"given load{host = "a"} is 20 for 9m, then 1 given lag{host = "a"} is 5
                    expect by 9m a{host = "a"} is red expect by 12m a{host = "a"} is cleared"#;
    let other = ["red clear: lag > 3", "absent holds"];
    assert_eq!(undecided(&format!(r#"{alert} test "t" {{ {clears} }}"#)), other);
}

#[test]
fn a_level_that_only_absence_sets_is_seen_set_and_cleared() {
    let alert = "alert a on load { yellow when > 10  absent for 5m is red }";
    let silent = r#"given load{host = "a"} is 1 for 5m, then missing for 15m, then 1"#;
    let rises = format!(r#"{alert} test "t" {{ {silent} expect by 15m a{{host = "a"}} is red }}"#);
    assert_eq!(undecided(&rises), ["yellow when", "yellow clear", "red clear"]);
    let clears = format!(r#"{alert} test "t" {{ {silent} expect by 25m a{{host = "a"}} is cleared }}"#);
    assert_eq!(undecided(&clears), ["yellow when", "yellow clear"]);
}

#[test]
fn absent_holds_is_seen_where_data_go_missing_under_a_level() {
    let alert = "alert a on load { red when > 10  absent holds }";
    let holds = r#"given load{host = "a"} is 20 for 5m, then missing expect at 15m a{host = "a"} is red"#;
    assert_eq!(undecided(&format!(r#"{alert} test "t" {{ {holds} }}"#)), ["red clear"]);
    let idle = r#"given load{host = "a"} is 1 for 5m, then missing expect at 15m a{host = "a"} is ok"#;
    assert_eq!(
        undecided(&format!(r#"{alert} test "t" {{ {idle} }}"#)),
        ["red when", "red clear", "absent holds"]
    );
}

#[test]
fn absent_clears_is_told_from_a_clear() {
    let alert = "alert a on load { red when > 10  clear when lag < 3  absent clears }";
    let lost = r#"given load{host = "a"} is 20 for 5m, then missing given lag{host = "a"} is 5"#;
    let cleared = r#"expect by 15m a{host = "a"} is cleared"#;
    assert_eq!(undecided(&format!(r#"{alert} test "t" {{ {lost} {cleared} }}"#)), ["red clear"]);
    let alert = alert.replace("absent clears", "absent holds");
    let lag =
        r#"given load{host = "a"} is 20 for 5m, then missing given lag{host = "a"} is 5 for 10m, then 1"#;
    assert_eq!(undecided(&format!(r#"{alert} test "t" {{ {lag} {cleared} }}"#)), NONE);
}

#[test]
fn a_level_passed_over_is_not_seen() {
    let alert = "alert a on load { yellow when > 5 for 10m  red when > 10  absent holds }";
    let short = r#"given load{host = "a"} is 20 for 5m, then 1 expect by 9m a{host = "a"} is cleared"#;
    let idle = ["yellow when", "yellow clear", "absent holds"];
    assert_eq!(undecided(&format!(r#"{alert} test "t" {{ {short} }}"#)), idle);
    let long = r#"given load{host = "a"} is 20 for 15m, then 1 expect by 19m a{host = "a"} is cleared"#;
    assert_eq!(undecided(&format!(r#"{alert} test "t" {{ {long} }}"#)), ["yellow when", "absent holds"]);
    let falls = r#"given load{host = "a"} is 20 for 15m, then 7 expect by 19m a{host = "a"} is yellow"#;
    assert_eq!(undecided(&format!(r#"{alert} test "t" {{ {falls} }}"#)), ["yellow clear", "absent holds"]);
}
