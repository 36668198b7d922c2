//! The response from outside: a policy and people in a few lines, a story of what happens, and what it makes of it.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test that finds nothing there fails"
)]

mod answers;
mod desk;
mod ladders;
mod people;
mod policy;
mod properties;
mod reload;
mod restart;
mod runs;
mod storm;
mod story;
