//! The live loop: collectors beside it, the engine in it, destinations after it. The only place with a wall clock.

pub mod status;
