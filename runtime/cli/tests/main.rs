//! The command line as its users see it: the built binary, its exit codes, and what it writes.

mod bad_input;
mod check;
mod dry_run;
mod explain;
mod fmt;
mod harness;
mod test;
