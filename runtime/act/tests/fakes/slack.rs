//! Slack: `chat.postMessage`, the history with metadata, and incoming webhooks. 200 even where it refuses; nothing is deduplicated.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::http::{Request, Server};

/// The service's state.
#[derive(Debug, Default)]
pub struct Slack {
    pub token: String,
    /// Names of channels, by id.
    pub channels: BTreeMap<String, String>,
    /// Whether the bot may read histories.
    pub may_read: bool,
    /// What every call is refused with, where anything.
    pub error: Option<&'static str>,
    /// All messages, as they were posted, with `channel` and `ts`.
    pub messages: Vec<Value>,
    /// Texts posted to the incoming webhook.
    pub incoming: Vec<String>,
}

/// Starts a workspace with the channel `#ops`, `C0PS12345`.
pub async fn start(token: &str) -> Server<Slack> {
    let slack = Slack {
        token: token.into(),
        channels: BTreeMap::from([("C0PS12345".into(), "#ops".into())]),
        may_read: true,
        ..Slack::default()
    };
    Server::start(slack, serve).await
}

fn refuse(error: &str) -> (u16, String) {
    (200, json!({ "ok": false, "error": error }).to_string())
}

fn serve(slack: &mut Slack, request: &Request) -> (u16, String) {
    if request.uri.path().starts_with("/services/") {
        let text = request.json()["text"].as_str().unwrap_or_default().to_owned();
        return match (text.is_empty(), slack.error) {
            (true, _) => (400, "no_text".into()),
            (_, Some(error)) => (200, error.into()),
            (..) => {
                slack.incoming.push(text);
                (200, "ok".into())
            }
        };
    }
    if let Some(error) = slack.error {
        return refuse(error);
    }
    if request.header("authorization") != format!("Bearer {}", slack.token) {
        return refuse("invalid_auth");
    }
    match request.uri.path() {
        "/chat.postMessage" => post(slack, request.json()),
        "/conversations.history" => history(slack, request, None),
        "/conversations.replies" => history(slack, request, request.parameter("ts")),
        _ => refuse("unknown_method"),
    }
}

fn post(slack: &mut Slack, mut message: Value) -> (u16, String) {
    let wanted = message["channel"].as_str().unwrap_or_default().to_owned();
    let found = slack.channels.iter().find(|(id, name)| **id == wanted || **name == wanted);
    let Some((id, _)) = found else { return refuse("channel_not_found") };
    let text = message["text"].as_str().unwrap_or_default();
    if text.is_empty() || text.chars().count() > 40_000 {
        return refuse(if text.is_empty() { "no_text" } else { "msg_too_long" });
    }
    let ts = format!("{}.000100", 1_800_000_000 + slack.messages.len());
    message["ts"] = json!(ts);
    message["channel"] = json!(id);
    slack.messages.push(message);
    (200, json!({ "ok": true, "channel": id, "ts": ts }).to_string())
}

fn history(slack: &mut Slack, request: &Request, thread: Option<String>) -> (u16, String) {
    if !slack.may_read {
        return refuse("missing_scope");
    }
    let channel = request.parameter("channel").unwrap_or_default();
    // Names are not taken here.
    if !slack.channels.contains_key(&channel) {
        return refuse("channel_not_found");
    }
    let oldest: f64 = request.parameter("oldest").map_or(0.0, |text| text.parse().unwrap());
    let with_metadata = request.parameter("include_all_metadata").as_deref() == Some("true");
    let in_view = |message: &&Value| {
        let ts: f64 = message["ts"].as_str().unwrap().parse().unwrap();
        let place = match &thread {
            Some(thread) => message["thread_ts"] == json!(thread) || message["ts"] == json!(thread),
            None => message.get("thread_ts").is_none(),
        };
        message["channel"] == json!(channel) && ts > oldest && place
    };
    let mut messages: Vec<Value> = slack.messages.iter().filter(in_view).cloned().collect();
    if !with_metadata {
        for message in &mut messages {
            message.as_object_mut().unwrap().remove("metadata");
        }
    }
    // Newest first, two a page, however many are asked for: a client must follow the cursor.
    messages.reverse();
    let at: usize = request.parameter("cursor").map_or(0, |text| text.parse().unwrap());
    let page: Vec<Value> = messages.iter().skip(at).take(2).cloned().collect();
    let next = if at + 2 < messages.len() { (at + 2).to_string() } else { String::new() };
    let body = json!({ "ok": true, "messages": page, "response_metadata": { "next_cursor": next } });
    (200, body.to_string())
}
