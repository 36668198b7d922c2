//! People at a run: real sockets, a real journal, a real response behind the desk.

#[cfg(test)]
mod deeds;
#[cfg(test)]
mod journal;
#[cfg(test)]
mod questions;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod server;
#[cfg(test)]
mod sockets;
#[cfg(test)]
mod support;
