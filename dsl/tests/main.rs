//! The tests of nvp-dsl: one binary, a module for each question.

mod codes;
mod examples;
mod limits;
mod render;
