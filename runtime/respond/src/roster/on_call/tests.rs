use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::roster::Override;

const ZONES: [&str; 6] = [
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "America/Sao_Paulo",
    "Pacific/Apia",
];

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn rotation(zone: &str, members: &[&str], days: u16, at_minutes: u16) -> Rotation {
    Rotation {
        name: "primary".to_owned(),
        members: members.iter().map(|name| (*name).to_owned()).collect(),
        zone: zone.to_owned(),
        first: (2026, 3, 23),
        at_minutes,
        days,
        overrides: Vec::new(),
    }
}

#[test]
fn turns_change_at_local_time_also_when_the_clocks_have_moved() {
    let weekly = rotation("Europe/Paris", &["anna", "boris"], 7, 9 * 60);
    assert_eq!(weekly.on_call(at("2026-03-23T07:59:59Z")), None, "before the first hand-over");
    assert_eq!(weekly.on_call(at("2026-03-23T08:00:00Z")), Some("anna"));
    assert_eq!(weekly.on_call(at("2026-03-30T06:59:59Z")), Some("anna"));
    assert_eq!(weekly.on_call(at("2026-03-30T07:00:00Z")), Some("boris"));
    assert_eq!(weekly.on_call(at("2026-04-06T07:00:00Z")), Some("anna"));
}

#[test]
fn a_hand_over_that_is_skipped_is_when_the_clocks_have_moved_and_a_doubled_one_is_the_first() {
    let daily = rotation("Europe/Paris", &["anna", "boris"], 1, 150);
    let spring = at("2026-03-29T01:00:00Z");
    assert_ne!(daily.on_call(spring - 1), daily.on_call(spring));
    let autumn = at("2026-10-25T00:30:00Z");
    assert_ne!(daily.on_call(autumn - 1), daily.on_call(autumn));
    assert_eq!(daily.on_call(autumn), daily.on_call(autumn + 3_600_000), "not a second time");
}

#[test]
fn the_override_that_began_later_holds() {
    let mut weekly = rotation("Europe/Paris", &["anna", "boris"], 7, 0);
    let from = at("2026-03-24T00:00:00Z");
    let instead = |from_ms, to_ms, person: &str| Override { from_ms, to_ms, person: person.to_owned() };
    weekly.overrides = vec![
        instead(from + 100, from + 200, "dora"),
        instead(from, from + 1_000, "carl"),
        instead(from + 100, from + 150, "ella"),
    ];
    let holders = [0, 99, 100, 149, 150, 200, 999, 1_000].map(|after| weekly.on_call(from + after).unwrap());
    assert_eq!(holders, ["carl", "carl", "ella", "ella", "dora", "carl", "carl", "anna"]);
}

#[test]
fn an_override_holds_even_where_nobody_has_a_turn() {
    let mut empty = rotation("Europe/Lyon", &[], 7, 0);
    assert_eq!(empty.on_call(0), None);
    empty.overrides.push(Override { from_ms: 0, to_ms: 10, person: "anna".to_owned() });
    assert_eq!(empty.on_call(0), Some("anna"));
}

#[test]
fn a_team_is_whose_turn_it_is_and_who_always_is() {
    let team = TeamRoster {
        members: vec!["chief".to_owned(), "anna".to_owned()],
        rotations: vec![
            rotation("Europe/Paris", &["anna", "boris"], 7, 0),
            rotation("Europe/Paris", &["boris", "anna"], 7, 0),
        ],
        shared: std::collections::BTreeSet::new(),
    };
    assert_eq!(team.on_call(at("2026-03-24T00:00:00Z")), ["anna", "boris", "chief"]);
    assert_eq!(team.on_call(at("2026-01-01T00:00:00Z")), ["chief", "anna"]);
}

fn any_rotation() -> impl Strategy<Value = Rotation> {
    (0..ZONES.len(), 1..5_usize, 1..9_u16, 0..1440_u16, 2011..2027_i16, 1..13_i8, 1..29_i8).prop_map(
        |(zone, members, days, at_minutes, year, month, day)| {
            let names = ["anna", "boris", "carl", "dora"];
            let mut made = rotation(ZONES[zone], &names[..members], days, at_minutes);
            made.first = (year, month, day);
            made
        },
    )
}

proptest! {
    #[test]
    fn at_every_instant_exactly_one_has_the_turn_and_turns_last_whole_local_days(
        rotation in any_rotation(), after_days in 0..1_500_i64,
    ) {
        let zone = local::zone(&rotation.zone).unwrap();
        let first = Date::new(rotation.first.0, rotation.first.1, rotation.first.2).unwrap();
        let begin_ms = local::instant(&zone, first, rotation.at_minutes, Doubled::First).unwrap();
        prop_assert_eq!(rotation.on_call(begin_ms - 1), None);
        let start_ms = begin_ms + after_days * 86_400_000;
        let mut last = rotation.turn_number(start_ms).unwrap();
        for step in 0..(10 * 96_i64) {
            let at_ms = start_ms + step * 900_000;
            prop_assert!(rotation.on_call(at_ms).is_some());
            let number = rotation.turn_number(at_ms).unwrap();
            // Apia left out a day: a turn of one day that was to be on it has no time at all.
            prop_assert!(number == last || number == last + 1 || rotation.zone == "Pacific/Apia");
            let begun_ms = rotation.begins_ms(&zone, first, number).unwrap();
            let ends_ms = rotation.begins_ms(&zone, first, number + 1).unwrap();
            prop_assert!(begun_ms <= at_ms && at_ms < ends_ms);
            last = number;
        }
        let date = |number: i64| local::plus_days(first, number * i64::from(rotation.days)).unwrap();
        prop_assert_eq!(local::days_between(date(last), date(last + 1)), i64::from(rotation.days));
    }

    #[test]
    fn hand_overs_are_on_the_dates_and_at_the_local_time_said(rotation in any_rotation(), number in 0..800_i64) {
        let zone = local::zone(&rotation.zone).unwrap();
        let first = Date::new(rotation.first.0, rotation.first.1, rotation.first.2).unwrap();
        let begins_ms = rotation.begins_ms(&zone, first, number).unwrap();
        let local_time = zone.to_datetime(Timestamp::from_millisecond(begins_ms).unwrap());
        let shown = u16::try_from(i32::from(local_time.hour()) * 60 + i32::from(local_time.minute())).unwrap();
        let date = local::plus_days(first, number * i64::from(rotation.days)).unwrap();
        let is_as_said = local_time.date() == date && shown == rotation.at_minutes;
        // Otherwise the clocks skipped it, and it is the instant at which they moved.
        let before = zone.to_datetime(Timestamp::from_millisecond(begins_ms - 1).unwrap());
        let is_skipped = before.duration_until(local_time).as_millis() > 1;
        prop_assert!(is_as_said || is_skipped, "{local_time} for {} on {date}", rotation.at_minutes);
    }
}
