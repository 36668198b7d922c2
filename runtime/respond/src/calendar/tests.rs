use jiff::{Span, Timestamp};
use nvp_plan::response::calendar::Weekly;
use proptest::prelude::*;

use super::*;

const EVERY_DAY: u8 = 0b111_1111;
/// Zones that between them skip and double half hours, hours and a day, at midnight and elsewhere, or nothing at all.
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

fn calendar(zone: &str, weekly: &[(u8, u16, u16)]) -> Calendar {
    let weekly =
        weekly.iter().map(|(days, from, to)| Weekly { days: *days, hours: Hours { from: *from, to: *to } });
    Calendar {
        name: "office_hours".to_owned(),
        zone: zone.to_owned(),
        weekly: weekly.collect(),
        except: Vec::new(),
        also: Vec::new(),
    }
}

/// All changes from one instant to another, and whether it is open first.
fn changes(calendar: &Calendar, from: &str, to: &str) -> Vec<String> {
    let mut now_ms = at(from);
    let mut found = vec![if is_open(calendar, now_ms) { "open".to_owned() } else { "closed".to_owned() }];
    while let Some(next_ms) = next_change_ms(calendar, now_ms).filter(|next_ms| *next_ms < at(to)) {
        found.push(Timestamp::from_millisecond(next_ms).unwrap().to_string());
        now_ms = next_ms;
    }
    found
}

#[test]
fn office_hours_open_and_close_by_local_clocks() {
    let office = calendar("Europe/Paris", &[(0b001_1111, 540, 720), (0b001_1111, 840, 1080)]);
    // Friday, then Monday after the clocks have moved on.
    assert_eq!(
        changes(&office, "2026-03-27T09:00:00Z", "2026-03-30T12:30:00Z"),
        [
            "open",
            "2026-03-27T11:00:00Z",
            "2026-03-27T13:00:00Z",
            "2026-03-27T17:00:00Z",
            "2026-03-30T07:00:00Z",
            "2026-03-30T10:00:00Z",
            "2026-03-30T12:00:00Z"
        ]
    );
}

#[test]
fn exceptions_take_away_what_begins_on_them_and_also_gives_it_back() {
    let mut nights = calendar("Europe/Paris", &[(EVERY_DAY, 1320, 1560)]);
    nights.except.push(Date { year: 2026, month: 12, day: 25 });
    assert_eq!(
        changes(&nights, "2026-12-24T12:00:00Z", "2026-12-27T12:00:00Z"),
        [
            "closed",
            "2026-12-24T21:00:00Z",
            "2026-12-25T01:00:00Z",
            "2026-12-26T21:00:00Z",
            "2026-12-27T01:00:00Z"
        ]
    );
    nights.also.push((Date { year: 2026, month: 12, day: 25 }, Hours { from: 540, to: 720 }));
    assert!(is_open(&nights, at("2026-12-25T08:00:00Z")));
    assert!(!is_open(&nights, at("2026-12-25T11:00:00Z")));
}

#[test]
fn the_hour_that_is_skipped_is_not_open_and_the_doubled_one_is_open_twice() {
    let hour = calendar("Europe/Paris", &[(EVERY_DAY, 120, 180)]);
    assert_eq!(
        changes(&hour, "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z"),
        ["closed", "2026-03-30T00:00:00Z", "2026-03-30T01:00:00Z"]
    );
    assert_eq!(
        changes(&hour, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"),
        ["closed", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z"]
    );
    let from_within = calendar("Europe/Paris", &[(EVERY_DAY, 150, 240)]);
    assert_eq!(
        changes(&from_within, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"),
        ["closed", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"]
    );
    let to_within = calendar("Europe/Paris", &[(EVERY_DAY, 60, 150)]);
    assert_eq!(
        changes(&to_within, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"),
        ["closed", "2026-10-24T23:00:00Z", "2026-10-25T01:30:00Z"]
    );
}

#[test]
fn whole_days_are_open_without_a_hole_whatever_the_clocks_do() {
    for zone in ZONES {
        let always = calendar(zone, &[(EVERY_DAY, 0, 1440)]);
        for start in ["2011-12-20T00:00:00Z", "2018-10-25T00:00:00Z", "2026-03-20T00:00:00Z"] {
            assert_eq!(next_change_ms(&always, at(start)), None, "{zone}");
            assert!((0..400).all(|step| is_open(&always, at(start) + step * 3_600_000)), "{zone}");
        }
    }
}

#[test]
fn what_is_over_never_changes_again() {
    let mut once = calendar("Europe/Paris", &[]);
    assert_eq!(next_change_ms(&once, at("2026-01-01T00:00:00Z")), None);
    once.also.push((Date { year: 2027, month: 6, day: 1 }, Hours { from: 0, to: 60 }));
    assert_eq!(next_change_ms(&once, at("2026-01-01T00:00:00Z")), Some(at("2027-05-31T22:00:00Z")));
    assert_eq!(next_change_ms(&once, at("2027-05-31T22:00:00Z")), Some(at("2027-05-31T23:00:00Z")));
    assert_eq!(next_change_ms(&once, at("2027-05-31T23:00:00Z")), None);
    let mut almost_always = calendar("Europe/Paris", &[(EVERY_DAY, 0, 1440)]);
    almost_always.except.push(Date { year: 2028, month: 1, day: 1 });
    assert_eq!(next_change_ms(&almost_always, at("2026-01-01T00:00:00Z")), Some(at("2027-12-31T23:00:00Z")));
}

#[test]
fn a_zone_that_does_not_exist_is_never_open() {
    let nowhere = calendar("Europe/Lyon", &[(EVERY_DAY, 0, 1440)]);
    assert!(!is_open(&nowhere, 0));
    assert_eq!(next_change_ms(&nowhere, 0), None);
}

/// What clocks in the zone show at an instant, in minutes after midnight of a date.
fn shown_minutes(zone: &TimeZone, at_ms: i64) -> i64 {
    let local = zone.to_datetime(Timestamp::from_millisecond(at_ms).unwrap());
    i64::from(local.hour()) * 60 + i64::from(local.minute())
}

#[test]
fn around_every_change_of_the_clocks_it_is_open_when_the_clocks_say_so() {
    // Hours that begin and end away from what is skipped or doubled are open exactly while the clocks show them.
    for name in ZONES {
        let zone = local::zone(name).unwrap();
        let open = calendar(name, &[(EVERY_DAY, 270, 1350)]);
        let first = at("2005-01-01T00:00:00Z");
        let last = at("2030-01-01T00:00:00Z");
        let start = Timestamp::from_millisecond(first).unwrap();
        let transitions: Vec<_> = zone
            .following(start)
            .map(|transition| transition.timestamp().as_millisecond())
            .take_while(|at_ms| *at_ms < last)
            .collect();
        for jump_ms in transitions.into_iter().chain([first]) {
            for quarter in -200..200 {
                let at_ms = jump_ms + quarter * 900_000;
                let shown = shown_minutes(&zone, at_ms);
                let is_said = (270..1350).contains(&shown);
                assert_eq!(
                    is_open(&open, at_ms),
                    is_said,
                    "{name} {}",
                    Timestamp::from_millisecond(at_ms).unwrap()
                );
            }
        }
    }
}

fn any_calendar() -> impl Strategy<Value = Calendar> {
    let weekly = proptest::collection::vec((0..=EVERY_DAY, 0..1440_u16, 1..1440_u16), 0..4);
    let special = proptest::collection::vec((0..20_i64, 0..1440_u16, 1..1440_u16), 0..3);
    (0..ZONES.len(), weekly, special.clone(), special).prop_map(|(zone, weekly, except, also)| {
        let weekly: Vec<_> =
            weekly.into_iter().map(|(days, from, lasts)| (days, from, from + lasts)).collect();
        let mut made = calendar(ZONES[zone], &weekly);
        made.except = except.into_iter().map(|(days, ..)| date_near(days)).collect();
        let hours = |(days, from, lasts)| (date_near(days), Hours { from, to: from + lasts });
        made.also = also.into_iter().map(hours).collect();
        made
    })
}

/// A date around the changes of many zones' clocks, and around the day that Apia left out.
fn date_near(days: i64) -> Date {
    let day = jiff::civil::date(2011, 12, 20).checked_add(Span::new().days(days)).unwrap();
    Date { year: day.year(), month: day.month(), day: day.day() }
}

proptest! {
    #[test]
    fn between_two_changes_nothing_changes(calendar in any_calendar(), start in 0..(40 * 1440_i64)) {
        let start_ms = at("2011-12-10T00:00:00Z") + start * 60_000;
        let is = is_open(&calendar, start_ms);
        let end_ms = start_ms + 3 * 86_400_000;
        let next_ms = next_change_ms(&calendar, start_ms);
        for at_ms in (start_ms..next_ms.unwrap_or(end_ms).min(end_ms)).step_by(600_000) {
            prop_assert_eq!(is_open(&calendar, at_ms), is);
        }
        if let Some(next_ms) = next_ms {
            prop_assert!(next_ms > start_ms);
            prop_assert_eq!(is_open(&calendar, next_ms - 1), is);
            prop_assert_eq!(is_open(&calendar, next_ms), !is);
        }
    }
}
