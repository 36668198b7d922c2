//! Whose sample it is: the identity of a series, and the table that gives it a small number.

mod key;
mod symbols;
mod table;

pub use key::{SeriesKey, WireKind};
pub use table::SeriesTable;

/// A series' number: dense, given by a [`SeriesTable`] in order of appearance.
pub type SeriesId = u32;
