//! What happens to an incident, as it is written down.

use serde::{Deserialize, Serialize};

use crate::words::Severity;

/// What happens to an incident. In the audit trail: the kind in `kind`, a sentence in `text`, the whole in `detail`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum IncidentEvent {
    /// It was opened.
    Opened {
        /// What it is about.
        title: String,
        /// The services, by name.
        services: Vec<String>,
        /// Whose it is.
        owner: Option<String>,
    },
    /// It was opened again.
    Reopened,
    /// An alert's row joined, or changed its level.
    Alert {
        /// The alert.
        alert: String,
        /// The row's labels.
        labels: Vec<(String, String)>,
        /// The service it belongs to, which the incident is about from now on too.
        service: Option<String>,
        /// The level's name; `None` when it cleared.
        level: Option<String>,
        /// What the policy says of it.
        says: String,
    },
    /// It is thought to come from a service.
    Cause {
        /// Which.
        service: String,
    },
    /// How urgent and how grave it is.
    Priority {
        /// From 1 (most) to 5.
        priority: u8,
        /// How grave.
        severity: Severity,
    },
    /// A rung is called.
    Rung {
        /// The ladder.
        ladder: String,
        /// The rung.
        rung: String,
        /// Which time, from 1.
        attempt: u32,
    },
    /// A rung was passed over.
    Skipped {
        /// The ladder.
        ladder: String,
        /// The rung.
        rung: String,
        /// Why.
        why: String,
    },
    /// Nobody was told.
    Suppressed {
        /// Why.
        why: String,
    },
    /// What suppressed it is over.
    Unsuppressed,
    /// Something could not be told to somebody.
    ReachesNobody {
        /// The team.
        team: String,
        /// The channel.
        channel: String,
        /// Why.
        why: String,
    },
    /// A notification was made.
    Notified {
        /// Its number.
        notification: u64,
    },
    /// Somebody acknowledged it.
    Acknowledged {
        /// Who.
        by: String,
        /// How long that holds.
        until_ms: i64,
    },
    /// The acknowledgement ran out.
    AcknowledgementEnded,
    /// A ladder has come to its end.
    LadderEnded {
        /// Which.
        ladder: String,
    },
    /// A playbook was run for it.
    Remedy {
        /// The run's number.
        action: u64,
        /// The playbook.
        playbook: String,
    },
    /// It was resolved.
    Resolved {
        /// By whom; `None`: by itself.
        by: Option<String>,
    },
}

impl IncidentEvent {
    /// The word in the column `kind`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Reopened => "reopened",
            Self::Alert { .. } => "alert",
            Self::Cause { .. } => "cause",
            Self::Priority { .. } => "priority",
            Self::Rung { .. } => "rung",
            Self::Skipped { .. } => "skipped",
            Self::Suppressed { .. } => "suppressed",
            Self::Unsuppressed => "unsuppressed",
            Self::ReachesNobody { .. } => "reaches_nobody",
            Self::Notified { .. } => "notified",
            Self::Acknowledged { .. } => "acknowledged",
            Self::AcknowledgementEnded => "acknowledgement_ended",
            Self::LadderEnded { .. } => "ladder_ended",
            Self::Remedy { .. } => "remedy",
            Self::Resolved { .. } => "resolved",
        }
    }

    /// The person who did it.
    #[must_use]
    pub fn actor(&self) -> Option<&str> {
        match self {
            Self::Acknowledged { by, .. } => Some(by),
            Self::Resolved { by } => by.as_deref(),
            _ => None,
        }
    }

    /// A line for people.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Opened { title, .. } => format!("opened: {title}"),
            Self::Reopened => "opened again".to_owned(),
            Self::Alert { alert, labels, level: Some(level), says, .. } => {
                format!("{}{} is {level}: {says}", alert, shown(labels))
            }
            Self::Alert { alert, labels, level: None, .. } => format!("{}{} cleared", alert, shown(labels)),
            Self::Cause { service } => format!("probable cause: {service}"),
            Self::Priority { priority, severity } => format!("priority {priority}, {}", severity.as_str()),
            Self::Rung { ladder, rung, attempt } => format!("{ladder} calls {rung}, time {attempt}"),
            Self::Skipped { ladder, rung, why } => format!("{ladder} passes over {rung}: {why}"),
            Self::Suppressed { why } => format!("nobody is told: {why}"),
            Self::Unsuppressed => "what kept it from being told is over".to_owned(),
            Self::ReachesNobody { team, channel, why } => {
                format!("{team} by {channel} reaches nobody: {why}")
            }
            Self::Notified { notification } => format!("notification {notification}"),
            Self::Acknowledged { by, .. } => format!("acknowledged by {by}"),
            Self::AcknowledgementEnded => "the acknowledgement ran out".to_owned(),
            Self::LadderEnded { ladder } => format!("{ladder} has come to its end"),
            Self::Remedy { action, playbook } => format!("{playbook} is run, action {action}"),
            Self::Resolved { by: Some(by) } => format!("resolved by {by}"),
            Self::Resolved { by: None } => "resolved".to_owned(),
        }
    }
}

/// Labels as a policy writes them; nothing where there are none.
fn shown(labels: &[(String, String)]) -> String {
    if labels.is_empty() {
        return String::new();
    }
    let inside: Vec<String> = labels.iter().map(|(name, value)| format!("{name} = {value:?}")).collect();
    format!("{{{}}}", inside.join(", "))
}
