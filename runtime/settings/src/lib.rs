//! What configuration files have in common, whatever room they configure. It must not know any of those rooms.

mod secret;

pub use secret::{Secret, SecretError, Setting};
