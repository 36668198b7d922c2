//! The server over real sockets, and its metrics before foreign eyes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod answers;
mod exposition;
mod status;
