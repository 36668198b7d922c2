//! PagerDuty's Events API v2: alerts by `dedup_key`; a resolved key that is triggered is a new alert; acknowledgements and
//! resolutions without an open alert are dropped, and so is a key that is open under another routing key.

use serde_json::{Value, json};

use super::http::{Request, Server};

/// The largest event, in bytes.
const EVENT_BYTES_MAX: usize = 512 << 10;

/// An alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    pub routing_key: String,
    pub dedup_key: String,
    pub summary: String,
    pub severity: String,
    pub state: State,
    /// How often it was triggered.
    pub triggers: u32,
}

/// How an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Triggered,
    Acknowledged,
    Resolved,
}

/// The service's state.
#[derive(Debug, Default)]
pub struct PagerDuty {
    /// By routing key, whether there is one.
    pub routing_keys: Vec<String>,
    pub alerts: Vec<Alert>,
    /// The summaries of change events, each once for each time it came.
    pub changes: Vec<String>,
    /// What was dropped.
    pub dropped: Vec<Value>,
}

/// Starts one with these routing keys.
pub async fn start(routing_keys: &[&str]) -> Server<PagerDuty> {
    let routing_keys = routing_keys.iter().map(|key| (*key).to_owned()).collect();
    Server::start(PagerDuty { routing_keys, ..PagerDuty::default() }, serve).await
}

fn invalid(why: &str, event: &Value) -> (u16, String) {
    let body = json!({
        "status": "invalid event", "message": "Event object is invalid",
        "errors": [format!("{why} ({})", event["routing_key"])],
    });
    (400, body.to_string())
}

fn serve(service: &mut PagerDuty, request: &Request) -> (u16, String) {
    if request.body.len() > EVENT_BYTES_MAX {
        return (413, String::new());
    }
    let event = request.json();
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    if !service.routing_keys.contains(&text("/routing_key")) {
        return invalid("Invalid routing key", &event);
    }
    let summary = text("/payload/summary");
    if request.uri.path() == "/v2/change/enqueue" {
        service.changes.push(summary);
        return (202, json!({ "status": "success", "message": "Change event processed" }).to_string());
    }
    let action = text("/event_action");
    if !matches!(action.as_str(), "trigger" | "acknowledge" | "resolve") {
        return invalid("'event_action' is missing", &event);
    }
    let severity = text("/payload/severity");
    let is_severity = matches!(severity.as_str(), "critical" | "error" | "warning" | "info");
    let is_payload =
        !summary.is_empty() && summary.chars().count() <= 1_024 && !text("/payload/source").is_empty();
    if action == "trigger" && !(is_payload && is_severity) || text("/dedup_key").len() > 255 {
        return invalid("'payload' is invalid", &event);
    }
    let dedup_key = text("/dedup_key");
    enqueue(
        service,
        &action,
        &event,
        Alert {
            routing_key: text("/routing_key"),
            dedup_key: dedup_key.clone(),
            summary,
            severity,
            state: State::Triggered,
            triggers: 1,
        },
    );
    (202, json!({ "status": "success", "message": "Event processed", "dedup_key": dedup_key }).to_string())
}

fn enqueue(service: &mut PagerDuty, action: &str, event: &Value, alert: Alert) {
    let is_open = |known: &&mut Alert| known.dedup_key == alert.dedup_key && known.state != State::Resolved;
    let open = service.alerts.iter_mut().find(is_open);
    match (open, action) {
        (Some(known), _) if known.routing_key != alert.routing_key => service.dropped.push(event.clone()),
        (Some(known), "trigger") => known.triggers += 1,
        (Some(known), "acknowledge") => known.state = State::Acknowledged,
        (Some(known), _) => known.state = State::Resolved,
        (None, "trigger") => service.alerts.push(alert),
        (None, _) => service.dropped.push(event.clone()),
    }
}
