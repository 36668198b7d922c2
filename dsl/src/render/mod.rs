//! Diagnostics for readers: people at a terminal, editors and scripts, code scanners, GitHub.
//!
//! Pure: each function returns its text and writes nothing.

mod github;
mod human;
mod json;
mod place;
mod sarif;

pub use github::github;
pub use human::human;
pub use json::json;
pub use sarif::sarif;
