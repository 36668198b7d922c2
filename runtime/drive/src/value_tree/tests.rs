use super::*;

fn number(text: &str, number: f64, shown: &str) -> ValueTree {
    ValueTree { text: text.into(), value: Value::Number { number, shown: shown.into() }, parts: Vec::new() }
}

fn condition(text: &str, is: Option<bool>, parts: Vec<ValueTree>) -> ValueTree {
    ValueTree { text: text.into(), value: Value::Condition(is), parts }
}

fn example() -> ValueTree {
    let slow = condition(
        "p95 > 500ms",
        Some(true),
        vec![number("p95", 0.62, "620 ms"), number("500ms", 0.5, "500 ms")],
    );
    let missing = ValueTree { text: "queue".into(), value: Value::Missing, parts: Vec::new() };
    let full = condition("queue > 100", None, vec![missing, number("100", 100.0, "100")]);
    condition("p95 > 500ms or queue > 100", Some(true), vec![slow, full])
}

#[test]
fn parts_are_indented_and_literals_left_out() {
    let lines: Vec<_> = example()
        .lines()
        .into_iter()
        .map(|line| format!("{}{}: {}", line.branch, line.text, line.value.shown()))
        .collect();
    assert_eq!(
        lines,
        [
            "p95 > 500ms or queue > 100: true",
            "├─ p95 > 500ms: true",
            "│  └─ p95: 620 ms",
            "└─ queue > 100: unknown",
            "   └─ queue: missing",
        ]
    );
}

#[test]
fn json_keeps_raw_numbers_and_says_null_of_what_is_not_known() {
    let text = serde_json::to_string(&example()).unwrap();
    assert_eq!(
        text,
        r#"{"text":"p95 > 500ms or queue > 100","is":true,"parts":[{"text":"p95 > 500ms","is":true,"parts":[{"text":"p95","value":0.62,"shown":"620 ms"},{"text":"500ms","value":0.5,"shown":"500 ms"}]},{"text":"queue > 100","is":null,"parts":[{"text":"queue","value":null},{"text":"100","value":100.0,"shown":"100"}]}]}"#
    );
}

#[test]
fn json_writes_infinity_as_text_and_nan_as_null() {
    let shown = |number| serde_json::to_string(&JsonNumber(number)).unwrap();
    assert_eq!(shown(f64::INFINITY), "\"Infinity\"");
    assert_eq!(shown(f64::NEG_INFINITY), "\"-Infinity\"");
    assert_eq!(shown(f64::NAN), "null");
    assert_eq!(shown(0.1), "0.1");
}

#[test]
fn long_chains_are_one_level_and_nothing_is_explained_twice() {
    let usual = ValueTree {
        text: "usual".into(),
        value: Value::Missing,
        parts: vec![ValueTree { text: "p50(cpu over 15m)".into(), value: Value::Missing, parts: Vec::new() }],
    };
    let above = |text: &str| condition(text, None, vec![number("cpu", 0.8, "80 %"), usual.clone()]);
    let both = condition(
        "cpu > usual and cpu > 2 * usual",
        None,
        vec![above("cpu > usual"), above("cpu > 2 * usual")],
    );
    let all = condition(
        "cpu > usual and cpu > 2 * usual and (cpu > 4 * usual or cpu > 5 * usual and true)",
        None,
        vec![both, above("cpu > 4 * usual or cpu > 5 * usual and true")],
    );
    let lines: Vec<_> = all.lines().into_iter().map(|line| format!("{}{}", line.branch, line.text)).collect();
    assert_eq!(
        lines,
        [
            "all of these",
            "├─ cpu > usual",
            "│  ├─ cpu",
            "│  └─ usual",
            "│     └─ p50(cpu over 15m)",
            "├─ cpu > 2 * usual",
            "│  ├─ cpu",
            "│  └─ usual",
            "└─ cpu > 4 * usual or cpu > 5 * usual and true",
            "   ├─ cpu",
            "   └─ usual",
        ]
    );
}
