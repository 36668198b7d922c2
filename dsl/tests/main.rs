//! The tests of nvp-dsl: one binary, a module for each question.

mod examples;
mod limits;
