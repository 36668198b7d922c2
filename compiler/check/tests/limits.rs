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

#[test]
fn what_is_not_shown_is_counted_and_no_warning_hides_an_error() {
    let mut text = "metric cpu: number { labels host }\n".to_owned();
    for at in 0..10_020 {
        text.push_str(&format!("fn half_{at}(cpu: number) = cpu / 2\n"));
    }
    text.push_str("derive last = nowhere\n");
    let outcome = outcome(&text);
    let found = &outcome.checked.diagnostics;
    assert_eq!(found.len(), 10_002);
    assert!(found.iter().any(|one| one.code.0 == "E0200"), "the error is not shown");
    let last = found.last().expect("the one that counts");
    assert_eq!((last.code.0, last.title.as_str()), ("E0024", "20 more warnings are not shown"));
    let twice = "unit a\n".repeat(10_101);
    let found = self::outcome(&twice).checked.diagnostics;
    assert_eq!(found.last().map(|one| one.title.as_str()), Some("100 more errors are not shown"));
}

#[test]
fn what_is_quoted_in_a_message_is_cut() {
    let long = "x".repeat(100_000);
    for text in [
        format!("derive a = {long}"),
        format!("metric {long}: number\nmetric {long}: number"),
        format!("metric m: {long} {{ labels pod }}"),
        format!(
            "metric m: number {{ labels pod }}\nderive d = avg(m{{pod =~ \"{}\"}} overall)",
            "(".repeat(100_000)
        ),
        format!("derive d = 1{}", "0".repeat(100_000)),
    ] {
        let outcome = outcome(&text);
        let found = outcome.syntax.iter().chain(&outcome.checked.diagnostics).next().expect("a problem");
        let texts = found.notes.iter().chain(&found.help).chain([&found.title, &found.primary.text]);
        for said in texts {
            assert!(said.chars().count() < 300, "{} has a message of {} bytes", found.code.0, said.len());
        }
    }
}

/// The engine compiles patterns by the same rule (`runtime/engine/src/matcher.rs`), so what passes here runs there.
#[test]
fn a_pattern_too_large_for_the_engine_is_an_error_at_its_place() {
    let with = |pattern: &str| {
        outcome(&format!(
            "metric m: number {{ labels pod }}\nderive d = avg(m{{pod =~ \"{pattern}\"}} overall)"
        ))
    };
    for pattern in ["(a{1000}){1000}", "(((a{100}){100}){100}){100}", r"(\\w{200}-){200}"] {
        let outcome = with(pattern);
        assert_eq!(codes(&outcome), vec!["E0405"], "{pattern}");
        let found = &outcome.checked.diagnostics[0];
        assert_eq!(outcome.sources.text(found.primary.span), format!("\"{pattern}\""));
        assert!(found.primary.text.contains("1024 KiB"), "{}", found.primary.text);
    }
    // Without its anchors it can be read, with them it cannot.
    assert_eq!(codes(&with("(?x)a # b")), vec!["E0405"]);
    assert_eq!(codes(&with(r"[a-z0-9-]{1,63}(\\.[a-z0-9-]{1,63}){0,8}")), Vec::<&str>::new());
}
