//! Alertmanager's webhook payload, version 4. Receivers ignore fields that they do not know.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use nvp_respond::effect::{Notification, Reason};
use nvp_respond::severity::Severity;
use serde::Serialize;

use crate::channels::Site;
use crate::channels::text::{Escape, Fields, Text};

/// The instant that says "not yet".
const NEVER: &str = "0001-01-01T00:00:00Z";

/// The payload.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payload<'n> {
    version: &'static str,
    group_key: String,
    truncated_alerts: u32,
    status: &'static str,
    receiver: String,
    group_labels: BTreeMap<String, String>,
    common_labels: BTreeMap<String, String>,
    common_annotations: BTreeMap<&'static str, String>,
    #[serde(rename = "externalURL")]
    external_url: String,
    #[serde(rename = "notification_reason")]
    notification_reason: &'static str,
    alerts: [Alert; 1],
    /// Ours: all that is known, by its own names.
    novaevo: Fields<'n>,
}

/// What the notification's alerts have in common, as one alert.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Alert {
    status: &'static str,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<&'static str, String>,
    starts_at: String,
    ends_at: String,
    #[serde(rename = "generatorURL")]
    generator_url: String,
    fingerprint: String,
}

impl<'n> Payload<'n> {
    /// Of a notification, in these words, at this moment since the Unix epoch.
    pub(super) fn of(
        notification: &'n Notification,
        site: &'n Site,
        text: &Text,
        in_doubt: bool,
        now: Duration,
    ) -> Self {
        let fields = Fields::of(notification, site, Escape::Nothing, in_doubt);
        let is_over = matches!(notification.reason, Reason::Resolved);
        let status = if is_over { "resolved" } else { "firing" };
        let group = notification.incident.map_or_else(
            || format!("notification/{}", notification.key),
            |number| format!("incident/{number}"),
        );
        let group_labels = notification
            .incident
            .map(|number| ("incident".to_owned(), number.to_string()))
            .into_iter()
            .collect::<BTreeMap<_, _>>();
        let labels = labels(&fields);
        let annotations = annotations(&fields, text);
        let link = fields.link.clone().unwrap_or_default();
        let fingerprint = site.digest(&["alert", &group], 16);
        let ends_at = if is_over { instant(now) } else { NEVER.to_owned() };
        let alert = Alert {
            status,
            labels: labels.clone(),
            annotations: annotations.clone(),
            starts_at: fields.since.clone(),
            ends_at,
            generator_url: link.clone(),
            fingerprint,
        };
        Self {
            version: "4",
            group_key: format!("{}/{group}", site.name),
            truncated_alerts: notification.alerts.saturating_sub(1),
            status,
            receiver: fields.person.clone().or_else(|| fields.team.clone()).unwrap_or_default(),
            group_labels,
            common_labels: labels,
            common_annotations: annotations,
            external_url: link,
            notification_reason: fields.reason,
            alerts: [alert],
            novaevo: fields,
        }
    }
}

/// The labels that all have, and those that receivers expect.
fn labels(fields: &Fields<'_>) -> BTreeMap<String, String> {
    let mut labels = fields.labels.clone();
    labels.entry("alertname".to_owned()).or_insert_with(|| fields.title.clone());
    labels.entry("severity".to_owned()).or_insert_with(|| severity(fields.severity).to_owned());
    labels
}

fn annotations(fields: &Fields<'_>, text: &Text) -> BTreeMap<&'static str, String> {
    let mut annotations =
        BTreeMap::from([("summary", text.subject.clone()), ("description", text.body.clone())]);
    if let Some(runbook) = &fields.runbook {
        annotations.insert("runbook_url", runbook.clone());
    }
    if fields.possible_repeat {
        annotations.insert("possible_repeat", "true".to_owned());
    }
    annotations
}

/// A severity by the name that Prometheus' users give it.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Minor | Severity::Major => "warning",
        Severity::Critical => "critical",
    }
}

fn instant(since_epoch: Duration) -> String {
    i64::try_from(since_epoch.as_secs())
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .map_or_else(|| NEVER.to_owned(), |at| at.to_string())
}
