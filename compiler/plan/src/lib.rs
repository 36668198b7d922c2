//! nvp-plan: what is executed, as data.
//!
//! It depends on nothing and executes nothing.

pub mod unit;
