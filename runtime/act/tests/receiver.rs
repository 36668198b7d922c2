//! A webhook's other side: an HTTP server on a free port that answers as the test says.

use std::net::SocketAddr;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Response, Uri};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// One request as it came.
pub struct Received {
    /// When.
    pub at: Instant,
    /// Where to.
    pub path: String,
    /// With which headers.
    pub headers: HeaderMap,
    /// With which body.
    pub body: String,
}

/// The server; it ends with the test's runtime.
pub struct Receiver {
    /// Where it listens.
    pub address: SocketAddr,
    requests: mpsc::UnboundedReceiver<Received>,
}

impl Receiver {
    /// Answers the n-th request (from 0) with what `answer` gives for it.
    pub async fn start(answer: impl Fn(usize) -> Response<Body> + Clone + Send + Sync + 'static) -> Self {
        Self::start_on("127.0.0.1:0".parse().unwrap(), answer).await
    }

    /// The same at a given address.
    pub async fn start_on(
        address: SocketAddr,
        answer: impl Fn(usize) -> Response<Body> + Clone + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = mpsc::unbounded_channel();
        let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let app = Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: Bytes| async move {
            let number = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let body = String::from_utf8(body.to_vec()).unwrap();
            let received = Received {
                at: Instant::now(),
                path: uri.path_and_query().unwrap().to_string(),
                headers,
                body,
            };
            sender.send(received).ok();
            answer(number)
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, requests }
    }

    /// The next request.
    pub async fn next(&mut self) -> Received {
        self.requests.recv().await.unwrap()
    }

    /// Whether a request waits to be looked at.
    pub fn has_more(&mut self) -> bool {
        !self.requests.is_empty()
    }
}

/// An empty answer of this status.
pub fn status(status: u16) -> Response<Body> {
    Response::builder().status(status).body(Body::empty()).unwrap()
}
