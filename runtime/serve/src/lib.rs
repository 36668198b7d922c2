//! nvp-serve: what a running process answers over HTTP.
//!
//! `/metrics` (its own metrics, as Prometheus text), `/healthz` and `/readyz`. It reads the status that the live loop publishes
//! and nothing else; it decides nothing and knows no engine.

mod connections;
mod health;
pub mod own_metrics;
mod routes;

use std::io;
use std::net::SocketAddr;

use nvp_drive::live::status::StatusBoard;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use connections::{Accept, Limits, serve};

/// A server that listens and does not answer yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Begins to listen at `address` (port 0: any free one).
    ///
    /// # Errors
    /// When the address is taken or not ours.
    pub async fn listen(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop`, then lets the requests in hand end.
    pub async fn run(self, board: StatusBoard, limits: Limits, stop: CancellationToken) {
        let port = connections::Port { listener: self.listener, router: routes::router(board) };
        serve(port, limits, stop).await;
    }
}
