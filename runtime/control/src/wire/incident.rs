//! Incidents.

use nvp_journal::words::{IncidentState, NotificationState, ReasonKind, Severity};
use serde::{Deserialize, Serialize};

use super::{Action, Entry};

/// An incident as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Its number.
    pub number: u64,
    /// What it is about.
    pub title: String,
    /// How it stands.
    pub state: IncidentState,
    /// How grave; `null` as long as that was not said.
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
    /// By whom; `null`: by itself.
    pub resolved_by: Option<String>,
    /// When it was opened again last.
    pub reopened_ms: Option<i64>,
    /// How often it was opened again.
    pub times_reopened: u32,
}

/// Which incidents, by how they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Those that are not resolved, acknowledged ones too.
    #[default]
    Unresolved,
    /// Those that nobody sees to.
    Open,
    /// Those that somebody sees to.
    Acknowledged,
    /// Those that are over.
    Resolved,
    /// All.
    All,
}

/// Which incidents.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentQuery {
    /// By how they stand.
    #[serde(default)]
    pub state: Standing,
    /// Only those that are about this service.
    pub service: Option<String>,
    /// Only those with a lesser number: the last one of the page before.
    pub after: Option<u64>,
    /// How many at most; 100 where it is not said, never more than 1,000.
    pub rows: Option<u32>,
}

/// A page of incidents, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Incidents {
    /// The incidents.
    pub incidents: Vec<Incident>,
    /// What to say as `after` for the next page; `null` when this is the last.
    pub next: Option<u64>,
}

/// A notification and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Its number.
    pub number: u64,
    /// Why it is sent.
    pub reason: ReasonKind,
    /// The rung that is called.
    pub rung: Option<String>,
    /// By which channel.
    pub channel: String,
    /// Which team is meant.
    pub team: Option<String>,
    /// Which person, where the channel reaches people.
    pub person: Option<String>,
    /// Its gravest news.
    pub state: NotificationState,
    /// A line.
    pub title: String,
    /// When it was made.
    pub made_ms: i64,
    /// When the channel took it over.
    pub accepted_ms: Option<i64>,
    /// When it left.
    pub sent_ms: Option<i64>,
    /// When it arrived.
    pub delivered_ms: Option<i64>,
    /// When somebody saw it.
    pub seen_ms: Option<i64>,
    /// When what it tells of was acknowledged.
    pub acknowledged_ms: Option<i64>,
    /// When it was given up, or came back.
    pub failed_ms: Option<i64>,
    /// Why.
    pub failed_why: Option<String>,
    /// How often it was tried to be sent.
    pub attempts: u32,
}

/// All about an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentPage {
    /// The incident.
    pub incident: Incident,
    /// What happened to it, the oldest first: of the audit trail about it the last 1,000 rows of alerts, and the last 1,000 others.
    pub timeline: Vec<Entry>,
    /// How many earlier ones are left out.
    pub timeline_left_out: u64,
    /// Who was told, the oldest first: the last 1,000.
    pub notifications: Vec<Notification>,
    /// Whether earlier ones are left out.
    pub are_notifications_left_out: bool,
    /// Playbooks' runs for it, the oldest first: the last 1,000.
    pub actions: Vec<Action>,
}
