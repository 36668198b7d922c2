//! Files of samples: recordings, packed or plain, read once and played in event-time order; and the input log ([`log`]), to which is
//! written what an engine was told, so that a restart can tell it again.
//!
//! This crate knows files and no sockets, and no clock: "now" is wherever the reader of a recording has come to.

mod clocks;
mod columns;
mod cursor;
mod error;
pub mod log;
mod packed;
mod recording;

pub use clocks::Outlier;
pub use cursor::Cursor;
pub use error::RecordingError;
pub use recording::{Options, Recording};
