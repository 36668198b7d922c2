//! Rows of alerts come, change and go: which incident each belongs to.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::Desk;
use crate::context::Context;
use crate::effect::{Effects, Event, IncidentEvent};
use crate::incident::rows::{Row, RowNumber};
use crate::incident::tally::Tally;
use crate::incident::{Incident, State, text};
use crate::input::{AlertChange, IncidentNumber};
use crate::severity::Severity;

impl Desk {
    /// A row of an alert changed its level; gives its number and the incident that it belongs to, or did until now. `None` for one that
    /// did not stand and does not.
    pub fn alert(
        &mut self,
        context: &Context<'_>,
        change: &AlertChange,
        out: &mut Effects,
    ) -> Option<(RowNumber, IncidentNumber)> {
        let known = self.rows.find(&change.alert, &change.labels);
        let Some(level) = change.level else {
            return Some((known?, self.clear(context, known?, change, out)?));
        };
        let (level, severity) = context.level(level);
        if let Some(number) = known.filter(|number| self.is_in_open(*number)) {
            return Some((number, self.relevel(context, number, change, (level, severity), out)?));
        }
        // A row that stands in an incident that somebody declared resolved goes where a new one would.
        let stood = known.and_then(|number| Some((number, self.take_out(number)?)));
        let row = Row {
            alert: change.alert.clone(),
            labels: change.labels.clone(),
            service: change.service.clone().unwrap_or_else(|| change.alert.clone()),
            level,
            severity,
            says: change.says.clone(),
            runbook: change.runbook.clone(),
            incident: 0,
        };
        Some(self.join(context, row, stood, out))
    }

    fn is_in_open(&self, number: RowNumber) -> bool {
        let row = self.rows.get(number);
        row.and_then(|row| self.incidents.get(&row.incident)).is_some_and(Incident::is_open)
    }

    fn clear(
        &mut self,
        context: &Context<'_>,
        number: RowNumber,
        change: &AlertChange,
        out: &mut Effects,
    ) -> Option<IncidentNumber> {
        let incident = self.take_out(number)?;
        self.unsettled.insert(incident);
        let mut says = change.says.clone();
        if change.is_forgotten {
            says = SmolStr::new_static("its data ended");
            if let Some(incident) = self.incidents.get_mut(&incident) {
                incident.forgotten = incident.forgotten.saturating_add(1);
            }
        }
        let (alert, labels) = (change.alert.clone(), change.labels.clone());
        Self::record(context, incident, IncidentEvent::Alert { alert, labels, level: None, says }, out);
        Some(incident)
    }

    /// Takes a row out of its incident; gives the incident.
    fn take_out(&mut self, number: RowNumber) -> Option<IncidentNumber> {
        let row = self.rows.remove(number)?;
        if let Some(incident) = self.incidents.get_mut(&row.incident) {
            incident.leave(number, &row);
        }
        Some(row.incident)
    }

    /// A row of an open incident stands at another level.
    fn relevel(
        &mut self,
        context: &Context<'_>,
        number: RowNumber,
        change: &AlertChange,
        (level, severity): (SmolStr, Severity),
        out: &mut Effects,
    ) -> Option<IncidentNumber> {
        let row = self.rows.get_mut(number)?;
        let incident = self.incidents.get_mut(&row.incident)?;
        let now_ms = context.clock.now_ms();
        if row.level == level {
            // What it says may be another value: that is no news.
            if row.says == change.says {
                let labels = text::labels(&row.labels);
                out.record(now_ms, Event::Ignored(format!("`{}{labels}` is {level} already", row.alert)));
            }
            row.says.clone_from(&change.says);
            return Some(incident.number);
        }
        incident.relevel(number, row, severity, now_ms);
        row.level.clone_from(&level);
        row.severity = severity;
        row.says.clone_from(&change.says);
        row.runbook.clone_from(&change.runbook);
        self.unsettled.insert(incident.number);
        let (alert, labels, says) = (change.alert.clone(), change.labels.clone(), change.says.clone());
        let event = IncidentEvent::Alert { alert, labels, level: Some(level), says };
        Self::record(context, incident.number, event, out);
        Some(incident.number)
    }

    fn join(
        &mut self,
        context: &Context<'_>,
        mut row: Row,
        stood: Option<(RowNumber, IncidentNumber)>,
        out: &mut Effects,
    ) -> (RowNumber, IncidentNumber) {
        let (had, stood) = stood.unzip();
        let known = self.joinable(context, &row.service);
        let number = known.unwrap_or_else(|| self.reopen_or_open(context, &row, stood, out));
        row.incident = number;
        if self.open_of.get(&row.service) != Some(&number) {
            self.open_of.insert(row.service.clone(), number);
            if let Some(group) = context.services.group(context.plan, &row.service) {
                self.groups.entry(group.to_owned()).or_default().insert(number);
            }
        }
        self.unsettled.insert(number);
        let event = IncidentEvent::Alert {
            alert: row.alert.clone(),
            labels: row.labels.clone(),
            level: Some(row.level.clone()),
            says: row.says.clone(),
        };
        Self::record(context, number, event, out);
        let row_number = self.rows.insert(row, had);
        if let (Some(incident), Some(row)) = (self.incidents.get_mut(&number), self.rows.get(row_number)) {
            incident.join(row_number, row, context.clock.now_ms());
        }
        (row_number, number)
    }

    /// The open incident that a row of a service joins: its service's, else the latest of services connected with it.
    fn joinable(&self, context: &Context<'_>, service: &str) -> Option<IncidentNumber> {
        if let Some(number) = self.open_of.get(service) {
            return Some(*number);
        }
        let group = self.groups.get(context.services.group(context.plan, service)?)?;
        let since_ms = context.clock.now_ms().saturating_sub(context.plan.incidents.within_ms);
        let recent = group
            .iter()
            .filter_map(|number| self.incidents.get(number))
            .filter(|incident| incident.is_open() && incident.last_alert_ms >= since_ms);
        // Of several that are equally late, the first.
        recent
            .max_by_key(|incident| (incident.last_alert_ms, std::cmp::Reverse(incident.number)))
            .map(Incident::number)
    }

    fn reopen_or_open(
        &mut self,
        context: &Context<'_>,
        row: &Row,
        stood: Option<IncidentNumber>,
        out: &mut Effects,
    ) -> IncidentNumber {
        let now_ms = context.clock.now_ms();
        let since_ms = now_ms.saturating_sub(context.plan.incidents.reopen_ms);
        let resolved = self.resolved_of.get(&row.service).copied();
        if let Some(number) = resolved
            && let Some(incident) = self.incidents.get(&number)
            && matches!(incident.state, State::Resolved(at_ms, _) if at_ms >= since_ms)
        {
            self.reopen(context, number, stood == Some(number), out);
            return number;
        }
        self.open(context, row, out)
    }

    fn reopen(&mut self, context: &Context<'_>, number: IncidentNumber, is_of_it: bool, out: &mut Effects) {
        let mature_ms = context.clock.mature_ms();
        let Some(incident) = self.incidents.get_mut(&number) else { return };
        if let State::Resolved(at_ms, _) = incident.state {
            self.due.forgetting.remove(&(at_ms, number));
        }
        incident.state = State::Open;
        let ladders = std::mem::take(&mut incident.ladders_before);
        let is_standing = is_of_it || !incident.standing.is_empty();
        for name in incident.services.keys() {
            if self.resolved_of.get(name) == Some(&number) {
                self.resolved_of.remove(name);
            }
            self.open_of.entry(name.clone()).or_insert(number);
            if let Some(group) = context.services.group(context.plan, name) {
                self.groups.entry(group.to_owned()).or_default().insert(number);
            }
        }
        incident.last_alert_ms = context.clock.now_ms();
        Self::record(context, number, IncidentEvent::Reopened, out);
        for ladder in ladders.iter().filter(|_| is_standing) {
            self.begin_ladder(number, ladder, mature_ms);
        }
    }

    fn open(&mut self, context: &Context<'_>, row: &Row, out: &mut Effects) -> IncidentNumber {
        self.last_incident = self.last_incident.saturating_add(1);
        let number = self.last_incident;
        let service = context.services.get(context.plan, &row.service);
        let owner = service.and_then(|service| context.plan.teams.get(service.owner?.index()));
        let incident = Incident {
            number,
            title: text::of_row(row),
            owner: owner.map(|team| team.name.clone()),
            opened_ms: context.clock.now_ms(),
            last_alert_ms: context.clock.now_ms(),
            state: State::Open,
            services: BTreeMap::new(),
            standing: Tally::default(),
            labels: None,
            cause: Some(row.service.to_string()),
            severity: Severity::Info,
            priority: 0,
            is_cause_open: true,
            acknowledged: None,
            suppressed: None,
            ladders: Vec::new(),
            ladders_before: Vec::new(),
            told: BTreeMap::new(),
            attempts: BTreeMap::new(),
            resolutions: 0,
            acknowledgements: 0,
            forgotten: 0,
        };
        let event = IncidentEvent::Opened {
            title: incident.title.clone(),
            services: vec![row.service.to_string()],
            owner: incident.owner.clone(),
        };
        self.incidents.insert(number, incident);
        Self::record(context, number, event, out);
        number
    }
}
