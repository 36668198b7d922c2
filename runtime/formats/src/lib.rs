//! Bytes to samples and back: the text formats that metrics come in.
//!
//! Pure: this crate knows no file, no socket and no clock. It is handed bytes (and, for a scrape, the instant of the scrape)
//! and fills column batches. What it cannot read it counts with the reason and the first place, and goes on.
//!
//! - [`Exposition`] reads the scrapes of one target: Prometheus text 0.0.4 and OpenMetrics 1.0.
//! - [`RecordingParser`] reads recordings in chunks; [`sniff`] recognises their format.
//! - [`mod@write`] writes recordings.

mod batch;
mod dropped;
mod exposition;
mod limits;
mod recording;
mod series;
mod text;
pub mod write;

pub use batch::{Batch, STALE_MARKER, is_stale_marker};
pub use dropped::{DropReason, Dropped, Example};
pub use exposition::{Exposition, Scraped, TextFormat};
pub use limits::Limits;
pub use recording::{RecordingFormat, RecordingParser, sniff};
pub use series::{SeriesId, SeriesKey, SeriesTable, WireKind};
pub use text::reader::{LabelConflict, SourceLabels};
