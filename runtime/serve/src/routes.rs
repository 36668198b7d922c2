//! The paths that are answered.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use nvp_drive::live::status::StatusBoard;

use crate::{health, own_metrics};

/// All paths.
pub(crate) fn router(board: StatusBoard) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .layer(DefaultBodyLimit::max(0))
        .with_state(board)
}

async fn metrics(State(board): State<StatusBoard>) -> Response {
    let status = board.borrow().clone();
    match own_metrics::text(&status, now_ms()) {
        Ok(text) => ([(header::CONTENT_TYPE, own_metrics::CONTENT_TYPE)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "our own metrics cannot be written");
            (StatusCode::INTERNAL_SERVER_ERROR, "our own metrics cannot be written\n").into_response()
        }
    }
}

async fn healthz(State(board): State<StatusBoard>) -> Response {
    answer(health::alive(&board.borrow(), Instant::now()))
}

async fn readyz(State(board): State<StatusBoard>) -> Response {
    answer(health::ready(&board.borrow()))
}

fn answer(state: Result<(), String>) -> Response {
    match state {
        Ok(()) => (StatusCode::OK, "ok\n").into_response(),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response(),
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
