//! Why nothing could be said to a process.

use std::error::Error as _;
use std::io;
use std::path::{Path, PathBuf};

/// Why nothing could be said to a process.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No process is heard at the socket.
    #[error("no process is heard at `{}`", socket.display())]
    NobodyThere {
        /// The socket.
        socket: PathBuf,
    },
    /// The socket cannot be used.
    #[error("`{}` cannot be used: {why}", socket.display())]
    Socket {
        /// The socket.
        socket: PathBuf,
        /// What the system says.
        why: io::Error,
    },
    /// The text is no address.
    #[error("{0}")]
    Address(String),
    /// The token would cross a network in clear.
    #[error("a token is not sent in clear to another machine")]
    InClear,
    /// The token holds what no header can hold.
    #[error("the token holds characters that cannot be sent")]
    Token,
    /// What is to be said cannot be written down.
    #[error("this cannot be said: {0}")]
    Unsayable(String),
    /// Nobody answers at the address, or the connection broke.
    #[error("{0}")]
    Unreachable(String),
    /// No answer came in time: a deed may have been done or not, and may be said again.
    #[error("no answer came in time; what was asked may have been done all the same, and may be asked again")]
    Late,
    /// The process says why not.
    #[error("{error}")]
    Fault {
        /// The status of HTTP.
        status: u16,
        /// Why not.
        error: String,
    },
    /// The answer is none of ours.
    #[error("the answer is not understood: {0}")]
    NotUnderstood(String),
}

impl ClientError {
    pub(super) fn socket(socket: &Path, why: io::Error) -> Self {
        let socket = socket.to_owned();
        match why.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => Self::NobodyThere { socket },
            _ => Self::Socket { socket, why },
        }
    }

    /// What the client says, down to the reason; it shows no header.
    pub(super) fn unreachable(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Late;
        }
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
        Self::Unreachable(text)
    }
}
