//! When: `calendar` and `maintenance`, with their times of day and dates.

use pest::iterators::Pair;

use super::block::Block;
use super::builder::Builder;
use super::grammar::Rule;
use super::mistakes;
use super::tree::Children;
use crate::ast::{Calendar, CalendarClause, ClockTime, Covered, Date, Ident, Maintenance, MaintenanceClause};

const MINUTES_OF_DAY: u16 = 24 * 60;

impl Builder<'_> {
    pub(super) fn calendar(&self, mut children: Children<'_>) -> Option<Calendar> {
        let name = self.token(&children.one(Rule::ident)?);
        let zone = self.plain_text(children.one(Rule::text)?);
        let block = children.one(Rule::calendar_block)?;
        let clauses = self.clauses(block, Block::Calendar, |clause| self.calendar_clause(clause));
        Some(Calendar { name, zone, clauses })
    }

    fn calendar_clause(&self, pair: Pair<'_, Rule>) -> Option<CalendarClause> {
        let rule = pair.as_rule();
        let mut children = Children::of(pair);
        Some(match rule {
            Rule::open_clause => {
                let days = children.many(Rule::days).into_iter().map(|days| self.days(days));
                CalendarClause::Open { days: days.collect::<Option<_>>()?, hours: self.hours(children)? }
            }
            Rule::except_clause => CalendarClause::Except(self.dates(&mut children)),
            Rule::also_clause => {
                CalendarClause::Also { dates: self.dates(&mut children), hours: self.hours(children)? }
            }
            _ => return None,
        })
    }

    fn days(&self, pair: Pair<'_, Rule>) -> Option<(Ident, Option<Ident>)> {
        let mut children = Children::of(pair);
        let first = self.token(&children.one(Rule::ident)?);
        Some((first, children.one(Rule::ident).map(|last| self.token(&last))))
    }

    fn hours(&self, mut children: Children<'_>) -> Option<Vec<(ClockTime, ClockTime)>> {
        let range = |pair| {
            let mut ends = Children::of(pair);
            Some((self.clock_time(&ends.one(Rule::clock)?), self.clock_time(&ends.one(Rule::clock)?)))
        };
        children.many(Rule::hours).into_iter().map(range).collect()
    }

    fn dates(&self, children: &mut Children<'_>) -> Vec<Date> {
        children.many(Rule::date).iter().map(|date| self.date(date)).collect()
    }

    /// `09:00`; what is none is reported and stands as midnight.
    fn clock_time(&self, pair: &Pair<'_, Rule>) -> ClockTime {
        let span = self.span(pair);
        let written = pair.as_str();
        let minutes = minutes_of(written);
        let two_digits = |(hour, minute): (&str, &str)| hour.len() == 2 && minute.len() == 2;
        if minutes.is_none() || !written.split_once(':').is_some_and(two_digits) {
            let mended = minutes.map(|minutes| format!("{:02}:{:02}", minutes / 60, minutes % 60));
            self.report(mistakes::not_a_clock_time(written, mended, span));
        }
        ClockTime { minutes: minutes.unwrap_or(0), span }
    }

    /// `2026-12-25`; what is none is reported and stands as a day that there is not.
    fn date(&self, pair: &Pair<'_, Rule>) -> Date {
        let span = self.span(pair);
        let written = pair.as_str();
        let date = numbers_of(written);
        let digits: Vec<usize> = written.split('-').map(str::len).collect();
        if date.is_none() || digits != [4, 2, 2] {
            let mended = date
                .filter(|_| digits.first() == Some(&4))
                .map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}"));
            self.report(mistakes::not_a_date(written, mended, span));
        }
        let (year, month, day) = date.unwrap_or((0, 0, 0));
        Date { year, month, day, span }
    }

    pub(super) fn maintenance(&self, mut children: Children<'_>) -> Option<Maintenance> {
        let name = self.token(&children.one(Rule::ident)?);
        let block = children.one(Rule::maintenance_block)?;
        let clauses = self.clauses(block, Block::Maintenance, |clause| self.maintenance_clause(clause));
        Some(Maintenance { name, clauses })
    }

    fn maintenance_clause(&self, pair: Pair<'_, Rule>) -> Option<MaintenanceClause> {
        let rule = pair.as_rule();
        let mut children = Children::of(pair);
        Some(match rule {
            Rule::covers_clause => {
                let covered = children.map(|covered| self.covered(covered));
                MaintenanceClause::Covers(covered.collect::<Option<_>>()?)
            }
            Rule::from_clause => {
                let from = self.instant(&mut children)?;
                let to = self.instant(&mut children)?;
                MaintenanceClause::From { from, to, zone: self.plain_text(children.one(Rule::text)?) }
            }
            Rule::during_clause => MaintenanceClause::During(self.only_ident(children)?),
            _ => return None,
        })
    }

    fn instant(&self, children: &mut Children<'_>) -> Option<(Date, ClockTime)> {
        let date = self.date(&children.one(Rule::date)?);
        Some((date, self.clock_time(&children.one(Rule::clock)?)))
    }

    fn covered(&self, pair: Pair<'_, Rule>) -> Option<Covered> {
        let span = self.span(&pair);
        Some(match pair.as_rule() {
            Rule::everything => Covered::Everything(span),
            Rule::covered_service => Covered::Service(self.only_ident(Children::of(pair))?),
            Rule::covered_alert => Covered::Alert(self.reference(Children::of(pair).one(Rule::reference)?)?),
            _ => return None,
        })
    }
}

/// The minutes after midnight of `9:05`.
fn minutes_of(written: &str) -> Option<u16> {
    let (hour, minute) = written.split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let minutes = hour.checked_mul(60)?.checked_add(minute)?;
    (minute < 60 && minutes <= MINUTES_OF_DAY).then_some(minutes)
}

/// The year, the month and the day of `2026-1-5`.
fn numbers_of(written: &str) -> Option<(u16, u8, u8)> {
    let mut parts = written.split('-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    (year < 10_000 && month < 100 && day < 100).then_some((year, month, day))
}
