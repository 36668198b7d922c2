//! The engine from outside: plans put together by hand, samples in, decisions out.
#![expect(clippy::indexing_slicing, clippy::expect_used, reason = "a test that finds nothing there fails")]

mod alerts;
mod allocation;
mod counters;
mod gaps;
mod groups;
mod holes;
mod invariance;
mod joins;
mod observations;
mod refusals;
mod snapshots;
mod turnover;
mod world;
