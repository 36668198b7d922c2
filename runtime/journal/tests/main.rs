//! The journal on real files: what is written, told again, broken, killed and read by others.

#[cfg(test)]
mod crash;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod history;
#[cfg(test)]
mod outbox;
#[cfg(test)]
mod page;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod small_disk;
#[cfg(test)]
mod trail;
#[cfg(test)]
mod twice;
