//! nvp-engine: plan and inputs in, effects out. The heart.
//!
//! Pure: no clock, no I/O, no randomness. The same inputs give the same effects, byte for byte, however they are cut into batches
//! and in whatever order series appear. The crate knows neither policies nor the wire: a [`nvp_plan::Plan`] is all it executes.

pub mod effects;
pub mod input;
mod intern;
pub mod options;
pub mod statistics;
pub mod why;

pub use effects::{ClosedTick, Effects, Labels, Transition};
pub use input::{Input, STALE_MARKER, SeriesId, SourceId};
pub use options::Options;
pub use statistics::{Refusal, Statistics};
pub use why::{Clause, Explanation, NodeValue, State, Why};
