use jiff::civil::date as day;

use super::*;

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

#[test]
fn a_time_that_is_skipped_is_when_the_clocks_have_moved_on() {
    let paris = zone("Europe/Paris").unwrap();
    let night = day(2026, 3, 29);
    for minutes in [120, 121, 150, 179, 180] {
        assert_eq!(
            instant(&paris, night, minutes, Doubled::First),
            Some(at("2026-03-29T01:00:00Z")),
            "{minutes}"
        );
    }
    assert_eq!(instant(&paris, night, 119, Doubled::First), Some(at("2026-03-29T00:59:00Z")));
}

#[test]
fn a_time_that_comes_twice_is_the_first_or_the_second() {
    let paris = zone("Europe/Paris").unwrap();
    let night = day(2026, 10, 25);
    assert_eq!(instant(&paris, night, 150, Doubled::First), Some(at("2026-10-25T00:30:00Z")));
    assert_eq!(instant(&paris, night, 150, Doubled::Second), Some(at("2026-10-25T01:30:00Z")));
}

#[test]
fn a_day_that_is_skipped_is_when_the_next_begins() {
    let apia = zone("Pacific/Apia").unwrap();
    let jump = at("2011-12-30T10:00:00Z");
    for minutes in [0, 540, 1439, 1440] {
        assert_eq!(instant(&apia, day(2011, 12, 30), minutes, Doubled::First), Some(jump), "{minutes}");
    }
    assert_eq!(date(&apia, jump - 1), Some(day(2011, 12, 29)));
    assert_eq!(date(&apia, jump), Some(day(2011, 12, 31)));
}

#[test]
fn half_an_hour_is_skipped_on_lord_howe() {
    let island = zone("Australia/Lord_Howe").unwrap();
    let night = day(2026, 10, 4);
    let jump = instant(&island, night, 120, Doubled::First);
    assert_eq!(instant(&island, night, 129, Doubled::First), jump);
    assert_eq!(instant(&island, night, 150, Doubled::First), jump);
    assert_eq!(instant(&island, night, 151, Doubled::First), jump.map(|at| at + 60_000));
}

#[test]
fn a_zone_that_does_not_exist_is_none() {
    assert!(zone("Europe/Lyon").is_none());
}
