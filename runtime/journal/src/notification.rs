//! Notifications, how far each has come, and the attempts to send it.

use serde::{Deserialize, Serialize};

use crate::words::{AttemptResult, ReasonKind, Severity};

/// Something to tell somebody; from the moment that it is durable it is never lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notification {
    /// Its number.
    pub number: u64,
    /// The same for the same (incident, ladder, rung, attempt, channel, whom), and for nothing else.
    pub key: String,
    /// When it was made.
    pub made_ms: i64,
    /// About which incident; `None` for what belongs to none.
    pub incident: Option<u64>,
    /// Why it is sent.
    pub reason: Reason,
    /// By which channel.
    pub channel: String,
    /// Which team is meant.
    pub team: Option<String>,
    /// Which person, where the channel reaches people.
    pub person: Option<String>,
    /// How grave.
    pub severity: Severity,
    /// How urgent, from 1 (most) to 5.
    pub priority: u8,
    /// A line.
    pub title: String,
    /// What is known, a line each.
    pub lines: Vec<String>,
    /// Labels that all its alerts share, sorted by name.
    pub labels: Vec<(String, String)>,
    /// Where to read what to do.
    pub runbook: Option<String>,
    /// How many alerts it stands for.
    pub alerts: u32,
    /// Since when, in ms since the Unix epoch.
    pub since_ms: i64,
    /// How often its incident had been acknowledged when it was made, this time included where it tells of one.
    #[serde(default)]
    pub acknowledgements: u32,
}

/// Why a notification is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A rung is called.
    Page {
        /// The ladder.
        ladder: String,
        /// The rung.
        rung: String,
        /// Which time, from 1.
        attempt: u32,
    },
    /// It got worse than was told.
    Worse,
    /// An acknowledgement ran out.
    Unacknowledged,
    /// It is resolved: to those who were told that it is not.
    Resolved,
    /// For information.
    Notice,
    /// A ticket to be written.
    Ticket,
    /// A run waits for an approval.
    Approval {
        /// The run's number.
        action: u64,
    },
    /// Somebody has acknowledged it: to those who were told of it.
    Acknowledged,
}

impl Reason {
    /// The word in the column `reason`.
    #[must_use]
    pub const fn kind(&self) -> ReasonKind {
        match self {
            Self::Page { .. } => ReasonKind::Page,
            Self::Worse => ReasonKind::Worse,
            Self::Unacknowledged => ReasonKind::Unacknowledged,
            Self::Resolved => ReasonKind::Resolved,
            Self::Notice => ReasonKind::Notice,
            Self::Ticket => ReasonKind::Ticket,
            Self::Approval { .. } => ReasonKind::Approval,
            Self::Acknowledged => ReasonKind::Acknowledged,
        }
    }
}

/// How far a notification has come. The first instant of each step counts; steps may come in any order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Delivery {
    /// The channel took it over.
    Accepted,
    /// It left.
    Sent,
    /// It arrived.
    Delivered,
    /// Somebody saw it.
    Seen,
    /// It was given up.
    Failed {
        /// Why, for people, without secrets.
        why: String,
    },
}

impl Delivery {
    /// The word in the audit trail's column `kind`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Seen => "seen",
            Self::Failed { .. } => "failed",
        }
    }

    /// A line for people.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Failed { why } => format!("failed: {why}"),
            other => other.kind().to_owned(),
        }
    }
}

/// How an attempt to send a notification ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptEnd {
    /// The channel took it over; the notification leaves the outbox.
    Accepted {
        /// What the other side calls it, where it says so.
        remote: Option<String>,
    },
    /// It left; the notification leaves the outbox.
    Sent {
        /// What the other side calls it, where it says so.
        remote: Option<String>,
    },
    /// It was not sent, and is to be tried again, not before then.
    Retry {
        /// Why, for people, without secrets.
        why: String,
        /// The earliest instant of the next attempt.
        not_before_ms: i64,
    },
    /// It was not sent, and is given up; the notification leaves the outbox.
    Failed {
        /// Why, for people, without secrets.
        why: String,
    },
    /// No answer came: whether it was sent is not known. On a channel without a key the next attempt is a repeat.
    Unknown {
        /// Why, for people, without secrets.
        why: String,
        /// The earliest instant of the next attempt.
        not_before_ms: i64,
    },
}

impl AttemptEnd {
    /// The word in the column `result`.
    #[must_use]
    pub const fn result(&self) -> AttemptResult {
        match self {
            Self::Accepted { .. } => AttemptResult::Accepted,
            Self::Sent { .. } => AttemptResult::Sent,
            Self::Retry { .. } => AttemptResult::Retry,
            Self::Failed { .. } => AttemptResult::Failed,
            Self::Unknown { .. } => AttemptResult::Unknown,
        }
    }

    pub(crate) fn why(&self) -> Option<&str> {
        match self {
            Self::Retry { why, .. } | Self::Failed { why } | Self::Unknown { why, .. } => Some(why),
            Self::Accepted { .. } | Self::Sent { .. } => None,
        }
    }

    pub(crate) const fn not_before_ms(&self) -> Option<i64> {
        match self {
            Self::Retry { not_before_ms, .. } | Self::Unknown { not_before_ms, .. } => Some(*not_before_ms),
            Self::Accepted { .. } | Self::Sent { .. } | Self::Failed { .. } => None,
        }
    }

    pub(crate) fn remote(&self) -> Option<&str> {
        match self {
            Self::Accepted { remote } | Self::Sent { remote } => remote.as_deref(),
            Self::Retry { .. } | Self::Failed { .. } | Self::Unknown { .. } => None,
        }
    }
}
