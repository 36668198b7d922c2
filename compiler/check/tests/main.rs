//! Tests of nvp-check over whole policy sets and over a corpus of cases.

mod codes;
mod harness;
mod limits;
mod shipped;
mod uses;
