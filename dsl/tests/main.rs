//! The tests of nvp-dsl: one binary, a module for each question.

mod cases;
mod codes;
mod examples;
mod generated;
mod house;
mod limits;
mod properties;
mod render;
