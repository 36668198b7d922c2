use std::sync::Arc;

use nvp_kernels::Mode;

use super::*;
use crate::decision::Clause;
use crate::generation;
use crate::load::{Stdlib, load_text};

const HEAD: &str = r#"
severity yellow is minor
severity red is critical
unit requests
unit boxes
defaults { every 1m  absent holds }
metric load: boxes { labels host }
metric requests: counter of requests { labels service, instance  source "http_requests_total" }
metric latency: histogram of s { labels service }
metric up: flag { labels host  source "node_up" }
metric boot: instant of s { labels host }
derive traffic = sum(rate(requests over 5m) by service)
derive p95_latency = p95(latency over 5m by service)
alert loaded on load { yellow when > 10  red when > 20 for 2m }
alert grown on load { red when > 150% of load 10m ago }
alert busy on traffic { red when > 90/s }
alert slow on p95_latency { red when > 500ms }
alert down { red when not up for 2m }
alert young { red when now - boot < 10m }
"#;

/// What became of the tests of a text: each name with its failures' problems.
fn outcomes(tests: &str) -> Vec<(String, Vec<String>)> {
    let stdlib = Stdlib::built_in();
    let set = load_text("test.nvp", &format!("{HEAD}{tests}"), &stdlib);
    let checked = generation::check(&set, &stdlib);
    let policy = Arc::new(checked.policy.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics)));
    let run = |mode| -> Vec<_> {
        let outcomes = policy.tests.iter().map(|test| run_test(&policy, test, TestOptions { mode }).unwrap());
        outcomes
            .map(|outcome| (outcome.name, outcome.failures.into_iter().map(|f| f.problem).collect()))
            .collect()
    };
    let interpreted = run(Mode::Off);
    assert_eq!(run(Mode::On), interpreted, "both evaluators decide the same");
    interpreted
}

fn problems(given_and_expected: &str) -> Vec<String> {
    let mut outcomes = outcomes(&format!("test \"t\" {{ {given_and_expected} }}"));
    assert_eq!(outcomes.len(), 1);
    outcomes.remove(0).1
}

fn holds(given_and_expected: &str) {
    assert_eq!(problems(given_and_expected), [""; 0], "{given_and_expected}");
}

fn fails(given_and_expected: &str, problem: &str) {
    assert_eq!(problems(given_and_expected), [problem], "{given_and_expected}");
}

#[test]
fn values_hold_from_their_instant_on() {
    let given = r#"given load{host = "a"} is 5 for 3m, then 11 for 2m, then 25"#;
    holds(&format!(r#"{given} expect at 2m59s loaded{{host = "a"}} is yellow"#));
    holds(&format!(
        r#"{given} expect at 2m loaded{{host = "a"}} is ok expect at 3m loaded{{host = "a"}} is yellow"#
    ));
    holds(&format!(r#"{given} expect within 7m..7m loaded{{host = "a"}} is red"#));
    fails(
        &format!(r#"{given} expect by 6m loaded{{host = "a"}} is red"#),
        "it was not true at any tick up to 6m",
    );
}

#[test]
fn lines_are_straight_and_missing_is_not_fed() {
    holds(r#"given load{host = "a"} is 0 to 20 for 20m expect within 11m..11m loaded{host = "a"} is yellow"#);
    holds(
        r#"given load{host = "a"} is 15 for 2m, then missing for 10m, then 5
           expect at 11m loaded{host = "a"} is yellow
           expect by 14m loaded{host = "a"} is cleared"#,
    );
}

#[test]
fn counters_are_given_as_counts_or_as_rates() {
    let series = r#"requests{service = "shop", instance = "a"}"#;
    holds(&format!(r#"given {series} is 100/s expect by 10m busy{{service = "shop"}} is red"#));
    holds(&format!(r#"given {series} is 80/s for 20m expect never busy{{service = "shop"}} is red"#));
    holds(&format!(r#"given {series} is 0 to 120000 for 20m expect by 10m busy{{service = "shop"}} is red"#));
}

#[test]
fn derives_flags_and_instants_can_be_given() {
    holds(
        r#"given p95_latency{service = "shop"} is 200ms for 5m, then 600ms expect within 5m..5m slow{service = "shop"} is red"#,
    );
    holds(r#"given up{host = "a"} is true for 5m, then false expect within 7m..7m down{host = "a"} is red"#);
    holds(r#"given load{host = "a"} is 1 expect never loaded{host = "b"} is red"#);
}

#[test]
fn now_in_a_given_is_the_start_of_the_test() {
    holds(
        r#"given boot{host = "a"} is now - 8m
           expect at 1m young{host = "a"} is red
           expect within 3m..3m young{host = "a"} is cleared"#,
    );
}

#[test]
fn a_decision_names_the_clause_that_took_it() {
    let given = r#"given load{host = "a"} is 1 for 5m, then missing for 15m expect by 15m silent is red"#;
    let text = format!(
        r#"{HEAD} alert silent on load {{ yellow when > 10  absent for 5m is red }}
           alert held on load {{ red when > 10  clear when free == 0  absent holds }} metric free: number {{ labels host }}
           test "silence" {{ {given} }}
           test "cleared" {{
             given load{{host = "a"}} is 20 for 5m, then missing given free{{host = "a"}} is 1 for 10m, then 0
             expect by 15m held is cleared
           }}"#
    );
    let stdlib = Stdlib::built_in();
    let checked = generation::check(&load_text("test.nvp", &text, &stdlib), &stdlib);
    let policy = Arc::new(checked.policy.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics)));
    let runner = Runner::new(&policy, TestOptions::default());
    let last = |place: usize| {
        let outcome = runner.run(&policy.tests[place], None).unwrap();
        assert!(outcome.passed(), "{:#?}", outcome.failures);
        outcome.decisions.last().map(|decision| (decision.why.clause, decision.saying())).unwrap()
    };
    assert_eq!(last(0), (Clause::Absent, "data are missing".to_owned()));
    assert_eq!(last(1), (Clause::Clear, "`red` cleared at missing".to_owned()));
}

#[test]
fn the_past_comes_back_through_its_lane() {
    holds(r#"given load{host = "a"} is 4 for 20m, then 7 expect within 20m..20m grown{host = "a"} is red"#);
    holds(
        r#"given load{host = "a"} is 4 for 20m, then 7 for 20m expect by 31m grown{host = "a"} is cleared"#,
    );
}

#[test]
fn a_window_that_is_not_full_is_unknown() {
    let given = r#"given requests{service = "shop", instance = "a"} is 100/s"#;
    fails(&format!(r#"{given} expect at 3m busy{{service = "shop"}} is red"#), "it is false");
    holds(&format!(r#"{given} expect at 5m busy{{service = "shop"}} is red"#));
}

#[test]
fn only_allows_the_way_to_a_state_and_nothing_else() {
    let given = r#"given load{host = "a"} is 25 given load{host = "b"} is 11 for 10m"#;
    fails(
        &format!(r#"{given} expect only loaded{{host = "a"}} is red"#),
        "`loaded{host=\"b\"}` became yellow",
    );
    fails(
        &format!(r#"{given} expect only loaded{{host = "a"}} is yellow, loaded{{host = "b"}} is yellow"#),
        "`loaded{host=\"a\"}` became red",
    );
    holds(&format!(r#"{given} expect only loaded is red, grown is red"#));
    holds(&format!(
        r#"{given} expect only loaded{{host = "a"}} is red, loaded{{host = "b"}} >= yellow, grown is red"#
    ));
}

#[test]
fn an_input_that_ends_before_the_expectation_fails() {
    let given = r#"given load{host = "a"} is 25 for 5m"#;
    fails(
        &format!(r#"{given} expect at 6m loaded is red"#),
        "the input of `load{host=\"a\"}` ends before that, at 5m",
    );
    holds(&format!(r#"{given} expect at 5m loaded is red"#));
}

#[test]
fn a_failure_says_when_it_was_nearest() {
    let stdlib = Stdlib::built_in();
    let text = format!(
        r#"{HEAD} test "t" {{
             given load{{host = "a"}} is 5 for 3m, then 9 for 2m, then 2
             expect by 10m loaded{{host = "a"}} is yellow
           }}"#
    );
    let checked = generation::check(&load_text("test.nvp", &text, &stdlib), &stdlib);
    let policy = Arc::new(checked.policy.unwrap());
    let outcome = run_test(&policy, &policy.tests[0], TestOptions::default()).unwrap();
    let failure = &outcome.failures[0];
    assert_eq!(failure.decided.as_ref().unwrap().at_ms, 600_000);
    let closest = failure.closest.as_ref().unwrap();
    assert_eq!(closest.at_ms, 180_000);
    assert_eq!(closest.rows[0].value.as_ref().unwrap().shown(), "9 boxes");
}

#[test]
fn a_test_that_would_take_for_ever_is_refused() {
    fails(
        r#"given load{host = "a"} is 1 expect at 5000w loaded is red"#,
        "the test has 50400000 ticks, and at most 6000000 are run",
    );
}

#[test]
fn a_test_that_expects_nothing_fails() {
    fails(r#"given load{host = "a"} is 1"#, "the test has no `expect`");
}

#[test]
fn what_is_said_to_have_come_closest_came_closer_than_the_tick_that_decided() {
    let closest = |values: &str| {
        let stdlib = Stdlib::built_in();
        let test = format!(
            "test \"t\" {{ given load{{host = \"a\"}} is {values}  expect by 5m loaded{{host = \"a\"}} is yellow }}"
        );
        let set = load_text("test.nvp", &format!("{HEAD}{test}"), &stdlib);
        let policy = Arc::new(generation::check(&set, &stdlib).policy.unwrap());
        let outcome = run_test(&policy, &policy.tests[0], TestOptions::default()).unwrap();
        outcome.failures[0].closest.as_ref().map(|moment| moment.at_ms)
    };
    assert_eq!(closest("2 for 3m, then 8 for 10m"), None, "the last tick was as close as any");
    assert_eq!(closest("8 for 2m, then 2 for 10m"), Some(0));
}
