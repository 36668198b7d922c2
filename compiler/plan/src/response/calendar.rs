//! When something is open, and when nobody is to be called.

use crate::ids::{CalendarId, ServiceId};

/// Times of the week, with exceptions, in a named zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Its name.
    pub name: String,
    /// Its IANA zone, which is known to exist.
    pub zone: String,
    /// When it is open each week.
    pub weekly: Vec<Weekly>,
    /// The dates on which it is closed, whatever `weekly` says.
    pub except: Vec<Date>,
    /// The dates on which it is open too, even where `except` has them.
    pub also: Vec<(Date, Hours)>,
}

/// Hours of some days of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weekly {
    /// The days, Monday in the lowest bit.
    pub days: u8,
    /// The hours, by local clocks.
    pub hours: Hours,
}

/// From and to by local clocks, in minutes after midnight of the day they begin on; `to` may be on the next day (above 1440).
///
/// An hour that is skipped in spring is not open; one that comes twice in autumn is open both times. A `from` that is skipped begins
/// when the clocks have moved on; a `from` that comes twice begins the first time, a `to` that comes twice ends the second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// The first minute.
    pub from: u16,
    /// The first minute that is no more open.
    pub to: u16,
}

/// A day of the calendar, which exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year.
    pub year: i16,
    /// The month, from 1.
    pub month: i8,
    /// The day of the month, from 1.
    pub day: i8,
}

/// A time in which nobody is called for what it covers and nothing is done by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maintenance {
    /// Its name.
    pub name: String,
    /// What it covers.
    pub covers: Vec<Covered>,
    /// When.
    pub when: Vec<When>,
}

/// What maintenance covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Covered {
    /// All.
    Everything,
    /// The alerts of a service.
    Service(ServiceId),
    /// The rows of an alert that have these labels.
    Alert(String, Vec<(String, String)>),
}

/// When maintenance is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// From (inclusive) to (exclusive), in ms since the Unix epoch.
    Between(i64, i64),
    /// While a calendar is open.
    During(CalendarId),
}
