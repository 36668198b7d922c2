//! Services as they are: real servers on this machine that keep state, limit sizes and rates, and never deduplicate what the real
//! ones would not.

pub mod http;
pub mod pagerduty;
pub mod slack;
pub mod smtp;
pub mod tickets;
pub mod webhook;
