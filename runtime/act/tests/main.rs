//! Destinations and channels against real receivers on this machine.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod channels;
mod fakes;
mod log;
mod providers;
mod receiver;
mod standard_output;
mod webhook;
