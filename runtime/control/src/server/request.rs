//! What a request says, or a [`Refusal`] that says what is wrong with it.

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::refusal::Refusal;

/// What stands behind the `?`.
pub(super) struct Sought<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Sought<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        read.map(|Query(sought)| Self(sought))
            .map_err(|rejected| Refusal::Wrong(rejected.status(), rejected.body_text()))
    }
}

/// The number in the path.
pub(super) struct Number(pub(super) u64);

impl<S: Send + Sync> FromRequestParts<S> for Number {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let read = Path::<u64>::from_request_parts(parts, state).await;
        read.map(|Path(number)| Self(number))
            .map_err(|_| Refusal::NotThere("a number is needed in the path".to_owned()))
    }
}

/// A body of JSON.
pub(super) struct Said<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Said<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let read = Json::<T>::from_request(request, state).await;
        read.map(|Json(said)| Self(said))
            .map_err(|rejected| Refusal::Wrong(rejected.status(), rejected.body_text()))
    }
}
