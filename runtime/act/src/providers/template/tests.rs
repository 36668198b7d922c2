//! Places are filled, braces are written twice, and what cannot be inserted is said.

use nvp_respond::value::Value;
use serde_json::json;

use super::{Inserts, Template};
use crate::providers::Arguments;
use crate::providers::secrets::Fetched;

fn filled(text: &str) -> Result<(String, serde_json::Value), String> {
    let arguments = Arguments::from(vec![
        ("db".to_owned(), Value::Text("a/b {x}".to_owned())),
        ("to".to_owned(), Value::Number(30.0)),
        ("ttl".to_owned(), Value::Number(1.5)),
        ("on".to_owned(), Value::Condition(Some(true))),
        ("gone".to_owned(), Value::MISSING),
        ("many".to_owned(), Value::List(vec![Value::Text("a".to_owned()), Value::Number(-0.5)])),
    ]);
    let config = Fetched::from([("token".to_owned(), "t0k".to_owned().into())]);
    let inserts = Inserts { arguments: &arguments, config: &config, intent: None };
    let template = Template::parse(text)?;
    Ok((template.text(inserts)?, template.json(inserts)?))
}

#[test]
fn places_are_filled_once() {
    assert_eq!(filled("x {db}{to}").unwrap().0, "x a/b {x}30");
    assert_eq!(filled("{{{to}}} {config.token}").unwrap().0, "{30} t0k");
    assert_eq!(filled("{ttl in ms}").unwrap(), ("1500".to_owned(), json!(1500)));
    assert_eq!(filled("{ttl in m}").unwrap().1, json!(0.025));
    assert_eq!(filled("{on}").unwrap(), ("true".to_owned(), json!(true)));
    assert_eq!(filled(" {to}").unwrap().1, json!(" 30"));
}

#[test]
fn what_cannot_be_inserted_is_said() {
    for (text, why) in [
        ("{gone}", "the argument `gone` is missing"),
        ("{many}", "the argument `many` is a list"),
        ("{what}", "the argument `what` is not given"),
        ("{db in ms}", "the argument `db` is a text, not a number"),
        ("{config.none}", "`config.none` is not set"),
        ("{intent.key}", "a read carries no intent"),
        ("{to", "a `{` is not closed: write `{{` for a brace"),
        ("to}", "a `}` closes nothing: write `}}` for a brace"),
        ("{to in parsecs}", "`parsecs` is no unit here: write one of `ns us ms s m h d w %`"),
        ("{to as ms}", "`{to as ms}` is no place: write `{name}` or `{name in ms}`"),
    ] {
        assert_eq!(filled(text).unwrap_err(), why, "{text}");
    }
    assert!(filled("{}").unwrap_err().contains("is no place"));
    assert!(filled("{env.HOME}").unwrap_err().contains("is no place"));
}
