//! Integration tests of the kernels.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::type_complexity,
    reason = "a test that goes wrong may panic, its helpers too; tables of functions are plainest as they are"
)]

mod agreement;
mod listings;
#[cfg(target_os = "linux")]
mod memory;
mod semantics;
mod typical;
