//! `calendar` and `maintenance`; `team` and `incidents`, which are as plain.

use super::Formatter;
use super::block::Clause;
use super::clauses::with_heads;
use super::doc::Doc;
use super::texts;
use crate::ast::{
    CalendarClause, ClockTime, Covered, Date, Ident, IncidentsClause, MaintenanceClause, TeamClause,
};
use crate::span::Spanned;

impl Formatter<'_> {
    pub(super) fn calendar_clauses(&self, clauses: &[Spanned<CalendarClause>]) -> Vec<Clause> {
        with_heads(clauses, |clause| match clause {
            CalendarClause::Open { days: listed, hours } => {
                ("open", with_hours(Doc::list(listed.iter().map(|listed| Doc::Text(days(listed)))), hours))
            }
            CalendarClause::Except(listed) => ("except", dates(listed).align()),
            CalendarClause::Also { dates: listed, hours } => ("also", with_hours(dates(listed), hours)),
        })
    }

    pub(super) fn maintenance_clauses(&self, clauses: &[Spanned<MaintenanceClause>]) -> Vec<Clause> {
        with_heads(clauses, |clause| match clause {
            MaintenanceClause::Covers(covered) => {
                ("covers", Doc::list(covered.iter().map(|covered| Doc::Text(self.covered(covered)))).align())
            }
            MaintenanceClause::From { from, to, zone } => {
                let zone = texts::quoted(&zone.node);
                ("from", Doc::text(format!("{} to {} in {zone}", instant(from), instant(to))))
            }
            MaintenanceClause::During(calendar) => ("during", Doc::text(&calendar.node)),
        })
    }

    fn covered(&self, covered: &Covered) -> String {
        match covered {
            Covered::Everything(_) => "everything".to_owned(),
            Covered::Service(service) => format!("service {}", service.node),
            Covered::Alert(alert) => format!("alert {}", self.reference(alert)),
        }
    }

    pub(super) fn team_clauses(&self, clauses: &[Spanned<TeamClause>]) -> Vec<Clause> {
        with_heads(clauses, |clause| match clause {
            TeamClause::EmptyTells(team) => ("empty", Doc::text(format!("tells {}", team.node))),
        })
    }

    pub(super) fn incidents_clauses(&self, clauses: &[Spanned<IncidentsClause>]) -> Vec<Clause> {
        with_heads(clauses, |clause| match clause {
            IncidentsClause::Within(time) => ("within", self.expression(time)),
            IncidentsClause::Reopen(time) => ("reopen", self.expression(time)),
        })
    }
}

fn days((first, last): &(Ident, Option<Ident>)) -> String {
    match last {
        Some(last) => format!("{}..{}", first.node, last.node),
        None => first.node.clone(),
    }
}

fn dates(dates: &[Date]) -> Doc {
    Doc::list(dates.iter().map(|listed| Doc::Text(date(listed))))
}

/// Days or dates, and behind them the hours if there are any.
fn with_hours(when: Doc, hours: &[(ClockTime, ClockTime)]) -> Doc {
    let range = |(from, to): &(ClockTime, ClockTime)| Doc::Text(format!("{}..{}", clock(*from), clock(*to)));
    let hours = (!hours.is_empty()).then(|| [Doc::Line(1), Doc::list(hours.iter().map(range))]);
    Doc::group(std::iter::once(when).chain(hours.into_iter().flatten()).collect()).align()
}

fn clock(time: ClockTime) -> String {
    format!("{:02}:{:02}", time.minutes / 60, time.minutes % 60)
}

fn date(date: &Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}

fn instant((day, time): &(Date, ClockTime)) -> String {
    format!("{} {}", date(day), clock(*time))
}
