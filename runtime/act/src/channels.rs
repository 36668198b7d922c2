//! Channels: how people are told. One file a kind.
//!
//! A channel is handed a [`Notification`](nvp_respond::effect::Notification) and an [`Address`]; it says what it knows of its fate and
//! nothing more: that the other side has it ([`Receipt`]), that it has not, or that nobody can know ([`Failure`]). It keeps nothing
//! on disk and decides neither whether nor when somebody is told; the [`outbox`] tries again, and the journal remembers.
//!
//! INVARIANT (one repeat): what the other side may already have is sent again freely only where it deduplicates by a key of ours,
//! or can be asked first; elsewhere at most once, marked as a possible repeat.

mod address;
mod call;
mod channel;
pub mod config;
mod email;
mod headers;
pub mod outbox;
mod pagerduty;
mod site;
mod slack;
pub mod standard_output;
mod text;
mod ticket;
pub mod webhook;

pub use address::Address;
pub use channel::{Attempt, Channel, Delivering, Failure, Pace, Receipt, Repeat, Stage};
pub use site::Site;
