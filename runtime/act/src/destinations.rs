//! The kinds of destinations, one file each.

pub mod standard_output;
pub mod webhook;
