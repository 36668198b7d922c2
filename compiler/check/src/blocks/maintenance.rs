//! `maintenance database_upgrade { … }`: when nobody is called for what.

use nvp_dsl::Span;
use nvp_dsl::ast::{self, ClockTime, Covered as Written, MaintenanceClause, Reference};
use nvp_plan::ids::{CalendarId, ServiceId};
use nvp_plan::response::calendar::{Covered, Maintenance, When};

use super::calendar::written;
use super::zone::{Side, instant_ms};
use crate::checker::{Checker, Missing};
use crate::codes;
use crate::declared::Value;
use crate::library::Kind;
use crate::problems::calendars::{MaintenanceEmpty, MaintenanceIncomplete};
use crate::problems::clauses::RangeReversed;
use crate::problems::names::WrongKind;
use crate::scope::Scope;

impl<'a> Checker<'a> {
    /// Checks all maintenance windows; the alerts are known.
    pub(crate) fn check_maintenances(&mut self) {
        for maintenance in self.items.answers.of(Kind::Maintenance).to_vec() {
            let Some(item) = self.items.maintenances.get(maintenance.at) else { continue };
            let (node, whole) = (item.node, item.span);
            self.begin(maintenance.file);
            let maintenance = self.maintenance(node, whole);
            self.policy.response.maintenances.push(maintenance);
        }
        self.scope = Scope::default();
    }

    fn maintenance(&mut self, node: &'a ast::Maintenance, whole: Span) -> Maintenance {
        let mut covers = Vec::new();
        let mut when = Vec::new();
        let (mut says_what, mut says_when) = (false, false);
        for clause in &node.clauses {
            match &clause.node {
                MaintenanceClause::Covers(all) => {
                    says_what = true;
                    covers.extend(all.iter().filter_map(|one| self.covered(one)));
                }
                MaintenanceClause::From { from, to, zone } => {
                    says_when = true;
                    when.extend(self.between(from, to, zone));
                }
                MaintenanceClause::During(calendar) => {
                    says_when = true;
                    let id = self.named(Kind::Calendar, calendar);
                    when.extend(id.map(|id| When::During(CalendarId(id as u32))));
                }
            }
        }
        let says_all = says_what && says_when;
        if !says_all && !self.sink.lost().is_part_of(whole) {
            self.sink.report(MaintenanceIncomplete { name: &node.name, item: whole, covers: says_what });
        }
        Maintenance { name: node.name.node.clone(), covers, when }
    }

    fn covered(&mut self, one: &'a Written) -> Option<Covered> {
        match one {
            Written::Everything(_) => Some(Covered::Everything),
            Written::Service(name) => {
                let id = self.named(Kind::Service, name)?;
                Some(Covered::Service(ServiceId(id as u32)))
            }
            Written::Alert(reference) => {
                let at = self.alert_named(reference)?;
                let labels = self.alerts.get(at)?.as_ref()?.labels.clone();
                let name = &reference.name.node;
                let selected = self.select(name, &labels, None, reference.selector.as_deref())?;
                let pins = self.pins(&selected.matchers, reference.span)?;
                Some(Covered::Alert(name.clone(), pins.into_iter().collect()))
            }
        }
    }

    /// The place of an alert that is named where only an alert can stand.
    pub(crate) fn alert_named(&mut self, reference: &'a Reference) -> Option<usize> {
        let (name, span) = (reference.name.node.as_str(), reference.name.span);
        match self.find_value(name) {
            Some(Value::Alert(at)) => Some(at),
            Some(value) => {
                let is = value.article();
                self.sink.report(WrongKind { name, span, is, wanted: "an alert", help: None });
                None
            }
            None => {
                let names: Vec<&'a str> =
                    self.items.alerts.iter().map(|alert| alert.node.name.node.as_str()).collect();
                let near = self.nearest(name, names.iter().copied());
                let help = near.is_none().then(|| format!("declare it: `alert {name} on … {{ … }}`"));
                let code = codes::UNKNOWN_NAME;
                self.unknown_or_import(Kind::Alert, Missing { code, what: "alert", name, span, near, help });
                None
            }
        }
    }

    fn between(
        &mut self,
        (from_date, from_clock): &'a (ast::Date, ClockTime),
        (to_date, to_clock): &'a (ast::Date, ClockTime),
        zone: &'a nvp_dsl::Spanned<String>,
    ) -> Option<When> {
        let (from, to, zone) = (self.date(from_date), self.date(to_date), self.zone(zone));
        let (from, to, zone) = (from?, to?, zone?);
        let from_ms = instant_ms(&zone, from, from_clock.minutes, Side::First)?;
        let to_ms = instant_ms(&zone, to, to_clock.minutes, Side::Second)?;
        if from_ms < to_ms {
            return Some(When::Between(from_ms, to_ms));
        }
        let (first, second) = (from_date.span.to(from_clock.span), to_date.span.to(to_clock.span));
        let time = |date, clock: &ClockTime| {
            format!("{} {:02}:{:02}", written(date), clock.minutes / 60, clock.minutes % 60)
        };
        let span = first.to(second);
        if from_ms == to_ms {
            let skipped = (from, from_clock.minutes) != (to, to_clock.minutes);
            self.sink.report(MaintenanceEmpty { span, skipped });
            return None;
        }
        let swap = Some((first, time(&from, from_clock), second, time(&to, to_clock)));
        self.sink.report(RangeReversed { span, title: "the maintenance ends before it begins", swap });
        None
    }
}
