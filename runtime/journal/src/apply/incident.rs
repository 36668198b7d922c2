//! Incidents: the row that says how one stands, and its timeline.

use crate::batch::Position;
use crate::incident::IncidentEvent;
use crate::words::{IncidentState, Subject};

use super::{About, Refusal, Writer, integer, json};

impl Writer<'_> {
    pub(super) fn incident(
        &mut self,
        position: Option<Position>,
        incident: u64,
        at_ms: i64,
        event: &IncidentEvent,
    ) -> Result<(), Refusal> {
        let number = integer(incident)?;
        self.stand(number, at_ms, event)?;
        let about = About { subject: Subject::Incident, number: Some(number), position, at_ms };
        self.audit(about, event.kind(), event.actor(), &event.text(), &json(event)?)
    }

    /// Makes sure that there is a row: an incident may be older than this journal.
    pub(super) fn ensure_incident(&self, number: i64, at_ms: i64) -> Result<(), Refusal> {
        self.run(
            "INSERT INTO incidents (number, title, state, opened_ms)
             VALUES (?1, '(opened before this journal began)', 'open', ?2) ON CONFLICT (number) DO NOTHING",
            (number, at_ms),
        )?;
        Ok(())
    }

    /// Says how the incident stands after an event.
    fn stand(&self, number: i64, at_ms: i64, event: &IncidentEvent) -> Result<(), Refusal> {
        if let IncidentEvent::Opened { title, services, owner } = event {
            self.run(
                "INSERT INTO incidents (number, title, state, owner, opened_ms) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (number) DO UPDATE SET title = excluded.title, owner = excluded.owner,
                   opened_ms = excluded.opened_ms",
                (number, title, IncidentState::Open, owner, at_ms),
            )?;
            return services.iter().try_for_each(|service| self.service(number, service));
        }
        self.ensure_incident(number, at_ms)?;
        match event {
            IncidentEvent::Reopened => self.run(
                "UPDATE incidents SET state = ?2, reopened_ms = ?3, times_reopened = times_reopened + 1,
                   acknowledged_until_ms = NULL WHERE number = ?1",
                (number, IncidentState::Open, at_ms),
            )?,
            IncidentEvent::Alert { service: Some(service), .. } => {
                self.service(number, service)?;
                1
            }
            IncidentEvent::Cause { service } => {
                self.run("UPDATE incidents SET cause = ?2 WHERE number = ?1", (number, service))?
            }
            IncidentEvent::Priority { priority, severity } => self.run(
                "UPDATE incidents SET priority = ?2, severity = ?3 WHERE number = ?1",
                (number, priority, severity),
            )?,
            IncidentEvent::Acknowledged { by, until_ms } => {
                self.acknowledged(number, at_ms, by, *until_ms)?
            }
            IncidentEvent::AcknowledgementEnded => self.run(
                "UPDATE incidents SET state = ?2, acknowledged_until_ms = NULL
                 WHERE number = ?1 AND state = ?3",
                (number, IncidentState::Open, IncidentState::Acknowledged),
            )?,
            IncidentEvent::Resolved { by } => self.run(
                "UPDATE incidents SET state = ?2, resolved_ms = ?3, resolved_by = ?4,
                   acknowledged_until_ms = NULL WHERE number = ?1",
                (number, IncidentState::Resolved, at_ms, by),
            )?,
            _ => 0,
        };
        Ok(())
    }

    fn service(&self, number: i64, service: &str) -> Result<(), Refusal> {
        self.run(
            "INSERT INTO incident_services (incident, service) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            (number, service),
        )?;
        Ok(())
    }

    /// What called for help is acknowledged with the incident; what only informs is not.
    fn acknowledged(&self, number: i64, at_ms: i64, by: &str, until_ms: i64) -> Result<usize, Refusal> {
        self.run(
            "UPDATE incidents SET state = ?2, acknowledged_ms = ?3, acknowledged_by = ?4,
               acknowledged_until_ms = ?5 WHERE number = ?1",
            (number, IncidentState::Acknowledged, at_ms, by, until_ms),
        )?;
        self.run(
            "UPDATE notifications SET acknowledged_ms = ?2 WHERE incident = ?1 AND acknowledged_ms IS NULL
               AND reason IN ('page', 'worse', 'unacknowledged') AND made_ms <= ?2
               AND (accepted_ms IS NOT NULL OR sent_ms IS NOT NULL OR delivered_ms IS NOT NULL OR seen_ms IS NOT NULL)",
            (number, at_ms),
        )
    }
}
