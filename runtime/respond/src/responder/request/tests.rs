use super::*;

fn parameter(takes: ValueType, is_whole: bool) -> Parameter {
    Parameter { name: "to".to_owned(), takes, is_whole }
}

fn of(unit: Unit, text: &str) -> Result<f64, String> {
    read(&parameter(ValueType::Number(unit), false), text).map(|value| value.number())
}

#[test]
fn numbers_are_read_with_the_units_that_they_have() {
    assert_eq!(of(Unit::Ratio, "70%"), Ok(70.0 / 100.0));
    assert_eq!(of(Unit::Ratio, "0.7"), Ok(0.7));
    assert_eq!(of(Unit::Time, "250ms"), Ok(0.25));
    assert_eq!(of(Unit::Time, "5m"), Ok(300.0));
    assert_eq!(of(Unit::Time, "1.5h"), Ok(5_400.0));
    assert_eq!(of(Unit::Time, "90"), Ok(90.0));
    assert_eq!(of(Unit::Number, "-3"), Ok(-3.0));
    assert_eq!(of(Unit::Number, "5m"), Err("`to` is a number, and not `5m`".to_owned()));
    assert_eq!(of(Unit::Number, "inf"), Err("`to` is a number, and not `inf`".to_owned()));
    assert_eq!(
        of(Unit::Time, "NaN"),
        Err("`to` is a time (`90s`, `5m`, or seconds), and not `NaN`".to_owned())
    );
}

#[test]
fn what_is_no_value_of_a_parameter_is_refused() {
    let whole = parameter(ValueType::Number(Unit::Counted("replicas".to_owned())), true);
    assert_eq!(read(&whole, "3"), Ok(Value::Number(3.0)));
    assert_eq!(read(&whole, "2.5"), Err("`to` is a whole number, and not `2.5`".to_owned()));
    assert_eq!(read(&whole, "two"), Err("`to` is a number of replicas, and not `two`".to_owned()));
    let flag = parameter(ValueType::Flag, false);
    assert_eq!(read(&flag, "true"), Ok(Value::Condition(Some(true))));
    assert_eq!(read(&flag, "yes"), Err("`to` is `true` or `false`, and not `yes`".to_owned()));
    let handle = parameter(ValueType::Handle("session".to_owned()), false);
    assert_eq!(read(&handle, "1"), Err("`to` is a session, which only its provider can give".to_owned()));
}
