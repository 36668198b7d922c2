//! Providers: the hands that carry out what a playbook reads and writes outside.
//!
//! A policy declares what a provider can do; the configuration says what stands behind it (`kind`), one file a kind here. None of them
//! knows a policy, a playbook or why it is called: an operation's name, named arguments, and for a write its [`WriteIntent`]. What they
//! answer is bounded in time and size, and is taken for what the declaration says or not at all. [`Hands`] calls them.
//!
//! [`WriteIntent`]: nvp_respond::effect::WriteIntent

mod agree;
mod answer;
mod arguments;
pub mod config;
mod declared;
mod exec;
mod fences;
mod hands;
mod http;
mod measure;
mod pgbouncer;
mod pidfd;
mod postgres;
mod process;
mod provider;
mod script;
mod secrets;
mod template;

pub use agree::disagreements;
pub use config::{Configured, Problem};
pub use declared::Declared;
pub use exec::end_left_behind;
pub use hands::{Bounds, Hands, Report, Serving};
pub use provider::{Doing, NotDone, Provider, ReadFailure};

pub use arguments::Arguments;
pub use secrets::Secrets;

/// The longest answer that is read of anything, in bytes. What is longer is cut, and the call has failed.
pub const ANSWER_BYTES_MAX: usize = 1 << 20;
/// The most entries of a list that a read may give.
pub const LIST_ENTRIES_MAX: usize = 10_000;
/// The longest text that a read may give, in bytes.
pub const TEXT_BYTES_MAX: usize = 64 << 10;
