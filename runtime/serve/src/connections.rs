//! Connections, bounded in number and in time, so that no client can hold the process up.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How much clients may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once; further ones wait in the system's queue.
    pub connections_max: usize,
    /// How long a client may take to send a request's head, also after an answer.
    pub head_timeout: Duration,
    /// How long a connection may live.
    pub connection_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: 64,
            head_timeout: Duration::from_secs(10),
            connection_timeout: Duration::from_secs(300),
        }
    }
}

/// How long requests in hand may take to end after `stop`.
const FAREWELL: Duration = Duration::from_secs(1);
/// The pause after a connection could not be accepted, as when there are no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Where connections come from, and what answers each of them.
pub trait Accept: Send {
    /// A connection.
    type Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static;

    /// Waits for the next connection. Dropped while it waits, it loses none.
    ///
    /// # Errors
    /// When the system gives none, as when there are no file descriptors left; it is asked again a moment later.
    fn accept(&self) -> impl Future<Output = io::Result<(Self::Stream, Router)>> + Send;
}

/// A port at which everybody gets the same answers.
pub(crate) struct Port {
    pub(crate) listener: TcpListener,
    pub(crate) router: Router,
}

impl Accept for Port {
    type Stream = TcpStream;

    async fn accept(&self) -> io::Result<(TcpStream, Router)> {
        let (stream, _) = self.listener.accept().await?;
        Ok((stream, self.router.clone()))
    }
}

/// Answers the connections of `from` until `stop`, then lets the requests in hand end, for a second at most.
pub async fn serve(from: impl Accept, limits: Limits, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(limits.connections_max));
    let tasks = TaskTracker::new();
    loop {
        let place = tokio::select! {
            () = stop.cancelled() => break,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = from.accept() => accepted,
        };
        match accepted {
            Ok((stream, router)) => {
                let answer = connection(stream, router, limits, stop.clone());
                tasks.spawn(async move {
                    answer.await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    tasks.close();
    if tokio::time::timeout(FAREWELL, tasks.wait()).await.is_err() {
        tracing::debug!(connections = tasks.len(), "connections were closed in the middle of a request");
    }
}

async fn connection<S>(stream: S, router: Router, limits: Limits, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut builder = auto::Builder::new(hyper_util::rt::TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head_timeout);
    let served = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    tokio::pin!(served);
    let work = async {
        tokio::select! {
            ended = served.as_mut() => return ended,
            () = stop.cancelled() => {}
        }
        served.as_mut().graceful_shutdown();
        served.await
    };
    match tokio::time::timeout(limits.connection_timeout, work).await {
        Ok(Ok(())) | Err(_) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a connection ended early"),
    }
}
