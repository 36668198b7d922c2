//! Why a process cannot be reached by people.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use nvp_settings::SecretError;

/// Why nobody can be heard. The text names the place, the reason and the mend.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Another process is heard at the socket.
    #[error("another process is heard at `{}`; end it, or choose another folder", socket.display())]
    Taken {
        /// The socket.
        socket: PathBuf,
    },
    /// The socket's path is longer than the system takes.
    #[error("`{}` is too long for a socket, of which the system takes {bytes_max} bytes; choose a shorter folder", socket.display())]
    TooLong {
        /// The socket.
        socket: PathBuf,
        /// How long it may be.
        bytes_max: usize,
    },
    /// The system refuses the socket.
    #[error("no control socket can be made at `{}`: {why}", socket.display())]
    Socket {
        /// The socket.
        socket: PathBuf,
        /// What it says.
        why: io::Error,
    },
    /// The address can be reached from elsewhere.
    #[error(
        "`{address}` can be reached from other machines, and deeds and tokens would cross the network in clear; say `127.0.0.1:{}`, \
         and let `ssh -L` or a proxy with TLS lead to it",
        address.port()
    )]
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The system refuses the address.
    #[error("cannot listen at `{address}`: {why}")]
    Address {
        /// The address.
        address: SocketAddr,
        /// What it says.
        why: io::Error,
    },
    /// There is an address, and nobody could say anything there.
    #[error(
        "`[control] listen` has no token: add `[control.token.NAME]` with `secret = \"env:…\"`, NAME being who acts"
    )]
    NoToken,
    /// There are tokens, and nowhere to use them.
    #[error(
        "`[control.token.{name}]` is of no use without an address: add `listen = \"127.0.0.1:9095\"` to `[control]`"
    )]
    NoAddress {
        /// One of them.
        name: String,
    },
    /// A token's name cannot stand for somebody.
    #[error("`{name}` is no name of a token: 1 to 64 letters, digits, `.`, `-`, `_` and `@`")]
    Name {
        /// The name.
        name: String,
    },
    /// A token's secret could be found out by trying.
    #[error("the secret of `[control.token.{name}]` has {characters} characters; give it at least {least}")]
    Short {
        /// The token's name.
        name: String,
        /// How many it has.
        characters: usize,
        /// How many it needs.
        least: usize,
    },
    /// Two tokens are the same, so that nobody could tell who acts.
    #[error("`[control.token.{one}]` and `[control.token.{other}]` have the same secret; give each its own")]
    Same {
        /// One.
        one: String,
        /// The other.
        other: String,
    },
    /// A token's secret is not there.
    #[error("the secret of `[control.token.{name}]`: {why}")]
    Secret {
        /// The token's name.
        name: String,
        /// Why not.
        why: SecretError,
    },
}
