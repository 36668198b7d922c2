//! Events as PagerDuty takes them: at most 512 KB each, a summary of at most 1,024 characters. What is longer is cut and marked.

use std::collections::BTreeMap;

use nvp_respond::effect::Notification;
use nvp_respond::severity::Severity;
use serde_json::{Value, json};

use crate::channels::call::http_address;
use crate::channels::text::{Escape, Fields, Text, truncated};
use crate::channels::{Address, Site};

/// The longest summary.
const SUMMARY_CHARACTERS_MAX: usize = 1_024;
/// The longest text: four bytes a character at most, so that an event stays below 512 KB with all the rest.
const DETAILS_CHARACTERS_MAX: usize = 80_000;
/// All labels together, in bytes.
const LABELS_BYTES_MAX: usize = 32 << 10;
/// The longest address of a link, in bytes.
const LINK_BYTES_MAX: usize = 2 << 10;

/// An alert's key: of this installation, the incident, how often that had been acknowledged, and the routing key, because another key's alert
/// would swallow ours.
pub(super) fn dedup_key(
    site: &Site,
    notification: &Notification,
    acknowledgements: u32,
    address: &Address,
) -> String {
    let about = match (notification.incident, acknowledgements) {
        (None, _) => format!("notification-{}", site.digest(&[&notification.key], 32)),
        (Some(number), 0) => format!("incident-{number}"),
        (Some(number), times) => format!("incident-{number}-{times}"),
    };
    format!("{}/{about}/{}", site.name, site.digest(&["routing key", address.expose()], 8))
}

/// Opens the alert, or adds to it.
pub(super) fn trigger(
    notification: &Notification,
    site: &Site,
    text: &Text,
    address: &Address,
    key: &str,
) -> Value {
    let mut event = message(notification, site, text, address, false);
    if let Some(fields) = event.as_object_mut() {
        fields.insert("event_action".to_owned(), json!("trigger"));
        fields.insert("dedup_key".to_owned(), json!(key));
        fields.insert("client".to_owned(), json!("novaevo-policy"));
        if let Some(link) = link(site, notification) {
            fields.insert("client_url".to_owned(), json!(link));
        }
    }
    if let Some(payload) = event.get_mut("payload").and_then(Value::as_object_mut) {
        payload.insert("severity".to_owned(), json!(severity(notification.severity)));
    }
    event
}

/// Says that somebody is at it.
pub(super) fn acknowledgement(address: &Address, key: &str) -> Value {
    json!({ "routing_key": address.expose(), "event_action": "acknowledge", "dedup_key": key })
}

/// Closes the alert.
pub(super) fn resolution(address: &Address, key: &str) -> Value {
    json!({ "routing_key": address.expose(), "event_action": "resolve", "dedup_key": key })
}

/// Something to know, which opens no alert.
pub(super) fn change(
    notification: &Notification,
    site: &Site,
    text: &Text,
    address: &Address,
    in_doubt: bool,
) -> Value {
    message(notification, site, text, address, in_doubt)
}

fn message(
    notification: &Notification,
    site: &Site,
    text: &Text,
    address: &Address,
    in_doubt: bool,
) -> Value {
    let fields = Fields::of(notification, site, Escape::Nothing, in_doubt);
    let mut links = Vec::new();
    let runbook = fields.runbook.as_ref().filter(|url| url.len() <= LINK_BYTES_MAX);
    if let Some(runbook) = runbook.filter(|url| http_address(url).is_ok()) {
        links.push(json!({ "href": runbook, "text": "runbook" }));
    }
    if let Some(link) = link(site, notification) {
        links.push(json!({ "href": link, "text": "incident" }));
    }
    json!({
        "routing_key": address.expose(),
        "payload": {
            "summary": truncated(&text.subject, SUMMARY_CHARACTERS_MAX),
            "source": site.name,
            "timestamp": fields.since,
            "custom_details": {
                "description": truncated(&text.body, DETAILS_CHARACTERS_MAX),
                "labels": labels(&fields.labels),
                "alerts": fields.alerts,
                "priority": fields.priority,
            },
        },
        "links": links,
    })
}

/// Labels as far as there is room.
fn labels(labels: &BTreeMap<String, String>) -> BTreeMap<&str, &str> {
    let mut room = LABELS_BYTES_MAX;
    let mut kept = BTreeMap::new();
    for (name, value) in labels {
        let Some(left) = room.checked_sub(name.len() + value.len()) else {
            kept.insert("…", "cut");
            break;
        };
        room = left;
        kept.insert(name.as_str(), value.as_str());
    }
    kept
}

fn link(site: &Site, notification: &Notification) -> Option<String> {
    site.link(notification.incident).filter(|url| url.len() <= LINK_BYTES_MAX)
}

/// A severity by PagerDuty's names.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Minor => "warning",
        Severity::Major => "error",
        Severity::Critical => "critical",
    }
}
