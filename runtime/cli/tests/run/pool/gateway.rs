//! A gateway: it answers requests by a query through PgBouncer, has a second-level cache and a limit of time for each class of requests,
//! lets both be set, and tells of itself at `/metrics`.

mod connections;
mod metrics;
mod settings;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use tokio::sync::{mpsc, watch};

use self::connections::Connections;
use self::metrics::Metrics;
pub use self::settings::Hold;
use self::settings::Settings;
use crate::run::peers::{LONG, serve};

/// What a query takes of the database, in seconds.
const QUERY_S: f64 = 0.1;

/// A gateway of a region.
pub struct Gateway {
    pub address: SocketAddr,
    inner: Arc<Inner>,
    scrapes: watch::Receiver<u32>,
    held: mpsc::UnboundedReceiver<String>,
}

struct Inner {
    connections: Arc<Connections>,
    settings: Settings,
    metrics: Metrics,
    /// What the second-level cache holds, by key.
    cache: Mutex<BTreeMap<u64, String>>,
    are_metrics_cut: AtomicBool,
    scrapes: watch::Sender<u32>,
}

impl Gateway {
    /// Of this region, whose database PgBouncer knows by the same name; `console` is PgBouncer's own.
    pub async fn start(region: &str, database: &str, console: &str) -> Self {
        let (scrapes, seen) = watch::channel(0);
        let (settings, held) = Settings::new();
        let inner = Arc::new(Inner {
            connections: Connections::open(database).await,
            settings,
            metrics: Metrics::start(region, console).await,
            cache: Mutex::default(),
            are_metrics_cut: AtomicBool::new(false),
            scrapes,
        });
        let app = Router::new()
            .route("/metrics", get(exposed))
            .route("/{class}/{key}", get(answered))
            .with_state(Arc::clone(&inner))
            .merge(settings::routes(&inner.settings));
        Self { address: serve(app).await, inner, scrapes: seen, held }
    }

    /// All that can be set, as text.
    pub fn settings(&self) -> String {
        self.inner.settings.shown()
    }

    /// From now on `/metrics` answers nothing, or answers again.
    pub fn cut_metrics(&self, are_cut: bool) {
        self.inner.are_metrics_cut.store(are_cut, Ordering::Relaxed);
    }

    /// Waits until it was looked at so many times more.
    pub async fn scraped(&self, more: u32) {
        let mut scrapes = self.scrapes.clone();
        let wanted = *scrapes.borrow() + more;
        let seen = tokio::time::timeout(LONG, scrapes.wait_for(|seen| *seen >= wanted)).await;
        assert!(seen.is_ok_and(|seen| seen.is_ok()), "nobody looks at the gateway");
    }

    /// How many queries it made, and how many the cache has saved.
    pub fn queries(&self) -> (u64, u64) {
        self.inner.metrics.queries()
    }

    /// How many requests of no importance were given up in time.
    pub fn shed(&self) -> u64 {
        self.inner.metrics.shed()
    }

    /// The next write of this setting is held.
    pub fn hold(&self, setting: &str, hold: Hold) {
        self.inner.settings.hold(setting, hold);
    }

    /// Waits until a write is held; which setting's.
    pub async fn held(&mut self) -> String {
        tokio::time::timeout(LONG * 2, self.held.recv()).await.expect("no write came").unwrap()
    }
}

async fn exposed(State(gateway): State<Arc<Inner>>) -> Result<String, StatusCode> {
    if gateway.are_metrics_cut.load(Ordering::Relaxed) {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    gateway.scrapes.send_modify(|seen| *seen += 1);
    Ok(gateway.metrics.exposed())
}

/// A request: from the cache, or by a query that has the time of its class.
async fn answered(
    State(gateway): State<Arc<Inner>>,
    Path((class, key)): Path<(String, u64)>,
) -> Result<String, StatusCode> {
    let began = Instant::now();
    let is_cached = gateway.settings.cache_level() >= 2;
    if is_cached && let Some(found) = gateway.cache.lock().unwrap().get(&key).cloned() {
        gateway.metrics.saved(began.elapsed());
        return Ok(found);
    }
    let limit = gateway.settings.timeout(&class).ok_or(StatusCode::NOT_FOUND)?;
    let sql = format!("select pg_sleep({QUERY_S}), 'page {key}'");
    let answer = tokio::time::timeout(limit, gateway.connections.query(sql)).await;
    gateway.metrics.queried(&class, began.elapsed(), answer.as_ref().ok().map(Result::is_ok));
    match answer {
        Ok(Ok(page)) => {
            if is_cached {
                gateway.cache.lock().unwrap().insert(key, page.clone());
            }
            Ok(page)
        }
        Ok(Err(_)) => Err(StatusCode::BAD_GATEWAY),
        Err(_) => Err(StatusCode::GATEWAY_TIMEOUT),
    }
}
