//! What checking proves beyond types: rules that cannot mean what they say.
//!
//! Everything here is sound or silent: an error is reported only with a proof, and what could not be decided is noted apart.

mod selection;
