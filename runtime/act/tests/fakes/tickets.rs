//! A system of tickets: creates and comments whatever it is asked to, as often as it is asked, searches by label, and closes what is open.

use serde_json::{Value, json};

use super::http::{Request, Server};

/// The system's state: all tickets, as they were created.
#[derive(Debug, Default)]
pub struct Tickets {
    pub tickets: Vec<Value>,
    /// Comments, each with the key of its ticket.
    pub comments: Vec<(String, String)>,
    /// The keys of tickets that are closed.
    pub closed: Vec<String>,
    /// How many searches there were.
    pub searches: u32,
    /// Keys already seen in `idempotency-key`; only a ticket without or with a new one is created.
    pub keys: Vec<String>,
}

/// Starts one.
pub async fn start() -> Server<Tickets> {
    Server::start(Tickets::default(), serve).await
}

fn serve(system: &mut Tickets, request: &Request) -> (u16, String) {
    if request.header("authorization") != "Bearer T0KEN" {
        return (401, json!({ "message": format!("not `{}`", request.header("authorization")) }).to_string());
    }
    if request.uri.path() == "/search" {
        system.searches += 1;
        let wanted = json!(request.parameter("label").unwrap());
        let with =
            |ticket: &&Value| ticket["labels"].as_array().is_some_and(|labels| labels.contains(&wanted));
        let found: Vec<&Value> = system.tickets.iter().filter(with).collect();
        return (200, json!({ "issues": found }).to_string());
    }
    if let Some((key, what)) =
        request.uri.path().strip_prefix("/issue/").and_then(|rest| rest.split_once('/'))
    {
        return update(system, key, what, &request.json());
    }
    let mut ticket = request.json();
    if ticket["summary"].as_str().is_none_or(str::is_empty) {
        return (400, json!({ "message": "summary is required", "echo": "T0KEN" }).to_string());
    }
    let key = request.header("idempotency-key").to_owned();
    if key.is_empty() || !system.keys.contains(&key) {
        system.keys.push(key);
        ticket["key"] = json!(format!("OPS-{}", system.tickets.len() + 1));
        system.tickets.push(ticket.clone());
    }
    (201, json!({ "key": ticket["key"] }).to_string())
}

fn update(system: &mut Tickets, key: &str, what: &str, body: &Value) -> (u16, String) {
    if !system.tickets.iter().any(|ticket| ticket["key"] == key) {
        return (404, json!({ "message": format!("no ticket {key}") }).to_string());
    }
    match what {
        "comment" => {
            system.comments.push((key.to_owned(), body["body"].as_str().unwrap_or_default().to_owned()));
            (201, json!({ "id": "10001" }).to_string())
        }
        "transitions" if system.closed.iter().any(|closed| closed == key) => {
            (400, json!({ "message": "there is no such transition from `Done`" }).to_string())
        }
        "transitions" if body["transition"]["id"] == "31" => {
            system.closed.push(key.to_owned());
            (204, String::new())
        }
        _ => (400, json!({ "message": "what is asked for?" }).to_string()),
    }
}
