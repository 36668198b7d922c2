//! What the three paths answer, and what is bounded.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use nvp_drive::live::status::Status;
use nvp_serve::{Limits, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::status;

struct Running {
    address: SocketAddr,
    board: watch::Sender<Arc<Status>>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

async fn start(limits: Limits) -> Running {
    let server = Server::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (board, reader) = watch::channel(Arc::new(Status::default()));
    let stop = CancellationToken::new();
    let address = server.address();
    let task = tokio::spawn(server.run(reader, limits, stop.clone()));
    Running { address, board, stop, task }
}

async fn get(address: SocketAddr, path: &str) -> (u16, String, String) {
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(format!("http://{address}{path}")).send().await.unwrap();
    let status = answer.status().as_u16();
    let kind =
        answer.headers().get("content-type").map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
    (status, kind, answer.text().await.unwrap())
}

#[tokio::test]
async fn ready_after_the_first_tick_and_healthy_all_along() {
    let server = start(Limits::default()).await;
    assert_eq!(get(server.address, "/healthz").await.0, 200);
    let (code, _, text) = get(server.address, "/readyz").await;
    assert_eq!((code, text.as_str()), (503, "no tick has closed yet\n"));
    server.board.send_replace(status::full());
    assert_eq!(get(server.address, "/readyz").await.0, 200);
    let (code, kind, text) = get(server.address, "/metrics").await;
    assert_eq!((code, kind.as_str()), (200, "text/plain; version=0.0.4"));
    assert!(text.contains("\nnovaevo_policy_ticks_total 4\n"), "{text}");
    assert_eq!(get(server.address, "/").await.0, 404);
    server.stop.cancel();
    // Its listener has gone with it; whether anybody answers there is not asked: the port may be another test's already.
    server.task.await.unwrap();
}

#[tokio::test]
async fn a_client_that_says_nothing_is_let_go() {
    let limits = Limits { head_timeout: Duration::from_millis(50), ..Limits::default() };
    let server = start(limits).await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    silent.write_all(b"GET /metrics HTTP/1.1\r\nhost: a\r\n").await.unwrap();
    let mut rest = Vec::new();
    silent.read_to_end(&mut rest).await.unwrap();
    assert_eq!(get(server.address, "/healthz").await.0, 200);
    server.stop.cancel();
}

#[tokio::test]
async fn connections_over_the_limit_wait_for_a_place() {
    let limits = Limits { connections_max: 1, head_timeout: Duration::from_millis(100), ..Limits::default() };
    let server = start(limits).await;
    let _silent = TcpStream::connect(server.address).await.unwrap();
    assert_eq!(get(server.address, "/healthz").await.0, 200);
    server.stop.cancel();
}

#[tokio::test]
async fn a_stop_does_not_wait_for_idle_clients() {
    let server = start(Limits::default()).await;
    let _idle = TcpStream::connect(server.address).await.unwrap();
    assert_eq!(get(server.address, "/healthz").await.0, 200);
    server.stop.cancel();
    server.task.await.unwrap();
}

#[tokio::test]
async fn an_address_that_is_taken_is_an_error() {
    let server = start(Limits::default()).await;
    assert!(Server::listen(server.address).await.is_err());
    server.stop.cancel();
}
