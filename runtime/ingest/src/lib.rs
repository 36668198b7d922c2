//! Where samples come from: this machine, and targets that are scraped. One file a protocol.
//!
//! This crate knows sockets, the kernel's files and the clock of the wall; it knows no policy and no engine. It fills the column
//! batches of `nvp-formats`, and what it cannot get it counts and names.

pub mod host;
pub mod scrape;
