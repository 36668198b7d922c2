//! nvp-respond: what answers an alert: incidents, ladders, playbooks. Inputs in, intents and records out.
//!
//! Pure, as the engine is: no clock, no I/O, no randomness; the same inputs give the same effects, byte for byte, and the whole state
//! can be written down and read again. Time comes in with ticks and journaled clocks; the evaluation's values are asked for by
//! [`Observe`]. What is to be done leaves as an [`effect::Intent`]; what became of it comes back as an [`input::Input`]. This crate
//! knows no provider's body, no channel's wire, no address of a person and no text of policies: a [`nvp_plan::response::Lowered`] is
//! all it executes.

mod action;
pub mod calendar;
pub mod clock;
pub mod context;
pub mod desk;
pub mod effect;
pub mod explore;
mod formula;
pub mod incident;
pub mod input;
mod labels;
pub mod ladder;
mod local;
pub mod maintenance;
mod notification;
mod reaction;
pub mod responder;
pub mod roster;
pub mod severity;
mod silence;
mod suppress;
pub mod value;
pub mod world;

use nvp_plan::ids::ObservationId;

use value::Value;

/// Values of the evaluation, as they were at the last closed tick.
pub trait Observe {
    /// A value for the row of these labels (sorted by name): a number or a condition, missing or unknown where there is no such row.
    fn observe(&self, observation: ObservationId, labels: &[(String, String)]) -> Value;
}
