//! `[[team.NAME.rotation]]`: people who take turns, handed over at a local time.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use nvp_respond::roster::{Override, Rotation};
use serde::Deserialize;
use toml::value::{Datetime, Offset};

use super::ConfigError;
use super::kind::one_line;
use super::teams::{names, unknown_person};

/// The longest turn, in days.
const DAYS_MAX: u16 = 366;

/// As it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    name: String,
    members: toml::Value,
    zone: String,
    first: Datetime,
    at: Option<Datetime>,
    days: u16,
    #[serde(default, rename = "override")]
    overrides: Vec<WrittenOverride>,
}

/// `[[team.NAME.rotation.override]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenOverride {
    person: String,
    from: Datetime,
    to: Datetime,
}

/// Reads a rotation; what is wrong is added to the errors.
pub(super) fn read_rotation(
    place: &str,
    value: &toml::Value,
    people: &toml::Table,
    errors: &mut Vec<ConfigError>,
) -> Option<Rotation> {
    let count = errors.len();
    let written: Written = match value.clone().try_into() {
        Ok(written) => written,
        Err(error) => {
            errors.push(ConfigError::new(place, one_line(&error)));
            return None;
        }
    };
    let mut refuse = |why: &str, help: &str| errors.push(ConfigError::new(place, why).help(help));
    let first = local_date(&written.first);
    if first.is_none() {
        refuse("`first` is no date", "write one such as `2026-01-05`");
    }
    let at_minutes = written.at.as_ref().map_or(Some(0), minutes);
    if at_minutes.is_none() {
        refuse("`at` is no time of a whole minute", "write one such as `09:00:00`");
    }
    if written.days == 0 || written.days > DAYS_MAX {
        refuse("a turn has at least 1 and at most 366 `days`", "a week is `days = 7`");
    }
    let zone = TimeZone::get(&written.zone).ok();
    if zone.is_none() {
        refuse(&format!("`{}` is no time zone", written.zone), "write one such as `Europe/Paris`");
    }
    let members = names(&format!("{place}.members"), &written.members, people, errors);
    if members.is_empty() {
        errors.push(ConfigError::new(place, "nobody takes turns").help("name somebody in `members`"));
    }
    let zone = zone.unwrap_or(TimeZone::UTC);
    let overrides = written
        .overrides
        .iter()
        .filter_map(|written| read_override(place, written, &zone, people, errors))
        .collect();
    (errors.len() == count).then_some(Rotation {
        name: written.name,
        members,
        zone: written.zone,
        first: first?,
        at_minutes: at_minutes?,
        days: written.days,
        overrides,
    })
}

fn read_override(
    place: &str,
    written: &WrittenOverride,
    zone: &TimeZone,
    people: &toml::Table,
    errors: &mut Vec<ConfigError>,
) -> Option<Override> {
    let place = format!("{place}.override");
    if !people.contains_key(&written.person) {
        errors.push(unknown_person(&place, &written.person));
    }
    let (Some(from_ms), Some(to_ms)) = (instant_ms(&written.from, zone), instant_ms(&written.to, zone))
    else {
        let error = ConfigError::new(&place, "`from` and `to` are a date with a time");
        errors.push(error.help("write one such as `2026-08-01T09:00:00`, in the rotation's zone"));
        return None;
    };
    if from_ms >= to_ms {
        errors.push(ConfigError::new(&place, "it ends before it begins").help("`to` is after `from`"));
        return None;
    }
    Some(Override { from_ms, to_ms, person: written.person.clone() })
}

/// A date without a time.
fn local_date(written: &Datetime) -> Option<(i16, i8, i8)> {
    let (None, None, Some(day)) = (written.time, written.offset, written.date) else { return None };
    let (month, day_of_month) = (i8::try_from(day.month).ok()?, i8::try_from(day.day).ok()?);
    let year = i16::try_from(day.year).ok()?;
    jiff::civil::Date::new(year, month, day_of_month).ok().map(|_| (year, month, day_of_month))
}

/// A time without a date, in minutes after midnight.
fn minutes(written: &Datetime) -> Option<u16> {
    let (None, None, Some(time)) = (written.date, written.offset, written.time) else { return None };
    let is_whole = time.second.unwrap_or(0) == 0 && time.nanosecond.unwrap_or(0) == 0;
    (is_whole && time.hour < 24).then(|| u16::from(time.hour) * 60 + u16::from(time.minute))
}

/// An instant; without an offset as the zone's clocks show it.
fn instant_ms(written: &Datetime, zone: &TimeZone) -> Option<i64> {
    let (Some(day), Some(clock)) = (written.date, written.time) else { return None };
    let (year, month) = (i16::try_from(day.year).ok()?, i8::try_from(day.month).ok()?);
    let (hour, minute) = (i8::try_from(clock.hour).ok()?, i8::try_from(clock.minute).ok()?);
    let second = i8::try_from(clock.second.unwrap_or(0)).ok()?;
    let local = DateTime::new(year, month, i8::try_from(day.day).ok()?, hour, minute, second, 0).ok()?;
    match written.offset {
        None => Some(local.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond()),
        Some(Offset::Z) => Some(local.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond()),
        Some(Offset::Custom { minutes }) => {
            let utc = local.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond();
            Some(utc - i64::from(minutes) * 60_000)
        }
    }
}
