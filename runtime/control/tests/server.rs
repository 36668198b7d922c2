//! A control in a folder of its own, before a world.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use nvp_control::{Client, Control, ControlError, ControlOptions, JOURNAL, SOCKET};
use nvp_drive::live::control::Desk;
use secrecy::SecretString;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::World;

/// The token of `anna`.
pub const ANNA: &str = "anna-s-own-secret-0123456789";
/// The token of `boris`, who is of the team that approves.
pub const BORIS: &str = "boris-s-own-secret-0123456789";

/// A control that answers; its folder goes when this does.
pub struct Running {
    pub folder: tempfile::TempDir,
    pub address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// What to hear at, in a folder: the socket, and any free port with two tokens.
pub fn options(folder: &std::path::Path) -> ControlOptions {
    let tokens = [("anna", ANNA), ("boris", BORIS)];
    ControlOptions {
        socket: folder.join(SOCKET),
        address: Some("127.0.0.1:0".parse().unwrap()),
        tokens: tokens.into_iter().map(|(name, secret)| (name.into(), SecretString::from(secret))).collect(),
    }
}

impl Running {
    /// Before a world in which the gateway is slow.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let desk = World::with_a_slow_gateway(folder.path()).desk();
        Self::before(folder, desk).await
    }

    /// Before a desk.
    pub async fn before(folder: tempfile::TempDir, desk: Desk) -> Self {
        let control = Control::listen(options(folder.path())).await.unwrap();
        let address = control.address().unwrap();
        let stop = CancellationToken::new();
        let task = tokio::spawn(control.run(desk, stop.clone()));
        Self { folder, address, stop, task }
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join(SOCKET)
    }

    pub fn journal(&self) -> PathBuf {
        self.folder.path().join(JOURNAL)
    }

    /// At the socket, as the account that runs the test.
    pub fn client(&self) -> Client {
        Client::over_socket(&self.socket()).unwrap()
    }

    /// At the port, as who has the token.
    pub fn with(&self, token: &str) -> Client {
        Client::at(&format!("http://{}", self.address), SecretString::from(token)).unwrap()
    }

    /// Ends it, and waits until it has.
    pub async fn end(self) -> tempfile::TempDir {
        self.stop.cancel();
        self.task.await.unwrap();
        self.folder
    }

    /// Says this to the port, letter for letter; gives the status and the body.
    pub async fn say(&self, head: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let length = body.len();
        let text = format!("{head}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }
}

/// Why nothing is heard.
pub async fn refused(options: ControlOptions) -> String {
    let refused: Result<Control, ControlError> = Control::listen(options).await;
    refused.map(|control| control.socket().to_owned()).unwrap_err().to_string()
}

/// No tokens.
pub fn nobody() -> BTreeMap<String, SecretString> {
    BTreeMap::new()
}
