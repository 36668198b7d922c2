//! What the fakes that speak HTTP have in common: a server, and what can go wrong with it.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Query;
use axum::http::{HeaderMap, Response, Uri};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is not taken, and answered with this status and `Retry-After` in s.
    Refuse(u16, Option<u32>),
    /// It is taken, and the connection breaks before the answer.
    ResetAfterTaking,
    /// It is not taken, and the connection breaks.
    ResetBeforeTaking,
    /// It is taken, and no answer ever comes.
    HangAfterTaking,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: String,
}

impl Request {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The parameters of its query.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&self.uri).unwrap();
        pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

/// A server with a service's state behind it; it ends with the test's runtime.
pub struct Server<S> {
    pub address: SocketAddr,
    state: Arc<Mutex<S>>,
    faults: Arc<Mutex<VecDeque<Option<Fault>>>>,
    requests: mpsc::UnboundedReceiver<Request>,
}

type Reply = (u16, String);

impl<S: Send + 'static> Server<S> {
    /// Serves with a service's state and what it answers.
    pub async fn start(state: S, serve: fn(&mut S, &Request) -> Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(state));
        let faults = Arc::new(Mutex::new(VecDeque::new()));
        let (seen, requests) = mpsc::unbounded_channel();
        let (theirs, planned) = (Arc::clone(&state), Arc::clone(&faults));
        let app = Router::new().fallback(move |uri, headers, body: Bytes| {
            let body = String::from_utf8(body.to_vec()).unwrap();
            let request = Request { uri, headers, body };
            let fault = planned.lock().unwrap().pop_front().flatten();
            let is_taken = !matches!(fault, Some(Fault::Refuse(..) | Fault::ResetBeforeTaking));
            let reply = is_taken.then(|| serve(&mut theirs.lock().unwrap(), &request));
            seen.send(request).ok();
            answer(fault, reply)
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, state, faults, requests }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What happens to the next requests, one each; all is well after them.
    pub fn plan(&self, faults: impl IntoIterator<Item = Fault>) {
        self.plan_after(0, faults);
    }

    /// The same, after so many requests to which nothing happens.
    pub fn plan_after(&self, passed: usize, faults: impl IntoIterator<Item = Fault>) {
        let well = std::iter::repeat_n(None, passed);
        self.faults.lock().unwrap().extend(well.chain(faults.into_iter().map(Some)));
    }

    /// Looks at the service's state.
    pub fn look<T>(&self, look: impl FnOnce(&mut S) -> T) -> T {
        look(&mut self.state.lock().unwrap())
    }

    /// The next request, whatever became of it.
    pub async fn next(&mut self) -> Request {
        self.requests.recv().await.unwrap()
    }
}

async fn answer(fault: Option<Fault>, reply: Option<Reply>) -> Response<Body> {
    match fault {
        Some(Fault::Refuse(status, retry_after)) => {
            let mut response = Response::builder().status(status);
            if let Some(seconds) = retry_after {
                response = response.header("retry-after", seconds);
            }
            response.body(Body::empty()).unwrap()
        }
        // Ends the connection's task, and with it the connection, without a word on standard error.
        Some(Fault::ResetAfterTaking | Fault::ResetBeforeTaking) => std::panic::resume_unwind(Box::new(())),
        Some(Fault::HangAfterTaking) => std::future::pending().await,
        None => {
            let (status, body) = reply.unwrap();
            let response = Response::builder().status(status).header("content-type", "application/json");
            response.body(Body::from(body)).unwrap()
        }
    }
}
