//! nvp-control: how people reach a running process: a Unix socket in its state's folder and, where the configuration says so, a
//! loopback port with tokens. HTTP/1.1 with JSON under `/v1/`; [`wire`] is what is said, [`Control`] hears it, [`Client`] says it.
//!
//! Who somebody is, is settled here: by the account at the other end of the socket, or by the token's name. What a deed means is decided
//! elsewhere: it goes to the run's [`nvp_drive::live::control::Desk`], and questions are answered from the journal ([`questions`]), with or
//! without a process. This crate knows no policy, no engine and no terminal. No secret is in any of its logs, errors or answers.

pub mod client;
pub mod config;
mod error;
pub mod questions;
mod server;
pub mod wire;

pub use client::{Client, ClientError};
pub use config::ControlConfig;
pub use error::ControlError;
pub use server::{Control, ControlOptions};

/// The control socket's name in a state's folder.
pub const SOCKET: &str = "control.sock";
/// The journal's name in a state's folder.
pub const JOURNAL: &str = "journal.sqlite";
