//! Bytes to samples and back: the text formats that metrics come in.
//!
//! Pure: this crate knows no file, no socket and no clock. It is handed bytes (and, for a scrape, the instant of the scrape)
//! and fills column batches. What it cannot read it counts with the reason and the first place, and goes on.

mod batch;
mod dropped;
mod limits;
mod series;

pub use batch::{Batch, STALE_MARKER, is_stale_marker};
pub use dropped::{DropReason, Dropped, Example};
pub use limits::Limits;
pub use series::{SeriesId, SeriesKey, SeriesTable, WireKind};
