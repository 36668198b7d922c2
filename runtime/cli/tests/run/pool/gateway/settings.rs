//! What can be set of the gateway, as JSON over HTTP. A test may hold a write before it is carried out, or before it is answered.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// Where a write is held, for ever: whoever asked will have gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It has come and is not carried out.
    Before,
    /// It is carried out and not answered.
    After,
}

#[derive(Clone)]
pub struct Settings {
    values: Arc<Mutex<Values>>,
    holds: Arc<Mutex<BTreeMap<String, Hold>>>,
    held: mpsc::UnboundedSender<String>,
}

struct Values {
    timeouts_ms: BTreeMap<String, u64>,
    cache_level: u64,
}

impl Settings {
    /// With what is heard of writes that are held: the settings' names.
    pub fn new() -> (Self, mpsc::UnboundedReceiver<String>) {
        let (held, seen) = mpsc::unbounded_channel();
        let timeouts_ms =
            BTreeMap::from([("critical".to_owned(), 10_000), ("noncritical".to_owned(), 10_000)]);
        let values = Arc::new(Mutex::new(Values { timeouts_ms, cache_level: 1 }));
        (Self { values, holds: Arc::default(), held }, seen)
    }

    pub fn shown(&self) -> String {
        let values = self.values.lock().unwrap();
        json!({ "timeouts_ms": values.timeouts_ms, "cache_level": values.cache_level }).to_string()
    }

    pub fn timeout(&self, class: &str) -> Option<Duration> {
        self.values.lock().unwrap().timeouts_ms.get(class).copied().map(Duration::from_millis)
    }

    pub fn cache_level(&self) -> u64 {
        self.values.lock().unwrap().cache_level
    }

    pub fn hold(&self, setting: &str, hold: Hold) {
        self.holds.lock().unwrap().insert(setting.to_owned(), hold);
    }

    /// Carries a write out, unless it is held.
    async fn write(&self, setting: &str, change: impl FnOnce(&mut Values)) {
        let hold = self.holds.lock().unwrap().remove(setting);
        if hold != Some(Hold::Before) {
            change(&mut self.values.lock().unwrap());
        }
        if hold.is_some() {
            drop(self.held.send(setting.to_owned()));
            std::future::pending::<()>().await;
        }
    }
}

pub fn routes(settings: &Settings) -> Router {
    Router::new()
        .route("/settings/timeout/{class}", get(timeout).put(set_timeout))
        .route("/settings/cache", get(cache).put(set_cache))
        .with_state(settings.clone())
}

async fn timeout(
    State(settings): State<Settings>,
    Path(class): Path<String>,
) -> Result<Json<Value>, StatusCode> {
    let timeout = settings.timeout(&class).ok_or(StatusCode::NOT_FOUND)?;
    Ok(Json(json!({ "timeout_ms": timeout.as_millis() as u64 })))
}

async fn set_timeout(
    State(settings): State<Settings>,
    Path(class): Path<String>,
    Json(body): Json<Value>,
) -> Result<Json<Value>, StatusCode> {
    let to = body["timeout_ms"].as_f64().ok_or(StatusCode::BAD_REQUEST)?;
    if settings.timeout(&class).is_none() || to < 1.0 {
        return Err(StatusCode::BAD_REQUEST);
    }
    let name = format!("timeout/{class}");
    let change = |values: &mut Values| {
        values.timeouts_ms.insert(class, to as u64);
    };
    settings.write(&name, change).await;
    Ok(Json(json!({ "ok": true })))
}

async fn cache(State(settings): State<Settings>) -> Json<Value> {
    Json(json!({ "level": settings.cache_level() }))
}

async fn set_cache(
    State(settings): State<Settings>,
    Json(body): Json<Value>,
) -> Result<Json<Value>, StatusCode> {
    let level = body["level"].as_f64().ok_or(StatusCode::BAD_REQUEST)? as u64;
    settings.write("cache", |values| values.cache_level = level).await;
    Ok(Json(json!({ "ok": true })))
}
