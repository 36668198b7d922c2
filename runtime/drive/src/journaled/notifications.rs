//! Notifications as rows, and rows of the outbox as notifications again.

use nvp_journal::words::Severity as Word;
use nvp_journal::{Delivery as Step, Notification as Row, Reason as Why};
use nvp_respond::effect::{Notification, Reason};
use nvp_respond::input::Delivery;
use nvp_respond::severity::Severity;

use super::incidents::severity;

/// A row of the outbox; made at this instant (ms since the Unix epoch).
#[must_use]
pub fn notification(notification: &Notification, made_ms: i64) -> Row {
    let Notification { number, key, incident, reason, channel, team, person, severity: grave, .. } =
        notification.clone();
    let Notification { priority, title, lines, labels, runbook, alerts, since_ms, .. } = notification.clone();
    let acknowledgements = notification.acknowledgements;
    Row {
        number,
        key,
        made_ms,
        incident,
        reason: match reason {
            Reason::Page { ladder, rung, attempt } => Why::Page { ladder, rung, attempt },
            Reason::Worse => Why::Worse,
            Reason::Unacknowledged => Why::Unacknowledged,
            Reason::Resolved => Why::Resolved,
            Reason::Notice => Why::Notice,
            Reason::Ticket => Why::Ticket,
            Reason::Approval(action) => Why::Approval { action },
            Reason::Acknowledged => Why::Acknowledged,
        },
        channel,
        team,
        person,
        severity: severity(grave),
        priority,
        title,
        lines,
        labels,
        runbook,
        alerts,
        since_ms,
        acknowledgements,
    }
}

/// What a row of the outbox tells.
#[must_use]
pub fn restored(row: &Row) -> Notification {
    let Row { number, key, incident, reason, channel, team, person, severity, priority, .. } = row.clone();
    let Row { title, lines, labels, runbook, alerts, since_ms, acknowledgements, .. } = row.clone();
    Notification {
        number,
        key,
        incident,
        reason: match reason {
            Why::Page { ladder, rung, attempt } => Reason::Page { ladder, rung, attempt },
            Why::Worse => Reason::Worse,
            Why::Unacknowledged => Reason::Unacknowledged,
            Why::Resolved => Reason::Resolved,
            Why::Notice => Reason::Notice,
            Why::Ticket => Reason::Ticket,
            Why::Approval { action } => Reason::Approval(action),
            Why::Acknowledged => Reason::Acknowledged,
        },
        channel,
        team,
        person,
        severity: match severity {
            Word::Info => Severity::Info,
            Word::Minor => Severity::Minor,
            Word::Major => Severity::Major,
            Word::Critical => Severity::Critical,
        },
        priority,
        title,
        lines,
        labels,
        runbook,
        alerts,
        since_ms,
        acknowledgements,
    }
}

pub(super) fn delivery(delivery: &Delivery) -> Step {
    match delivery.clone() {
        Delivery::Accepted => Step::Accepted,
        Delivery::Sent => Step::Sent,
        Delivery::Delivered => Step::Delivered,
        Delivery::Seen => Step::Seen,
        Delivery::Failed(why) => Step::Failed { why },
    }
}
