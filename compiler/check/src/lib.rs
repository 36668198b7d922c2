//! nvp-check: from syntax trees to a typed policy: names, units, kinds, labels, constants, and proofs.
//!
//! It knows no plan and no files: it is given trees and returns a [`typed::Policy`] and diagnostics.

pub mod typed;
