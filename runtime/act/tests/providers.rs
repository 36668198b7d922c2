//! Providers against real programs, servers and databases on this machine.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cluster;
mod exec;
mod hands;
mod http;
mod left;
mod pgbouncer;
mod postgres;
mod process;
mod script;
mod secrets;
mod served;
