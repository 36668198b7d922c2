//! Hostile and huge inputs: an answer with its place, bounded work, no panic.

use crate::harness::{Outcome, check_texts};

fn outcome(text: &str) -> Outcome {
    check_texts(&[(String::new(), text.to_owned())])
}

fn codes(outcome: &Outcome) -> Vec<&'static str> {
    let mut codes: Vec<_> =
        outcome.syntax.iter().chain(&outcome.checked.diagnostics).map(|found| found.code.0).collect();
    codes.dedup();
    codes
}

/// As deep as the parser lets an expression be, on a test thread's small stack.
#[test]
fn the_deepest_expression_that_parses_is_checked() {
    let chain = vec!["cpu"; 250].join(" + ");
    let brackets = format!("{}cpu{}", "(1 + ".repeat(60), ")".repeat(60));
    let negations = format!("{}cpu > 1", "not ".repeat(100));
    let calls = format!("{}cpu{}", "abs(1 + ".repeat(60), ")".repeat(60));
    let choices = format!("{}cpu", "if cpu > 1 then 2 else ".repeat(60));
    for text in [chain, brackets, negations, calls, choices] {
        let outcome = outcome(&format!("metric cpu: number {{ labels host }}\nderive x = {text}"));
        assert_eq!(codes(&outcome), Vec::<&str>::new(), "{}", outcome.report());
    }
}

#[test]
fn functions_inlined_in_one_another_stop_at_a_size() {
    let mut text = "metric cpu: number { labels host }\nfn f0(x: number) = x + x\n".to_owned();
    for at in 1..64 {
        text.push_str(&format!("fn f{at}(x: number) = f{}(f{}(x))\n", at - 1, at - 1));
    }
    text.push_str("derive huge = f63(cpu)\n");
    assert_eq!(codes(&outcome(&text)), vec!["E0218"]);
}

#[test]
fn a_long_chain_of_functions_stops_at_a_depth() {
    let mut text = "metric cpu: number { labels host }\nfn f0(x: number) = x + 1\n".to_owned();
    for at in 1..2_000 {
        text.push_str(&format!("fn f{at}(x: number) = f{}(x) + 1\n", at - 1));
    }
    text.push_str("derive deep = f1999(cpu)\n");
    assert!(codes(&outcome(&text)).contains(&"E0218"));
}

#[test]
fn long_chains_of_derives_consts_and_alerts_need_no_stack() {
    let mut text =
        "use std.severities\nmetric cpu: number { labels host }\nconst c0 = 1\nderive d0 = cpu + c1999\n"
            .to_owned();
    text.push_str("alert a0 on cpu { red when > 1 absent holds }\n");
    for at in 1..2_000 {
        let before = at - 1;
        text.push_str(&format!("const c{at} = c{before} + 1\nderive d{at} = d{before} + 1\n"));
        text.push_str(&format!("alert a{at} {{ red when a{before} is red and d{at} > 3 absent holds }}\n"));
    }
    let outcome = outcome(&text);
    assert_eq!(codes(&outcome), Vec::<&str>::new());
    let policy = outcome.checked.policy.expect("a policy");
    assert_eq!((policy.derives.len(), policy.alerts.len()), (2_000, 2_000));
    assert_eq!(policy.derives.last().map(|derive| derive.name.as_str()), Some("d1999"));
}

#[test]
fn a_circle_of_thousands_is_one_error_of_a_readable_length() {
    let mut text = String::new();
    for at in 0..2_000 {
        text.push_str(&format!("derive d{at} = d{} + 1\n", (at + 1) % 2_000));
    }
    let outcome = outcome(&text);
    assert_eq!(codes(&outcome), vec!["E0203"]);
    assert!(outcome.report().len() < 4_000);
}

#[test]
fn thousands_of_unknown_names_cost_no_more_than_they_must() {
    let mut text = "metric cpu_of_the_host: number { labels host }\n".to_owned();
    for at in 0..2_000 {
        text.push_str(&format!("derive derive_number_{at} = cpu_of_the_hots_{at} + 1\n"));
    }
    let outcome = outcome(&text);
    assert_eq!(codes(&outcome), vec!["E0200"]);
    assert_eq!(outcome.checked.diagnostics.len(), 2_000);
}
