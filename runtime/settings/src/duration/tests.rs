use std::time::Duration;

use super::parse_duration;

#[test]
fn durations_are_read_as_people_write_them() {
    for (text, seconds) in [("5s", 5.0), ("1500ms", 1.5), ("1m30s", 90.0), ("1h 30m", 5_400.0), ("0s", 0.0)] {
        assert_eq!(parse_duration(text), Ok(Duration::from_secs_f64(seconds)), "{text}");
    }
}

#[test]
fn what_is_none_is_told_with_an_example() {
    for (text, wanted) in [
        ("5", "`5` has no unit: write `\"5s\"` for seconds"),
        ("2.5", "`2.5` has no unit: write `\"2.5s\"` for seconds"),
        ("soon", "`soon` is no duration: write one such as `\"5s\"` or `\"1m30s\"`"),
        ("", "`` is no duration: write one such as `\"5s\"` or `\"1m30s\"`"),
        ("-3s", "`-3s` is below zero"),
    ] {
        assert_eq!(parse_duration(text), Err(wanted.to_owned()));
    }
    let long = parse_duration(&"x".repeat(10_000)).unwrap_err();
    assert!(long.starts_with("this is no duration"), "{long}");
}
