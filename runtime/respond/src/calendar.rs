//! Whether a calendar is open, and until when.
//!
//! Hours belong to the date on which they begin: `except 2026-12-25` takes away what begins on that date, and not what began the
//! evening before. Each pair of hours is a stretch of real time between two instants, and the calendar is open in their union; so the
//! hour that is skipped in spring is not open, and the one that comes twice is open both times.

#[cfg(test)]
mod tests;

use jiff::civil::Date as Day;
use jiff::tz::TimeZone;
use nvp_plan::response::calendar::{Calendar, Date, Hours};

use crate::local::{self, Doubled};

/// Hours may begin so many days before an instant and still hold then: they last two days at most, and a zone has skipped one.
const REACH_DAYS: i64 = 3;
/// After the last exception, weeks are alike: what has not changed in so many days never does.
const WEEK_AND_SLACK_DAYS: i64 = 10;

/// Whether the calendar is open at an instant, in ms since the Unix epoch. A calendar of a zone that does not exist never is.
#[must_use]
pub fn is_open(calendar: &Calendar, at_ms: i64) -> bool {
    let Some(zone) = local::zone(&calendar.zone) else { return false };
    let Some(today) = local::date(&zone, at_ms) else { return false };
    (-REACH_DAYS..=0)
        .filter_map(|days| local::plus_days(today, days))
        .flat_map(|day| stretches(calendar, &zone, day))
        .any(|(from_ms, to_ms)| from_ms <= at_ms && at_ms < to_ms)
}

/// The first instant after this one at which the calendar opens or closes; `None` when it never does.
#[must_use]
pub fn next_change_ms(calendar: &Calendar, at_ms: i64) -> Option<i64> {
    let zone = local::zone(&calendar.zone)?;
    let today = local::date(&zone, at_ms)?;
    let special = calendar.except.iter().chain(calendar.also.iter().map(|(date, _)| date));
    let last_special = special.filter_map(day_of).max().map_or(today, |day| day.max(today));
    let last_day = local::plus_days(last_special, WEEK_AND_SLACK_DAYS)?;
    // Open from `at_ms` until then, as far as is known.
    let mut open_until_ms = None;
    let mut day = local::plus_days(today, -REACH_DAYS)?;
    while day <= last_day {
        for (from_ms, to_ms) in stretches(calendar, &zone, day) {
            let reached_ms = open_until_ms.unwrap_or(at_ms);
            if from_ms > reached_ms {
                // Stretches come in the order of their beginnings: nothing closes the hole before this one.
                return Some(open_until_ms.unwrap_or(from_ms));
            }
            if to_ms > reached_ms {
                open_until_ms = Some(to_ms);
            }
        }
        day = local::plus_days(day, 1)?;
    }
    let end_ms = local::instant(&zone, last_day, 0, Doubled::First)?;
    open_until_ms.filter(|until_ms| *until_ms < end_ms)
}

/// The stretches of real time that begin on a day, in order, none empty.
fn stretches(calendar: &Calendar, zone: &TimeZone, day: Day) -> Vec<(i64, i64)> {
    let weekday = day.weekday().to_monday_zero_offset();
    let is_excepted = calendar.except.iter().any(|date| day_of(date) == Some(day));
    let weekly = calendar.weekly.iter().filter(|weekly| !is_excepted && weekly.days >> weekday & 1 == 1);
    let also = calendar.also.iter().filter(|(date, _)| day_of(date) == Some(day));
    let hours = weekly.map(|weekly| weekly.hours).chain(also.map(|(_, hours)| *hours));
    let mut all: Vec<_> = hours
        .filter_map(|hours| stretch(zone, day, hours))
        .filter(|(from_ms, to_ms)| from_ms < to_ms)
        .collect();
    all.sort_unstable();
    all
}

fn stretch(zone: &TimeZone, day: Day, hours: Hours) -> Option<(i64, i64)> {
    let from_ms = local::instant(zone, day, hours.from, Doubled::First)?;
    let to_ms = local::instant(zone, day, hours.to, Doubled::Second)?;
    Some((from_ms, to_ms))
}

fn day_of(date: &Date) -> Option<Day> {
    Day::new(date.year, date.month, date.day).ok()
}
