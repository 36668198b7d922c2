use super::*;

#[test]
fn instants_are_read_in_every_form_people_use() {
    for (text, ms) in [
        ("2022-08-22T04:03:00Z", 1_661_140_980_000),
        ("2022-08-22T06:03:00+02:00", 1_661_140_980_000),
        ("2022-08-22T04:03:00.25Z", 1_661_140_980_250),
        ("1661140980", 1_661_140_980_000),
        ("1661140980.25", 1_661_140_980_250),
        ("1661140980250", 1_661_140_980_250),
        (" 0 ", 0),
        ("-1.5", -1_500),
    ] {
        assert_eq!(parse_instant(text), Ok(ms), "{text}");
    }
}

#[test]
fn what_is_no_instant_is_told_with_an_example() {
    for text in ["", "yesterday", "2022-08-22", "1.2.3", "12:00", "1e9"] {
        let problem = parse_instant(text).unwrap_err();
        assert!(problem.contains("2022-08-22T04:03:00Z"), "{problem}");
    }
}

#[test]
fn instants_are_shown_and_read_back() {
    assert_eq!(show_instant(1_661_140_980_000), "2022-08-22T04:03:00Z");
    assert_eq!(show_instant(1_661_140_980_250), "2022-08-22T04:03:00.25Z");
    assert_eq!(show_instant_short(1_661_140_980_250), "2022-08-22 04:03:00");
    assert_eq!(show_instant(i64::MAX), "9223372036854775807 ms");
}

#[test]
fn durations_show_their_two_largest_parts() {
    for (ms, text) in [
        (0, "0s"),
        (5, "5ms"),
        (1_500, "1s500ms"),
        (90_000, "1m30s"),
        (3_600_000, "1h"),
        (3_601_000, "1h"),
        (90_000_000, "1d1h"),
        (-90_000, "-1m30s"),
    ] {
        assert_eq!(show_duration(ms), text);
    }
}
