//! The response under random faults, for days of virtual time.
//!
//! A scenario is its seed: what fails, what people do, when the process is cut, all comes from it, so a scenario that breaks something can
//! be done again. Everything outside is virtual: the clock, the world that providers change, the hands, the log of inputs. The response
//! is the one that runs live. `rules` says what must never happen, and is asked at every step.

mod chance;
mod hands;
mod ledger;
mod log;
mod policy;
mod rules;
mod scenario;
mod tally;

pub use policy::compiled;
pub use scenario::{Length, run};
pub use tally::Tally;
