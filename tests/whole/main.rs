//! Tests of the whole product.
#![expect(
    clippy::panic,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on fails"
)]

mod book;
mod commands;
mod house;
mod online_boutique;
mod pages;
mod pipeline;
mod policies;
mod prometheus;
mod providers;
mod requirements;
mod scenarios;
mod tidy;
