//! An exporter on a free port that says what the test wants, or misbehaves.

use std::io;
use std::net::SocketAddr;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::StatusCode;
use tokio::net::TcpListener;

/// How the exporter is today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// It answers.
    Answers,
    /// It answers 503.
    Refuses,
    /// It does not answer.
    Hangs,
}

/// The exporter; it ends with the test's runtime.
pub(super) struct Exporter {
    pub(super) address: SocketAddr,
    state: Arc<Mutex<(Mood, String)>>,
}

impl Exporter {
    pub(super) async fn start(text: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new((Mood::Answers, text.to_owned())));
        let theirs = Arc::clone(&state);
        let app = Router::new().fallback(move || async move {
            let (mood, text) = theirs.lock().unwrap().clone();
            match mood {
                Mood::Answers => (StatusCode::OK, text),
                Mood::Refuses => (StatusCode::SERVICE_UNAVAILABLE, String::new()),
                Mood::Hangs => std::future::pending().await,
            }
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, state }
    }

    pub(super) fn say(&self, text: &str) {
        text.clone_into(&mut self.state.lock().unwrap().1);
    }

    pub(super) fn set(&self, mood: Mood) {
        self.state.lock().unwrap().0 = mood;
    }
}

/// A writer that hands each write to the test; its pipe breaks when the test no longer reads.
pub(super) struct Lines(pub(super) Sender<String>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        self.0.send(text).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
