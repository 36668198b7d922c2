//! Local clocks of named zones: which date it is somewhere, and when a local time is.
//!
//! The zones are those compiled in; the system's zone, its zone files and its clock are never asked.

#[cfg(test)]
mod tests;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use jiff::{Span, Timestamp};

/// The minutes of a day by its clocks.
const DAY_MINUTES: u16 = 1440;

/// Which instant a local time means when the clocks show it twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubled {
    /// The first.
    First,
    /// The second.
    Second,
}

/// A zone by its IANA name, where there is one.
pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// The date that clocks in the zone show at an instant.
pub(crate) fn date(zone: &TimeZone, at_ms: i64) -> Option<Date> {
    Timestamp::from_millisecond(at_ms).ok().map(|at| zone.to_datetime(at).date())
}

/// So many days later, or earlier.
pub(crate) fn plus_days(date: Date, days: i64) -> Option<Date> {
    date.checked_add(Span::new().try_days(days).ok()?).ok()
}

/// The days from one date to another.
pub(crate) fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// When clocks show so many minutes after the midnight that a date begins with (1440 is the next day's): the instant at which they
/// have moved on when they skip it.
pub(crate) fn instant(zone: &TimeZone, date: Date, minutes: u16, doubled: Doubled) -> Option<i64> {
    let date = plus_days(date, i64::from(minutes / DAY_MINUTES))?;
    let minutes = minutes % DAY_MINUTES;
    let time = Time::new(i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?, 0, 0).ok()?;
    let local = date.to_datetime(time);
    let at = match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(local).ok()?,
        AmbiguousOffset::Fold { before, after } => {
            let offset = if doubled == Doubled::First { before } else { after };
            offset.to_timestamp(local).ok()?
        }
        AmbiguousOffset::Gap { before, .. } => skipped(zone, local, before)?,
    };
    Some(at.as_millisecond())
}

/// When the clocks jumped over a local time that they never show.
fn skipped(zone: &TimeZone, local: DateTime, before: Offset) -> Option<Timestamp> {
    // By the old clocks it would be then: after the jump, by less than the jump is long.
    let by_old_clocks = before.to_timestamp(local).ok()?;
    let just_after = by_old_clocks.checked_add(Span::new().try_nanoseconds(1).ok()?).ok()?;
    let jump = zone
        .preceding(just_after)
        .map(|transition| transition.timestamp())
        .find(|at| before.to_datetime(*at) <= local && zone.to_datetime(*at) > local);
    Some(jump.unwrap_or(by_old_clocks))
}
