//! The side of the process: a socket and a loopback port, the same answers at both.

mod address;
mod caller;
mod deeds;
mod listener;
mod refusal;
mod request;
mod routes;
mod socket;
mod tokens;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use nvp_drive::live::control::Desk;
use nvp_serve::Limits;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::error::ControlError;
use listener::{Loopback, Socket};
use socket::Bound;
use tokens::Tokens;

/// Where people are heard. Shows no secret.
#[derive(Debug, Clone)]
pub struct ControlOptions {
    /// The socket; its folder is made if it is not there.
    pub socket: PathBuf,
    /// A loopback address too (port 0: any free one), for those who have a token.
    pub address: Option<SocketAddr>,
    /// Their secrets, by the name of who acts.
    pub tokens: BTreeMap<String, SecretString>,
}

impl ControlOptions {
    /// Looks at the tokens: each has its own secret, long enough, and a name that can stand for somebody.
    ///
    /// # Errors
    /// The first that has not.
    pub fn check(&self) -> Result<(), ControlError> {
        Tokens::new(&self.tokens).map(drop)
    }
}

/// A process that can be reached, and does not answer yet.
#[derive(Debug)]
pub struct Control {
    socket: Bound,
    loopback: Option<(TcpListener, SocketAddr, Tokens)>,
}

impl Control {
    /// Begins to listen. A socket that a dead process left is replaced; only this account can use the new one, from the moment it exists.
    ///
    /// # Errors
    /// See [`ControlError`].
    pub async fn listen(options: ControlOptions) -> Result<Self, ControlError> {
        let tokens = Tokens::new(&options.tokens)?;
        let loopback = match options.address {
            None => match options.tokens.into_keys().next() {
                Some(name) => return Err(ControlError::NoAddress { name }),
                None => None,
            },
            Some(_) if tokens.is_empty() => return Err(ControlError::NoToken),
            Some(address) => {
                let (listener, address) = address::listen(address).await?;
                Some((listener, address, tokens))
            }
        };
        let socket = Bound::bind(&options.socket)?;
        Ok(Self { socket, loopback })
    }

    /// Where the socket is.
    #[must_use]
    pub fn socket(&self) -> &Path {
        self.socket.path()
    }

    /// Where it listens beside the socket.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.loopback.as_ref().map(|(_, address, _)| *address)
    }

    /// Answers until `stop`, then lets the requests in hand end, and takes the socket away.
    pub async fn run(self, desk: Desk, stop: CancellationToken) {
        let router = routes::router(desk);
        let loopback = async {
            if let Some((listener, _, tokens)) = self.loopback {
                let port = Loopback::new(listener, tokens, &router);
                nvp_serve::serve(port, Limits::default(), stop.clone()).await;
            }
        };
        let socket = Socket::new(self.socket, &router);
        tokio::join!(nvp_serve::serve(socket, Limits::default(), stop.clone()), loopback);
    }
}
