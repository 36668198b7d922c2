//! Those who are told: webhooks of N1's people, and a service of tickets that remembers.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::run::peers::{LONG, serve};

/// What was told, and which tickets were written.
#[derive(Clone)]
pub struct People {
    pub address: SocketAddr,
    heard: watch::Sender<Heard>,
}

#[derive(Debug, Default)]
pub struct Heard {
    /// By which channel, and what.
    pub told: Vec<(String, Value)>,
    /// As they were created, each by whoever asked.
    pub tickets: Vec<Value>,
}

impl People {
    pub async fn start() -> Self {
        let heard = watch::Sender::new(Heard::default());
        let app = Router::new()
            .route("/channel/{name}", post(told))
            .route("/issue", post(create))
            .route("/search", get(search))
            .with_state(heard.clone());
        Self { address: serve(app).await, heard }
    }

    /// Waits until this was told.
    pub async fn until<T>(&self, what: &str, found: impl Fn(&Heard) -> Option<T>) -> T {
        let mut seen = self.heard.subscribe();
        let waited = tokio::time::timeout(LONG, seen.wait_for(|heard| found(heard).is_some())).await;
        match waited {
            Ok(heard) => found(&heard.unwrap()).unwrap(),
            Err(_) => panic!("nobody was told: {what}\n{:#?}", self.heard.borrow()),
        }
    }

    /// A page to N1's people by this channel.
    pub async fn paged(&self, channel: &str) -> Value {
        self.until("a page", |heard| {
            heard
                .told
                .iter()
                .find(|(by, told)| by == channel && reason(told) == "page")
                .map(|it| it.1.clone())
        })
        .await
    }

    /// How many were told for this reason by this channel.
    pub fn count(&self, channel: &str, why: &str) -> usize {
        self.heard.borrow().told.iter().filter(|(by, told)| by == channel && reason(told) == why).count()
    }

    /// Nothing was told more than twice, and what was told twice says so.
    pub fn each_at_most_twice(&self) {
        let heard = self.heard.borrow();
        let mut count = BTreeMap::<String, u32>::new();
        for (_, told) in &heard.told {
            let told_before = count.entry(told["novaevo"]["key"].to_string()).or_default();
            *told_before += 1;
            let is_marked = told["novaevo"]["possible_repeat"] == true;
            assert!(*told_before == 1 || (*told_before == 2 && is_marked), "{told:#}");
        }
    }

    pub fn tickets(&self) -> Vec<Value> {
        self.heard.borrow().tickets.clone()
    }
}

pub fn reason(told: &Value) -> &str {
    told["novaevo"]["reason"].as_str().unwrap_or_default()
}

type Shared = State<watch::Sender<Heard>>;

async fn told(State(heard): Shared, Path(channel): Path<String>, Json(body): Json<Value>) {
    heard.send_modify(|heard| heard.told.push((channel, body)));
}

/// Creates whatever it is asked to, as often as it is asked: it knows no keys.
async fn create(
    State(heard): Shared,
    headers: HeaderMap,
    Json(mut ticket): Json<Value>,
) -> Result<(StatusCode, Json<Value>), StatusCode> {
    if headers.get("authorization").is_none_or(|bearer| bearer != "Bearer T1CKETS") {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let mut key = Value::Null;
    heard.send_modify(|heard| {
        key = json!(format!("OPS-{}", heard.tickets.len() + 1));
        ticket["key"] = key.clone();
        heard.tickets.push(ticket);
    });
    Ok((StatusCode::CREATED, Json(json!({ "key": key }))))
}

#[derive(serde::Deserialize)]
struct Label {
    label: String,
}

async fn search(State(heard): Shared, Query(wanted): Query<Label>) -> Json<Value> {
    let heard = heard.borrow();
    let with = |ticket: &&Value| {
        ticket["labels"].as_array().is_some_and(|labels| labels.contains(&json!(wanted.label)))
    };
    let found: Vec<&Value> = heard.tickets.iter().filter(with).collect();
    Json(json!({ "issues": found }))
}
