//! Why a request is not answered: a status and a [`Fault`].

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use nvp_drive::live::control::Unheard;
use nvp_journal::JournalError;

use crate::wire::Fault;

/// Why a request is not answered.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// It was meant for another machine.
    #[error("this is asked under a name that is not this machine's; say `localhost` or `127.0.0.1`")]
    ForeignHost,
    /// Nobody says who they are.
    #[error("a token is needed: `Authorization: Bearer …`")]
    NoToken,
    /// Somebody says who they are, and is not.
    #[error("this token is nobody's")]
    WrongToken,
    /// Only who is at the socket may do this.
    #[error("this is for the control socket alone")]
    NotHere,
    /// Nothing is there under this path, or this number.
    #[error("{0}")]
    NotThere(String),
    /// It does not say what it should.
    #[error("{1}")]
    Wrong(StatusCode, String),
    /// The deed was not heard.
    #[error(transparent)]
    Unheard(#[from] Unheard),
    /// The journal does not answer.
    #[error("the journal cannot be asked: {0}")]
    Journal(#[from] JournalError),
    /// Something in here broke.
    #[error("the question could not be asked; this is a defect")]
    Broken,
}

impl Refusal {
    /// What is wrong with what was said.
    pub(super) fn wrong(why: impl Into<String>) -> Self {
        Self::Wrong(StatusCode::UNPROCESSABLE_ENTITY, why.into())
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::ForeignHost => StatusCode::MISDIRECTED_REQUEST,
            Self::NoToken | Self::WrongToken => StatusCode::UNAUTHORIZED,
            Self::NotHere => StatusCode::FORBIDDEN,
            Self::NotThere(_) => StatusCode::NOT_FOUND,
            Self::Wrong(status, _) => *status,
            Self::Unheard(_) | Self::Journal(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response = (status, Json(Fault { error: self.to_string() })).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
