//! Local times of named zones as instants, by the zones' rules that are compiled in: never those of the machine.
//!
//! A local time that the clocks skip (in spring) stands for the instant at which they are moved on. One that comes twice (in autumn) is
//! the first of the two where something begins and the second where something ends, so that what was meant is inside.

use jiff::civil::{self, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};
use nvp_plan::response::calendar::Date;

/// Which of the two instants a doubled local time stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The first: of a beginning.
    First,
    /// The second: of an end.
    Second,
}

/// A zone by its IANA name, written as the database writes it.
pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    let zone = TimeZoneDatabase::bundled().get(name).ok()?;
    (zone.iana_name() == Some(name)).then_some(zone)
}

/// The names of all zones.
pub(crate) fn names() -> Vec<String> {
    TimeZoneDatabase::bundled().available().map(|name| name.as_str().to_owned()).collect()
}

/// The instant of a local time, in ms since the Unix epoch: minutes after midnight of a day, which may be more than it has.
pub(crate) fn instant_ms(zone: &TimeZone, date: Date, minutes: u16, side: Side) -> Option<i64> {
    let date = civil::Date::new(date.year, date.month, date.day).ok()?;
    let local = date.to_datetime(civil::Time::midnight()).checked_add(i64::from(minutes).minutes()).ok()?;
    instant(zone, local, side).map(Timestamp::as_millisecond)
}

fn instant(zone: &TimeZone, local: DateTime, side: Side) -> Option<Timestamp> {
    let (before, after) = match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => return offset.to_timestamp(local).ok(),
        AmbiguousOffset::Fold { before, after } => {
            let offset = if side == Side::First { before } else { after };
            return offset.to_timestamp(local).ok();
        }
        AmbiguousOffset::Gap { before, after } => (before, after),
    };
    // Read by the clocks after the change it lies before the change, which is the next one.
    let earlier = after.to_timestamp(local).ok()?;
    let change = zone.following(earlier).next().map(|change| change.timestamp());
    change.or_else(|| before.to_timestamp(local).ok())
}

#[cfg(test)]
mod tests {
    use super::{Date, Side, instant_ms, zone};

    fn ms(year: i16, month: i8, day: i8, minutes: u16, side: Side) -> i64 {
        instant_ms(&zone("Europe/Paris").unwrap(), Date { year, month, day }, minutes, side).unwrap()
    }

    fn utc(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn a_plain_local_time_is_one_instant() {
        for side in [Side::First, Side::Second] {
            assert_eq!(ms(2026, 12, 1, 22 * 60, side), utc("2026-12-01T21:00:00Z"));
            assert_eq!(ms(2026, 7, 1, 22 * 60, side), utc("2026-07-01T20:00:00Z"));
        }
    }

    #[test]
    fn minutes_past_midnight_are_of_the_next_day() {
        assert_eq!(ms(2026, 12, 31, 26 * 60, Side::First), utc("2027-01-01T01:00:00Z"));
    }

    #[test]
    fn a_skipped_local_time_is_when_the_clocks_move_on() {
        for minutes in [2 * 60, 2 * 60 + 1, 2 * 60 + 59, 3 * 60] {
            for side in [Side::First, Side::Second] {
                assert_eq!(ms(2026, 3, 29, minutes, side), utc("2026-03-29T01:00:00Z"));
            }
        }
    }

    #[test]
    fn a_doubled_local_time_begins_the_first_time_and_ends_the_second() {
        assert_eq!(ms(2026, 10, 25, 2 * 60 + 30, Side::First), utc("2026-10-25T00:30:00Z"));
        assert_eq!(ms(2026, 10, 25, 2 * 60 + 30, Side::Second), utc("2026-10-25T01:30:00Z"));
    }

    #[test]
    fn zones_are_known_by_their_exact_names() {
        assert!(zone("Europe/Paris").is_some());
        assert!(zone("America/Argentina/Buenos_Aires").is_some());
        assert!(zone("europe/paris").is_none());
        assert!(zone("Europe/Pari").is_none());
        assert!(zone("").is_none());
    }
}
