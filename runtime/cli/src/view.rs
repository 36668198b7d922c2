//! The live view: what stands, since when and how near the rest is, redrawn when something happens.
//!
//! [`render()`] is a pure function from a [`ViewModel`] and what the person at the keys wants to see. It knows no engine, no
//! clock and no terminal; those are in `rows` and `terminal`.

mod collect;
mod decisions;
mod footer;
mod header;
mod incidents;
mod keys;
mod model;
mod render;
mod rows;
mod sparkline;
mod table;
mod terminal;
mod text;
mod theme;
mod thresholds;
mod troubles;

pub use collect::collect;
pub use model::ViewModel;
pub use render::render;
pub use terminal::{Screen, give_terminal_back};
pub use theme::Theme;

#[cfg(test)]
mod tests;
