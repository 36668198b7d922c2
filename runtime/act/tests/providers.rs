//! Providers against real programs, servers and databases on this machine.

mod cluster;
mod exec;
mod hands;
mod http;
mod pgbouncer;
mod postgres;
mod process;
mod script;
mod secrets;
mod served;
