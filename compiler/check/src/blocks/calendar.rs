//! `calendar office_hours in "Europe/Paris" { open monday..friday 09:00..18:00 … }`.

use jiff::civil;
use jiff::tz::TimeZone;
use nvp_dsl::ast::{self, CalendarClause, ClockTime, Ident};
use nvp_dsl::{Span, Spanned};
use nvp_plan::response::calendar::{Calendar, Date, Hours, Weekly};
use rustc_hash::FxHashMap;

use super::zone::{Side, instant_ms, zone};
use crate::checker::Checker;
use crate::codes;
use crate::library::Kind;
use crate::problems::calendars::{HoursOutOfOrder, NeverOpen, NoSuchDate, UnknownZone};
use crate::problems::names::{Repeated, UnknownWord};
use crate::scope::Scope;

/// The days of the week, Monday first.
const DAYS: &[&str] = &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// Minutes of a day.
const DAY: u16 = 24 * 60;
/// All of a day.
const WHOLE_DAY: Hours = Hours { from: 0, to: DAY };

impl<'a> Checker<'a> {
    /// Checks all calendars.
    pub(crate) fn check_calendars(&mut self) {
        for calendar in self.items.answers.of(Kind::Calendar).to_vec() {
            let Some(item) = self.items.calendars.get(calendar.at) else { continue };
            let (node, whole) = (item.node, item.span);
            self.begin(calendar.file);
            let calendar = self.calendar(node, whole);
            self.policy.response.calendars.push(calendar);
        }
        self.scope = Scope::default();
    }

    fn calendar(&mut self, node: &'a ast::Calendar, whole: Span) -> Calendar {
        let zone = self.zone(&node.zone);
        let mut calendar = Calendar {
            name: node.name.node.clone(),
            zone: node.zone.node.clone(),
            weekly: Vec::new(),
            except: Vec::new(),
            also: Vec::new(),
        };
        let errors = self.sink.errors();
        let mut excepted: FxHashMap<Date, Span> = FxHashMap::default();
        for clause in &node.clauses {
            match &clause.node {
                CalendarClause::Open { days, hours } => {
                    let days = self.days(days);
                    let hours = self.hours(hours);
                    calendar.weekly.extend(hours.into_iter().map(|hours| Weekly { days, hours }));
                }
                CalendarClause::Except(dates) => {
                    for (date, span) in self.dates(dates) {
                        match excepted.get(&date).copied() {
                            Some(first) => {
                                let name = &written(&date);
                                self.sink.report(Repeated { what: "date", name, span, first });
                            }
                            None => {
                                excepted.insert(date, span);
                                calendar.except.push(date);
                            }
                        }
                    }
                }
                CalendarClause::Also { dates, hours } => {
                    let hours = self.hours(hours);
                    for (date, _) in self.dates(dates) {
                        calendar.also.extend(hours.iter().map(|hours| (date, *hours)));
                    }
                }
            }
        }
        let told = self.sink.errors() > errors || self.sink.lost().is_part_of(whole);
        if let (Some(zone), false) = (zone, told)
            && calendar.weekly.is_empty()
            && !calendar.also.iter().any(|(date, hours)| lasts(&zone, *date, *hours))
        {
            self.sink.report(NeverOpen { calendar: &node.name, skipped: !calendar.also.is_empty() });
        }
        calendar
    }

    /// A zone by its IANA name.
    pub(super) fn zone(&mut self, name: &Spanned<String>) -> Option<TimeZone> {
        let found = zone(&name.node);
        if found.is_none() {
            let near = self.nearest(&name.node, super::zone::names().iter().map(String::as_str));
            self.sink.report(UnknownZone { name, near });
        }
        found
    }

    /// Days as bits, Monday in the lowest. A range may pass the end of the week.
    fn days(&mut self, written: &'a [(Ident, Option<Ident>)]) -> u8 {
        let mut bits = 0_u8;
        let mut said: FxHashMap<usize, Span> = FxHashMap::default();
        for (first, last) in written {
            let from = self.day(first);
            let to = match last {
                Some(last) => self.day(last),
                None => from,
            };
            let (Some(from), Some(to)) = (from, to) else { continue };
            let span = last.as_ref().map_or(first.span, |last| first.span.to(last.span));
            let length = (to + DAYS.len() - from) % DAYS.len();
            for day in (0..=length).map(|after| (from + after) % DAYS.len()) {
                if let Some(first) = said.insert(day, span) {
                    let name = DAYS.get(day).copied().unwrap_or_default();
                    self.sink.report(Repeated { what: "day", name, span, first });
                }
                bits |= 1 << day;
            }
        }
        bits
    }

    fn day(&mut self, word: &'a Ident) -> Option<usize> {
        let place = DAYS.iter().position(|day| *day == word.node);
        if place.is_none() {
            let near = self.nearest(&word.node, DAYS.iter().copied());
            let (code, what) = (codes::UNKNOWN_DAY, "a day of the week");
            self.sink.report(UnknownWord { code, what, word, known: DAYS, near });
        }
        place
    }

    /// Hours in order; without any the whole day.
    fn hours(&mut self, written: &'a [(ClockTime, ClockTime)]) -> Vec<Hours> {
        if written.is_empty() {
            return vec![WHOLE_DAY];
        }
        let mut hours: Vec<Hours> = Vec::with_capacity(written.len());
        let mut before: Option<(Hours, Span)> = None;
        for (from, to) in written {
            let span = from.span.to(to.span);
            let next_day = if to.minutes <= from.minutes { DAY } else { 0 };
            let these = Hours { from: from.minutes, to: to.minutes + next_day };
            let first = match before {
                _ if from.minutes >= DAY => Some(None),
                Some((last, place)) if from.minutes < last.to => Some(Some(place)),
                _ => None,
            };
            match first {
                Some(first) => self.sink.report(HoursOutOfOrder { span, first }),
                None => {
                    before = Some((these, span));
                    hours.push(these);
                }
            }
        }
        hours
    }

    fn dates(&mut self, written: &[ast::Date]) -> Vec<(Date, Span)> {
        written.iter().filter_map(|date| Some((self.date(date)?, date.span))).collect()
    }

    /// A day that exists.
    pub(super) fn date(&mut self, written: &ast::Date) -> Option<Date> {
        let year = i16::try_from(written.year).ok();
        let month = i8::try_from(written.month).ok();
        let day = i8::try_from(written.day).ok();
        if let (Some(year), Some(month), Some(day)) = (year, month, day)
            && civil::Date::new(year, month, day).is_ok()
        {
            return Some(Date { year, month, day });
        }
        self.sink.report(NoSuchDate { span: written.span });
        None
    }
}

/// Whether these hours of a day last at all: they do not when the clocks skip them.
fn lasts(zone: &TimeZone, date: Date, hours: Hours) -> bool {
    let from = instant_ms(zone, date, hours.from, Side::First);
    let to = instant_ms(zone, date, hours.to, Side::Second);
    matches!((from, to), (Some(from), Some(to)) if from < to)
}

/// A date as it is written.
pub(super) fn written(date: &Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}
