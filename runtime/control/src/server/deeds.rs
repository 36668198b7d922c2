//! Deeds: they go to the evaluation, and what it answers is told. A deed that changes nothing is looked up in the journal, to tell what is so
//! already from what is not there.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use nvp_drive::live::control::{Answer, Desk};
use nvp_journal::words::{ActionState, IncidentState};
use nvp_journal::{JournalError, Reader};
use nvp_respond::effect::{ActionEvent, Event, IncidentEvent};
use nvp_respond::input::{Deed, Silence};

use super::caller::Caller;
use super::refusal::Refusal;
use super::routes::ask;
use crate::questions;
use crate::wire::{Came, Done, NewSilence};

/// What came of a deed, as it is answered.
pub(super) struct Answered(Done);

impl IntoResponse for Answered {
    fn into_response(self) -> Response {
        let status = match self.0.came {
            Came::Done | Came::Already => StatusCode::OK,
            Came::Unknown => StatusCode::NOT_FOUND,
            Came::Refused => StatusCode::CONFLICT,
        };
        (status, Json(self.0)).into_response()
    }
}

/// Begins a silence, or says that one with its key lasts from now on.
pub(super) async fn silence(
    desk: &Desk,
    caller: &Caller,
    new: NewSilence,
    now_ms: i64,
) -> Result<Answered, Refusal> {
    let key = new.key();
    let sought = key.clone();
    let known = ask(desk, move |reader| questions::silence_with_key(reader, &sought, now_ms)).await;
    // Where the journal cannot be asked it holds from now: people must be able to say so then too.
    let known = known.ok().flatten();
    let silence = Silence {
        key,
        alert: new.alert,
        service: new.service,
        labels: new.labels.into_iter().collect(),
        // It has held since it was first asked for.
        from_ms: known.map_or(now_ms, |known| known.from_ms),
        to_ms: now_ms.saturating_add(new.for_ms),
        why: new.why,
    };
    deed(desk, caller, Deed::Silence(silence)).await
}

/// Does something in somebody's name.
pub(super) async fn deed(desk: &Desk, caller: &Caller, deed: Deed) -> Result<Answered, Refusal> {
    let by = caller.name().await;
    let Answer { records, durable } = desk.deed(&by, deed.clone()).await?;
    let mut done = Done {
        came: Came::Done,
        number: number(&deed),
        by,
        until_ms: None,
        why: None,
        durable: durable.is_ok(),
        not_durable_because: durable.err().map(|error| error.to_string()),
    };
    if let Some(happened) = records.iter().find_map(|record| happened(&deed, &record.event)) {
        done.number = Some(happened.number);
        done.until_ms = happened.until_ms;
        return Ok(Answered(done));
    }
    let why = records.into_iter().find_map(|record| match record.event {
        Event::Ignored(why) => Some(why),
        _ => None,
    });
    done.why = why;
    // Where the journal cannot be asked, nobody knows whether it is so; the deed may be said again.
    match ask(desk, move |reader| stands(reader, &deed)).await {
        Ok((came, number)) => {
            done.came = came;
            done.number = number.or(done.number);
        }
        Err(refusal) => {
            done.came = Came::Refused;
            done.why = Some(format!("{}; {refusal}", done.why.unwrap_or_default()));
        }
    }
    Ok(Answered(done))
}

/// What a deed is about, where it says so.
fn number(deed: &Deed) -> Option<u64> {
    match deed {
        Deed::Acknowledge(number)
        | Deed::Resolve(number)
        | Deed::Approve(number, _)
        | Deed::Abort(number)
        | Deed::Unsilence(number) => Some(*number),
        Deed::Silence(_) | Deed::Start(_) => None,
    }
}

/// That a deed was done.
struct Happened {
    number: u64,
    until_ms: Option<i64>,
}

/// Whether an event is that a deed was done.
fn happened(deed: &Deed, event: &Event) -> Option<Happened> {
    let (about, until_ms) = match (deed, event) {
        (Deed::Acknowledge(_), Event::Incident(about, IncidentEvent::Acknowledged(_, until_ms))) => {
            (*about, Some(*until_ms))
        }
        (Deed::Resolve(_), Event::Incident(about, IncidentEvent::Resolved(Some(_))))
        | (Deed::Approve(..), Event::Action(about, ActionEvent::Approved(_, None)))
        | (Deed::Abort(_), Event::Action(about, ActionEvent::Aborted(_)))
        | (Deed::Unsilence(_), Event::Unsilenced(about, _)) => (*about, None),
        (Deed::Silence(_), Event::Silenced(about, silence, _)) => (*about, Some(silence.to_ms)),
        (
            Deed::Start(request),
            Event::Action(about, ActionEvent::Planned { requested: Some(requested), .. }),
        ) if requested.key == request.key => (*about, None),
        _ => return None,
    };
    number(deed).is_none_or(|number| number == about).then_some(Happened { number: about, until_ms })
}

/// How something stands that a deed did not change.
fn stands(reader: &Reader, deed: &Deed) -> Result<(Came, Option<u64>), JournalError> {
    let is_so = |is_so: bool| if is_so { Came::Already } else { Came::Refused };
    let came = match deed {
        Deed::Acknowledge(number) => match reader.incident(*number)? {
            None => Came::Unknown,
            Some(incident) => is_so(incident.state != IncidentState::Open),
        },
        Deed::Resolve(number) => match reader.incident(*number)? {
            None => Came::Unknown,
            Some(incident) => is_so(incident.state == IncidentState::Resolved),
        },
        Deed::Approve(number, hash) => match reader.action(*number)? {
            None => Came::Unknown,
            Some(action) if hash.as_ref().is_some_and(|hash| *hash != action.source_hash) => Came::Refused,
            Some(_) => is_so(!reader.approvals(*number)?.is_empty()),
        },
        Deed::Abort(number) => match reader.action(*number)? {
            None => Came::Unknown,
            Some(action) => is_so(
                matches!(action.state, ActionState::Ended | ActionState::RollingBack)
                    || action.aborted_by.is_some(),
            ),
        },
        Deed::Silence(silence) => {
            let known = questions::silence_with_key(reader, &silence.key, silence.from_ms)?;
            return Ok((is_so(known.is_some()), known.map(|known| known.number)));
        }
        Deed::Start(request) => {
            let known = reader.requested(&request.key)?;
            return Ok((is_so(known.is_some()), known));
        }
        Deed::Unsilence(number) => match questions::silence_with_number(reader, *number)? {
            None => Came::Unknown,
            // One that is over by the run's clock is over, whatever ours says.
            Some(_) => Came::Already,
        },
    };
    Ok((came, None))
}
