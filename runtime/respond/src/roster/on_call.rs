//! Whose turn it is.
//!
//! A turn lasts whole local days, from hand-over to hand-over; where the clocks change, it is an hour longer or shorter.

#[cfg(test)]
mod tests;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Rotation, TeamRoster};
use crate::local::{self, Doubled};

impl TeamRoster {
    /// Everybody of the team who is on call at an instant (ms since the Unix epoch): whose turn it is, rotation by rotation, then
    /// who always is; nobody twice.
    #[must_use]
    pub fn on_call(&self, at_ms: i64) -> Vec<&str> {
        let turns = self.rotations.iter().filter_map(|rotation| rotation.on_call(at_ms));
        let mut people: Vec<&str> = Vec::new();
        for person in turns.chain(self.members.iter().map(String::as_str)) {
            if !people.contains(&person) {
                people.push(person);
            }
        }
        people
    }
}

impl Rotation {
    /// Whose turn it is at an instant (ms since the Unix epoch): nobody's before the first hand-over, without members, or in a zone
    /// that does not exist. Of overrides that overlap, the one that began later holds, and of those that begin together the last.
    #[must_use]
    pub fn on_call(&self, at_ms: i64) -> Option<&str> {
        let covering = self.overrides.iter().filter(|other| other.from_ms <= at_ms && at_ms < other.to_ms);
        // Of several that are greatest, `max_by_key` gives the last.
        let instead = covering.max_by_key(|other| other.from_ms).map(|other| other.person.as_str());
        instead.or_else(|| self.turn(at_ms))
    }

    fn turn(&self, at_ms: i64) -> Option<&str> {
        let number = self.turn_number(at_ms)?;
        let place = number.checked_rem(i64::try_from(self.members.len()).ok()?)?;
        self.members.get(usize::try_from(place).ok()?).map(String::as_str)
    }

    /// Which turn it is, from 0; `None` before the first.
    fn turn_number(&self, at_ms: i64) -> Option<i64> {
        let zone = local::zone(&self.zone)?;
        let (year, month, day) = self.first;
        let first = Date::new(year, month, day).ok()?;
        let today = local::date(&zone, at_ms)?;
        // A guess by dates; the hand-over may be later on its day, or on a date that the zone has skipped.
        let mut number = local::days_between(first, today).div_euclid(i64::from(self.days.max(1)));
        while number > 0 && self.begins_ms(&zone, first, number)? > at_ms {
            number = number.saturating_sub(1);
        }
        while self.begins_ms(&zone, first, number.saturating_add(1)).is_some_and(|next_ms| next_ms <= at_ms) {
            number = number.saturating_add(1);
        }
        (number >= 0 && self.begins_ms(&zone, first, number)? <= at_ms).then_some(number)
    }

    /// When a turn begins.
    fn begins_ms(&self, zone: &TimeZone, first: Date, number: i64) -> Option<i64> {
        let days = number.checked_mul(i64::from(self.days.max(1)))?;
        local::instant(zone, local::plus_days(first, days)?, self.at_minutes, Doubled::First)
    }
}
