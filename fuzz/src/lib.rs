//! Fuzz targets: what is tried, what must hold, and how inputs are made on stable.
//!
//! Each target is a plain function with an oracle that panics when what it checks does not hold. `cargo fuzz` runs them for people;
//! the tests run them over their corpora and a bounded number of mutations, the same ones every time.

#![expect(clippy::panic, reason = "an oracle says that its claim does not hold by a panic")]

pub mod campaign;
mod choices;
pub mod corpus;
mod grammar;
pub mod mutate;
mod play;
mod policies;
pub mod targets;
mod world;
