//! Incidents: alerts of one service, and of services connected with it, as people see them.

mod called;
mod levels;
pub(crate) mod rows;
pub mod services;
pub(crate) mod tally;
pub(crate) mod text;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

pub use self::levels::Level;
use crate::input::{IncidentNumber, Labels};
use crate::ladder::Run;
use crate::severity::Severity;
use rows::{Row, RowNumber};
use tally::Tally;

/// An incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    pub(crate) number: IncidentNumber,
    pub(crate) title: String,
    pub(crate) owner: Option<String>,
    pub(crate) opened_ms: i64,
    /// When a row last began to stand, or changed its level.
    pub(crate) last_alert_ms: i64,
    pub(crate) state: State,
    /// All services that it has had.
    pub(crate) services: BTreeMap<SmolStr, Failing>,
    /// The rows that stand, by severity.
    pub(crate) standing: Tally,
    /// The labels that all rows it ever had share; `None` before the first.
    pub(crate) labels: Option<Labels>,
    pub(crate) cause: Option<String>,
    /// The worst that stands, or stood when it was resolved.
    pub(crate) severity: Severity,
    pub(crate) priority: u8,
    /// Whether other services fail than when the cause was last looked for.
    pub(crate) is_cause_open: bool,
    pub(crate) acknowledged: Option<Acknowledgement>,
    /// Why nobody is called, while nobody is.
    pub(crate) suppressed: Option<Suppression>,
    pub(crate) ladders: Vec<Run>,
    /// The ladders that ran when somebody declared it resolved though alerts stood.
    pub(crate) ladders_before: Vec<String>,
    /// Who was told, and how many notifications to them have not failed.
    pub(crate) told: BTreeMap<Whom, u32>,
    /// How often each rung was called: counted over reopenings, so that keys never come again.
    pub(crate) attempts: BTreeMap<(String, String), u32>,
    /// How often it was resolved.
    pub(crate) resolutions: u32,
    /// How often it was acknowledged, over reopenings too.
    pub(crate) acknowledgements: u32,
    /// How many rows ended because their data ended.
    pub(crate) forgotten: u32,
}

/// Whether an incident is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// It is.
    Open,
    /// It was resolved: when, and by whom if not by itself.
    Resolved(i64, Option<String>),
}

/// A service in an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Failing {
    /// Its rows that stand, by severity.
    pub info: u32,
    pub minor: u32,
    pub major: u32,
    pub critical: u32,
    /// When the first of those that stand began to.
    pub since_ms: i64,
}

/// Somebody has taken it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// Who.
    pub by: String,
    /// When, in ms since the Unix epoch.
    pub at_ms: i64,
    /// Until when it holds, in mature time.
    pub(crate) until_mature_ms: i64,
    /// How grave it was then.
    pub severity: Severity,
}

/// Nobody is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// Why.
    pub why: String,
    /// Until when at least, in ms since the Unix epoch.
    pub until_ms: i64,
}

/// Who was told, and by which channel.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Whom {
    pub channel: String,
    pub team: String,
    pub person: Option<String>,
}

impl Incident {
    /// Its number.
    #[must_use]
    pub const fn number(&self) -> IncidentNumber {
        self.number
    }

    /// What it is about, as it was when it was opened.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The team whose it is: the owner of the service that it was opened for.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// When it was opened first, in ms since the Unix epoch.
    #[must_use]
    pub const fn opened_ms(&self) -> i64 {
        self.opened_ms
    }

    /// Whether it is open, or since when not.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Whether it is open.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, State::Open)
    }

    /// The service that it is thought to come from.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The worst that stands, or stood when it was resolved.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.severity
    }

    /// How urgent it is, from 1 (most) to 5.
    #[must_use]
    pub const fn priority(&self) -> u8 {
        self.priority
    }

    /// All services that it has had, by name.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.services.keys().map(SmolStr::as_str)
    }

    /// How many rows of alerts stand.
    #[must_use]
    pub fn alerts(&self) -> usize {
        self.standing.len()
    }

    /// Who has acknowledged it, while that holds.
    #[must_use]
    pub const fn acknowledged(&self) -> Option<&Acknowledgement> {
        self.acknowledged.as_ref()
    }

    /// Why nobody is called, where somebody would have been.
    #[must_use]
    pub const fn suppressed(&self) -> Option<&Suppression> {
        self.suppressed.as_ref()
    }

    /// Its ladders, each with the rung that it stands at.
    pub fn rungs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ladders.iter().map(|run| (run.ladder.as_str(), run.rung.as_str()))
    }

    /// A row begins to stand.
    pub(crate) fn join(&mut self, number: RowNumber, row: &Row, now_ms: i64) {
        self.standing.at_mut(row.severity).insert(number);
        if !self.services.contains_key(&row.service) {
            self.services.insert(row.service.clone(), Failing::default());
        }
        let Some(service) = self.services.get_mut(&row.service) else { return };
        if service.standing() == 0 {
            service.since_ms = now_ms;
            self.is_cause_open = true;
        }
        let count = service.at_mut(row.severity);
        *count = count.saturating_add(1);
        let is_of_row = |label: &(String, String)| row.labels.binary_search(label).is_ok();
        match &mut self.labels {
            None => self.labels = Some(row.labels.clone()),
            Some(shared) if shared.iter().all(is_of_row) => {}
            Some(shared) => *shared = shared.iter().filter(|label| is_of_row(label)).cloned().collect(),
        }
        self.last_alert_ms = now_ms;
    }

    /// A row that stands is about to stand at another level.
    pub(crate) fn relevel(&mut self, number: RowNumber, row: &Row, severity: Severity, now_ms: i64) {
        self.standing.at_mut(row.severity).remove(&number);
        self.standing.at_mut(severity).insert(number);
        if let Some(service) = self.services.get_mut(&row.service) {
            let before = service.at_mut(row.severity);
            *before = before.saturating_sub(1);
            let after = service.at_mut(severity);
            *after = after.saturating_add(1);
        }
        self.last_alert_ms = now_ms;
    }

    /// A row stands no longer.
    pub(crate) fn leave(&mut self, number: RowNumber, row: &Row) {
        self.standing.at_mut(row.severity).remove(&number);
        if let Some(service) = self.services.get_mut(&row.service) {
            let count = service.at_mut(row.severity);
            *count = count.saturating_sub(1);
            self.is_cause_open |= service.standing() == 0;
        }
    }
}

impl Failing {
    /// How many of its rows stand.
    pub(crate) const fn standing(&self) -> u32 {
        self.info.saturating_add(self.minor).saturating_add(self.major).saturating_add(self.critical)
    }

    /// The worst that stands.
    pub(crate) const fn worst(&self) -> Option<Severity> {
        match (self.critical, self.major, self.minor, self.info) {
            (0, 0, 0, 0) => None,
            (0, 0, 0, _) => Some(Severity::Info),
            (0, 0, _, _) => Some(Severity::Minor),
            (0, _, _, _) => Some(Severity::Major),
            _ => Some(Severity::Critical),
        }
    }

    const fn at_mut(&mut self, severity: Severity) -> &mut u32 {
        match severity {
            Severity::Info => &mut self.info,
            Severity::Minor => &mut self.minor,
            Severity::Major => &mut self.major,
            Severity::Critical => &mut self.critical,
        }
    }
}
