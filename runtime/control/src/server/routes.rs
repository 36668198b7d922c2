//! The paths, under `/v1/`.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, Uri};
use axum::routing::{delete, get, post};
use axum::{Extension, Json, Router};
use nvp_drive::live::control::Desk;
use nvp_journal::{JournalError, Reader};
use nvp_respond::input::{Deed, Request};

use super::caller::Caller;
use super::deeds::{self, Answered};
use super::refusal::Refusal;
use super::request::{Number, Said, Sought};
use crate::{questions, wire};

/// The largest body, in bytes.
const BODY_BYTES_MAX: usize = 64 << 10;

/// All paths.
pub(super) fn router(desk: Desk) -> Router {
    Router::new()
        .route("/v1/incidents", get(incidents))
        .route("/v1/incidents/{number}", get(incident))
        .route("/v1/incidents/{number}/acknowledge", post(acknowledge))
        .route("/v1/incidents/{number}/resolve", post(resolve))
        .route("/v1/actions", get(actions).post(start))
        .route("/v1/actions/{number}", get(action))
        .route("/v1/actions/{number}/approve", post(approve))
        .route("/v1/actions/{number}/abort", post(abort))
        .route("/v1/silences", get(silences).post(silence))
        .route("/v1/silences/{number}", delete(unsilence))
        .route("/v1/journal/verify", get(verify))
        .route("/v1/journal/backup", post(backup))
        .fallback(nothing)
        .method_not_allowed_fallback(not_so)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(desk)
}

type Answer<T> = Result<Json<T>, Refusal>;

async fn incidents(
    State(desk): State<Desk>,
    Sought(query): Sought<wire::IncidentQuery>,
) -> Answer<wire::Incidents> {
    ask(&desk, move |reader| questions::incidents(reader, &query)).await.map(Json)
}

async fn incident(State(desk): State<Desk>, Number(number): Number) -> Answer<wire::IncidentPage> {
    let found = ask(&desk, move |reader| questions::incident(reader, number)).await?;
    found.map(Json).ok_or_else(|| Refusal::NotThere(format!("there is no incident {number}")))
}

async fn actions(
    State(desk): State<Desk>,
    Sought(query): Sought<wire::ActionQuery>,
) -> Answer<wire::Actions> {
    ask(&desk, move |reader| questions::actions(reader, &query)).await.map(Json)
}

async fn action(State(desk): State<Desk>, Number(number): Number) -> Answer<wire::ActionPage> {
    let found = ask(&desk, move |reader| questions::action(reader, number)).await?;
    found.map(Json).ok_or_else(|| Refusal::NotThere(format!("there is no run {number}")))
}

async fn silences(
    State(desk): State<Desk>,
    Sought(query): Sought<wire::SilenceQuery>,
) -> Answer<wire::Silences> {
    ask(&desk, move |reader| questions::silences(reader, &query, now_ms())).await.map(Json)
}

async fn acknowledge(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Number(number): Number,
) -> Result<Answered, Refusal> {
    deeds::deed(&desk, &caller, Deed::Acknowledge(number)).await
}

async fn resolve(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Number(number): Number,
) -> Result<Answered, Refusal> {
    deeds::deed(&desk, &caller, Deed::Resolve(number)).await
}

async fn start(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Said(action): Said<wire::NewAction>,
) -> Result<Answered, Refusal> {
    action.check().map_err(Refusal::wrong)?;
    let key = action.key();
    let wire::NewAction { playbook, arguments, incident, why, .. } = action;
    let arguments = arguments.into_iter().collect();
    let request = Request { key, playbook, arguments, incident, why };
    deeds::deed(&desk, &caller, Deed::Start(request)).await
}

async fn approve(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Number(number): Number,
    Said(approve): Said<wire::Approve>,
) -> Result<Answered, Refusal> {
    deeds::deed(&desk, &caller, Deed::Approve(number, approve.hash)).await
}

async fn abort(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Number(number): Number,
) -> Result<Answered, Refusal> {
    deeds::deed(&desk, &caller, Deed::Abort(number)).await
}

async fn silence(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Said(silence): Said<wire::NewSilence>,
) -> Result<Answered, Refusal> {
    silence.check().map_err(Refusal::wrong)?;
    deeds::silence(&desk, &caller, silence, now_ms()).await
}

async fn unsilence(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Number(number): Number,
) -> Result<Answered, Refusal> {
    deeds::deed(&desk, &caller, Deed::Unsilence(number)).await
}

async fn verify(
    State(desk): State<Desk>,
    Sought(query): Sought<wire::VerifyQuery>,
) -> Answer<wire::Verified> {
    let heads = questions::heads(query.heads.as_deref().unwrap_or_default()).map_err(Refusal::wrong)?;
    ask(&desk, move |reader| questions::verify(reader, &heads)).await.map(Json)
}

async fn backup(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Said(backup): Said<wire::BackupTo>,
) -> Answer<wire::Backup> {
    // Whoever is at the socket could write the file themselves; whoever has a token could not.
    if !caller.is_at_the_socket() {
        return Err(Refusal::NotHere);
    }
    if !Path::new(&backup.to).is_absolute() {
        let why = format!("`{}` is no absolute path, and the process has another working folder", backup.to);
        return Err(Refusal::wrong(why));
    }
    let written = ask(&desk, move |reader| Ok(questions::backup(reader, Path::new(&backup.to)))).await?;
    // It is the copy that cannot be written, mostly: a file that is there, a disk that is full.
    written.map(Json).map_err(|error| Refusal::Wrong(StatusCode::CONFLICT, error.to_string()))
}

async fn nothing(uri: Uri) -> Refusal {
    Refusal::NotThere(format!("there is nothing at `{}`", uri.path()))
}

async fn not_so(uri: Uri) -> Refusal {
    let why = format!("`{}` is not asked in this way", uri.path());
    Refusal::Wrong(StatusCode::METHOD_NOT_ALLOWED, why)
}

/// Asks the journal, on a thread that may block.
pub(super) async fn ask<T: Send + 'static>(
    desk: &Desk,
    question: impl FnOnce(&Reader) -> Result<T, JournalError> + Send + 'static,
) -> Result<T, Refusal> {
    let desk = desk.clone();
    let asked = tokio::task::spawn_blocking(move || question(&desk.reader()?)).await;
    match asked {
        Ok(answer) => Ok(answer?),
        Err(error) => {
            tracing::error!(%error, "a question to the journal ended by a defect");
            Err(Refusal::Broken)
        }
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
