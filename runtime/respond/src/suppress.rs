//! Whether anybody is to be called: silences and maintenance at one instant, looked at when a call is due.

use nvp_plan::response::Lowered;
use nvp_plan::response::calendar::Maintenance;

use crate::incident::rows::{Row, Rows};
use crate::incident::{Incident, Suppression};
use crate::input::{Silence, SilenceNumber};
use crate::maintenance;
use crate::silence::Silences;

/// All that keeps people from being called at one instant.
#[derive(Debug)]
pub(crate) struct Suppressors<'a> {
    plan: &'a Lowered,
    silences: Vec<(SilenceNumber, &'a Silence)>,
    maintenances: Vec<(&'a Maintenance, i64)>,
}

impl<'a> Suppressors<'a> {
    pub(crate) fn at(plan: &'a Lowered, silences: &'a Silences, at_ms: i64) -> Self {
        Self { plan, silences: silences.at(at_ms).collect(), maintenances: maintenance::at(plan, at_ms) }
    }

    /// What keeps people from being called for a row, the longest of all.
    pub(crate) fn of_row(
        &self,
        alert: &str,
        labels: &[(String, String)],
        service: &str,
    ) -> Option<Suppression> {
        let silences = self.silences.iter().filter(|(_, silence)| silence.matches(alert, labels, service));
        let silences = silences.map(|(number, silence)| Suppression {
            why: format!("silence {number}: {}", silence.why),
            until_ms: silence.to_ms,
        });
        let covers = |each: &Maintenance| maintenance::covers(self.plan, each, alert, labels, service);
        let maintenances = self.maintenances.iter().filter(|(each, _)| covers(each));
        let maintenances = maintenances.map(|(each, until_ms)| Suppression {
            why: format!("maintenance {}", each.name),
            until_ms: *until_ms,
        });
        silences
            .chain(maintenances)
            .reduce(|one, other| if other.until_ms > one.until_ms { other } else { one })
    }

    /// What keeps people from being called for an incident: all its rows that stand are covered, until the first is not.
    ///
    /// Linear in the rows only where they are covered: the first that is not ends the search.
    pub(crate) fn of_incident(&self, incident: &Incident, rows: &Rows) -> Option<Suppression> {
        if self.silences.is_empty() && self.maintenances.is_empty() {
            return None;
        }
        let mut found: Option<Suppression> = None;
        for row in incident.standing.worst_first().filter_map(|number| rows.get(number)) {
            let of_row = self.of(row)?;
            if found.as_ref().is_none_or(|known| of_row.until_ms < known.until_ms) {
                found = Some(of_row);
            }
        }
        found
    }

    fn of(&self, row: &Row) -> Option<Suppression> {
        self.of_row(&row.alert, &row.labels, &row.service)
    }
}
