//! What configuration files have in common, whatever room they configure. It must not know any of those rooms.

mod address;
mod duration;
mod fault;
mod secret;
mod words;

pub use address::no_address;
pub use duration::{duration, parse_duration};
pub use fault::Fault;
pub use secret::{Secret, SecretError, Setting};
pub use words::without_text;
