//! What a template can insert.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nvp_respond::effect::{Notification, Reason};
use nvp_respond::severity::Severity;
use serde::Serialize;

use super::Escape;
use crate::channels::Site;

/// The fields of a notification, each one line without markup.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Fields<'n> {
    /// The key by which services deduplicate.
    pub(crate) key: &'n str,
    /// The incident's number.
    pub(crate) incident: Option<u64>,
    /// Where to read of it.
    pub(crate) link: Option<String>,
    /// Why it is sent: `page`, `worse`, `unacknowledged`, `resolved`, `notice`, `ticket`, `approval`, `acknowledged`.
    pub(crate) reason: &'static str,
    /// Of a page: the ladder, the rung, which time.
    pub(crate) ladder: Option<&'n str>,
    pub(crate) rung: Option<&'n str>,
    pub(crate) attempt: Option<u32>,
    /// Of an approval: the run that waits.
    pub(crate) action: Option<u64>,
    pub(crate) channel: &'n str,
    pub(crate) team: Option<String>,
    pub(crate) person: Option<String>,
    pub(crate) severity: Severity,
    pub(crate) priority: u8,
    pub(crate) title: String,
    pub(crate) lines: Vec<String>,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) runbook: Option<String>,
    pub(crate) alerts: u32,
    /// Since when, as RFC 3339 in UTC.
    pub(crate) since: String,
    pub(crate) site: &'n str,
    /// Whether it may have arrived before.
    pub(crate) possible_repeat: bool,
}

impl<'n> Fields<'n> {
    /// Their names.
    pub(crate) const NAMES: [&'static str; 21] = [
        "key",
        "incident",
        "link",
        "reason",
        "ladder",
        "rung",
        "attempt",
        "action",
        "channel",
        "team",
        "person",
        "severity",
        "priority",
        "title",
        "lines",
        "labels",
        "runbook",
        "alerts",
        "since",
        "site",
        "possible_repeat",
    ];

    /// Of this notification.
    pub(crate) fn of(notification: &'n Notification, site: &'n Site, escape: Escape, in_doubt: bool) -> Self {
        let field = |text: &String| escape.field(text);
        let page = match &notification.reason {
            Reason::Page { ladder, rung, attempt } => Some((ladder.as_str(), rung.as_str(), *attempt)),
            _ => None,
        };
        let labels = notification.labels.iter().map(|(name, value)| (field(name), field(value)));
        Self {
            key: &notification.key,
            incident: notification.incident,
            link: site.link(notification.incident).as_ref().map(field),
            reason: reason(&notification.reason),
            ladder: page.map(|(ladder, ..)| ladder),
            rung: page.map(|(_, rung, _)| rung),
            attempt: page.map(|(.., attempt)| attempt),
            action: if let Reason::Approval(action) = notification.reason { Some(action) } else { None },
            channel: &notification.channel,
            team: notification.team.as_ref().map(field),
            person: notification.person.as_ref().map(field),
            severity: notification.severity,
            priority: notification.priority,
            title: field(&notification.title),
            lines: notification.lines.iter().map(field).collect(),
            labels: labels.collect(),
            runbook: notification.runbook.as_ref().map(field),
            alerts: notification.alerts,
            since: since(notification.since_ms),
            site: &site.name,
            possible_repeat: in_doubt,
        }
    }
}

/// The reason in one word.
pub(crate) fn reason(reason: &Reason) -> &'static str {
    match reason {
        Reason::Page { .. } => "page",
        Reason::Worse => "worse",
        Reason::Unacknowledged => "unacknowledged",
        Reason::Resolved => "resolved",
        Reason::Notice => "notice",
        Reason::Ticket => "ticket",
        Reason::Approval(_) => "approval",
        Reason::Acknowledged => "acknowledged",
    }
}

/// An instant as RFC 3339, to the second.
pub(crate) fn since(at_ms: i64) -> String {
    Timestamp::from_second(at_ms.div_euclid(1_000)).map_or_else(|_| "?".to_owned(), |at| at.to_string())
}
