//! What configuration files have in common, whatever room they configure. It must not know any of those rooms.

mod address;
mod duration;
mod secret;

pub use address::no_address;
pub use duration::{duration, parse_duration};
pub use secret::{Secret, SecretError, Setting};
