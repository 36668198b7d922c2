use super::*;
use crate::value_tree::Value;

fn decision() -> Decision {
    let part = ValueTree {
        text: "p95".into(),
        value: Value::Number { number: 0.62, shown: "620 ms".into() },
        parts: Vec::new(),
    };
    Decision {
        at_ms: 1_661_140_980_000,
        name: "gateway_slow".into(),
        labels: [("region".to_owned(), "eu \"1\"".to_owned())].into(),
        from: State::Pending,
        to: State::Level("red".into()),
        why: Why {
            clause: Clause::When,
            flapping: false,
            level: Some("red".into()),
            severity: Some("critical".into()),
            value: Some(0.62),
            shown: Some("620 ms".into()),
            says: Some("p95 is 620 ms".into()),
            runbook: None,
            service: None,
            tree: Some(ValueTree {
                text: "p95 > 500ms".into(),
                value: Value::Condition(Some(true)),
                parts: vec![part],
            }),
        },
    }
}

#[test]
fn the_log_line_has_its_keys_in_the_order_promised() {
    assert_eq!(
        decision().json(),
        r#"{"at":1661140980000,"decision":"alert","name":"gateway_slow","labels":{"region":"eu \"1\""},"from":"pending","to":"red","why":{"clause":"when","value":0.62,"level":"red","severity":"critical","shown":"620 ms","says":"p95 is 620 ms","tree":{"text":"p95 > 500ms","is":true,"parts":[{"text":"p95","value":0.62,"shown":"620 ms"}]}}}"#
    );
}

#[test]
fn a_missing_value_is_null_and_a_held_row_says_so() {
    let mut decision = decision();
    decision.why.value = Some(f64::NAN);
    decision.why.flapping = true;
    let json: serde_json::Value = serde_json::from_str(&decision.json()).unwrap();
    assert!(json["why"]["value"].is_null() && json["why"].as_object().unwrap().contains_key("value"));
    assert_eq!(json["why"]["flapping"], true);
}

#[test]
fn people_read_one_line() {
    assert_eq!(
        decision().to_string(),
        r#"2022-08-22T04:03:00Z  pending → red  gateway_slow{region="eu \"1\""}  p95 is 620 ms"#
    );
}
