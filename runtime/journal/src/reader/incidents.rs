//! Questions about incidents and silences.

use rusqlite::Row;

use super::{Conditions, NEWEST_FIRST, Page, Reader, json, number};
use crate::error::JournalError;
use crate::words::{IncidentState, Severity};

/// An incident as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Its number.
    pub number: u64,
    /// What it is about.
    pub title: String,
    /// How it stands.
    pub state: IncidentState,
    /// How grave; `None` as long as that was not said.
    pub severity: Option<Severity>,
    /// How urgent, from 1 (most) to 5.
    pub priority: Option<u8>,
    /// Its services, sorted.
    pub services: Vec<String>,
    /// Whose it is.
    pub owner: Option<String>,
    /// The service it probably comes from.
    pub cause: Option<String>,
    /// When it was opened first.
    pub opened_ms: i64,
    /// When it was acknowledged last.
    pub acknowledged_ms: Option<i64>,
    /// By whom.
    pub acknowledged_by: Option<String>,
    /// Until when that holds, while it does.
    pub acknowledged_until_ms: Option<i64>,
    /// When it was resolved last.
    pub resolved_ms: Option<i64>,
    /// By whom; `None`: by itself.
    pub resolved_by: Option<String>,
    /// When it was opened again last.
    pub reopened_ms: Option<i64>,
    /// How often it was opened again.
    pub times_reopened: u32,
}

/// Which incidents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IncidentFilter {
    /// Only those that are not resolved.
    pub is_unresolved: bool,
    /// Only those that stand so.
    pub state: Option<IncidentState>,
    /// Only those of this severity.
    pub severity: Option<Severity>,
    /// Only those that are about this service.
    pub service: Option<String>,
    /// Only those that are somebody's.
    pub owner: Option<String>,
    /// Only those opened at or after this.
    pub opened_from_ms: Option<i64>,
    /// Only those opened before this.
    pub opened_before_ms: Option<i64>,
}

/// A silence as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilenceRow {
    /// Its number.
    pub number: u64,
    /// What it silences, and how long.
    pub silence: crate::Silence,
    /// Who asked for it.
    pub made_by: String,
    /// When.
    pub made_ms: i64,
    /// Who ended it.
    pub ended_by: Option<String>,
    /// When.
    pub ended_ms: Option<i64>,
}

const INCIDENT: &str = "SELECT *, (SELECT json_group_array(service ORDER BY service) FROM incident_services
  WHERE incident = number) AS services FROM incidents";

impl Reader {
    /// Incidents, the newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn incidents(&self, filter: &IncidentFilter, page: Page) -> Result<Vec<Incident>, JournalError> {
        let mut wanted = Conditions::default();
        if filter.is_unresolved {
            wanted.must("state <> 'resolved'");
        }
        wanted.may("state = ?", filter.state.as_ref());
        wanted.may("severity = ?", filter.severity.as_ref());
        wanted.may(
            "number IN (SELECT incident FROM incident_services WHERE service = ?)",
            filter.service.as_ref(),
        );
        wanted.may("owner = ?", filter.owner.as_ref());
        wanted.may("opened_ms >= ?", filter.opened_from_ms.as_ref());
        wanted.may("opened_ms < ?", filter.opened_before_ms.as_ref());
        self.page(INCIDENT, wanted, NEWEST_FIRST, page, incident)
    }

    /// An incident. Its timeline is [`Reader::timeline`].
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn incident(&self, number: u64) -> Result<Option<Incident>, JournalError> {
        let found = self.query(&format!("{INCIDENT} WHERE number = ?1"), [number.cast_signed()], incident)?;
        Ok(found.into_iter().next())
    }

    /// Silences, the newest first; with `at_ms` only those that hold then.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn silences(&self, at_ms: Option<i64>, page: Page) -> Result<Vec<SilenceRow>, JournalError> {
        let mut wanted = Conditions::default();
        wanted.may("from_ms <= ?", at_ms.as_ref());
        wanted.may("to_ms > ?", at_ms.as_ref());
        wanted.may("(ended_ms IS NULL OR ended_ms > ?)", at_ms.as_ref());
        self.page("SELECT * FROM silences", wanted, NEWEST_FIRST, page, silence)
    }
}

fn incident(row: &Row<'_>) -> rusqlite::Result<Incident> {
    Ok(Incident {
        number: number(row, "number")?,
        title: row.get("title")?,
        state: row.get("state")?,
        severity: row.get("severity")?,
        priority: row.get("priority")?,
        services: json(row, "services")?,
        owner: row.get("owner")?,
        cause: row.get("cause")?,
        opened_ms: row.get("opened_ms")?,
        acknowledged_ms: row.get("acknowledged_ms")?,
        acknowledged_by: row.get("acknowledged_by")?,
        acknowledged_until_ms: row.get("acknowledged_until_ms")?,
        resolved_ms: row.get("resolved_ms")?,
        resolved_by: row.get("resolved_by")?,
        reopened_ms: row.get("reopened_ms")?,
        times_reopened: row.get("times_reopened")?,
    })
}

fn silence(row: &Row<'_>) -> rusqlite::Result<SilenceRow> {
    Ok(SilenceRow {
        number: number(row, "number")?,
        silence: crate::Silence {
            key: row.get("key")?,
            alert: row.get("alert")?,
            service: row.get("service")?,
            labels: json(row, "labels")?,
            from_ms: row.get("from_ms")?,
            to_ms: row.get("to_ms")?,
            why: row.get("why")?,
        },
        made_by: row.get("made_by")?,
        made_ms: row.get("made_ms")?,
        ended_by: row.get("ended_by")?,
        ended_ms: row.get("ended_ms")?,
    })
}
