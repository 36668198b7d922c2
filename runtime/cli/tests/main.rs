//! The command line as its users see it: the built binary, its exit codes, and what it writes.

#[cfg(test)]
mod bad_configurations;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod bad_policies;
#[cfg(test)]
mod check;
#[cfg(test)]
mod completions;
#[cfg(test)]
mod dry_run;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod fmt;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod man;
#[cfg(test)]
mod operate;
#[cfg(test)]
mod run;
#[cfg(test)]
mod test;
