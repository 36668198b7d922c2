//! Providers against real programs, servers and databases on this machine.

mod exec;
mod hands;
mod http;
mod secrets;
mod served;
