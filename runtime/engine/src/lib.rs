//! nvp-engine: plan and inputs in, effects out. The heart.
//!
//! Pure: no clock, no I/O, no randomness. The same inputs give the same effects, byte for byte, however they are cut into batches
//! and in whatever order series appear. The crate knows neither policies nor the wire: a [`nvp_plan::Plan`] is all it executes.

mod alert;
mod beside;
mod bits;
mod blocks;
mod check;
mod columns;
mod decide;
pub mod effects;
pub mod engine;
mod explain;
pub mod fuzz;
mod gap;
mod group;
mod hold;
mod hole;
mod identity;
pub mod input;
mod intake;
mod intern;
mod lag;
mod lending;
mod matcher;
mod membership;
pub mod options;
pub mod plan_error;
mod projection;
mod rank;
mod reading;
mod rows;
mod series;
pub mod snapshot;
pub mod statistics;
mod steps;
mod tick;
mod waiting;
mod watermark;
pub mod why;
mod window;
mod wire;

pub use effects::{ClosedTick, Effects, Labels, Transition};
pub use engine::{AlertRow, Engine};
pub use input::{Input, STALE_MARKER, SeriesId, SourceId};
pub use options::Options;
pub use plan_error::PlanError;
pub use snapshot::SnapshotError;
pub use statistics::{Refusal, Statistics};
pub use why::{Clause, Explanation, NodeValue, State, Why};
