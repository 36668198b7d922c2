//! Tests of nvp-check over whole policy sets and over a corpus of cases.

mod harness;
mod shipped;
