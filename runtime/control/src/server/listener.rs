//! Connections with who is at their other end.

use std::io;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Router};
use nvp_serve::Accept;
use tokio::net::{TcpListener, TcpStream, UnixStream};

use super::address::is_ours;
use super::caller::Caller;
use super::refusal::Refusal;
use super::socket::Bound;
use super::tokens::Tokens;

/// The socket: the system says who calls.
pub(super) struct Socket {
    bound: Bound,
    router: Router,
}

impl Socket {
    pub(super) fn new(bound: Bound, router: &Router) -> Self {
        Self { bound, router: router.clone() }
    }
}

impl Accept for Socket {
    type Stream = UnixStream;

    async fn accept(&self) -> io::Result<(UnixStream, Router)> {
        let (stream, uid) = self.bound.accept().await?;
        Ok((stream, self.router.clone().layer(Extension(Caller::Account(uid)))))
    }
}

/// The loopback port: a token says who calls, with every request.
pub(super) struct Loopback {
    listener: TcpListener,
    router: Router,
}

impl Loopback {
    pub(super) fn new(listener: TcpListener, tokens: Tokens, router: &Router) -> Self {
        let router = router.clone().layer(middleware::from_fn_with_state(Arc::new(tokens), known));
        Self { listener, router }
    }
}

impl Accept for Loopback {
    type Stream = TcpStream;

    async fn accept(&self) -> io::Result<(TcpStream, Router)> {
        let (stream, _) = self.listener.accept().await?;
        Ok((stream, self.router.clone()))
    }
}

/// Lets through who is known.
async fn known(State(tokens): State<Arc<Tokens>>, mut request: Request, next: Next) -> Response {
    if !is_ours(request.headers()) {
        return Refusal::ForeignHost.into_response();
    }
    let mut given = request.headers().get_all(header::AUTHORIZATION).iter();
    let (Some(given), None) = (given.next(), given.next()) else { return Refusal::NoToken.into_response() };
    let secret =
        given.as_bytes().split_at_checked(7).filter(|(scheme, _)| scheme.eq_ignore_ascii_case(b"bearer "));
    let Some(name) = secret.and_then(|(_, secret)| tokens.whose(secret)) else {
        return Refusal::WrongToken.into_response();
    };
    let caller = Caller::Token(name.to_owned());
    request.extensions_mut().insert(caller);
    next.run(request).await
}
