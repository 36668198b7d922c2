//! nvp-act: where decisions go.
//!
//! A destination is handed decisions that are already text; it knows no policy, no engine and no metric. Each has a bounded
//! queue of its own and works beside the evaluation, which never waits for it: a full queue loses its oldest decision, because
//! the newest says how things stand, and counts it.
//!
//! A channel is handed notifications: it tells people, one after the other, and loses none ([`channels`]). Providers read and write what playbooks
//! ask for ([`providers`]).

pub mod channels;
mod counters;
mod destination;
pub mod destinations;
mod health;
mod message;
pub mod providers;
mod queue;

pub use counters::{Counters, Results};
pub use destination::Destination;
pub use message::Message;
